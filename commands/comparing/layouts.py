"""A comparison as a table for a terminal, as Markdown for a pull request, and as JSON."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from commands.comparing.changes import Changes
from commands.comparing.environments import Environments
from commands.comparing.figures import OUT_OF_DATE, Figure
from commands.shared.wording import writer_of
from nn.errors import counted
from stages.figures.numbers import Write

HEADER = ("experiment", "metric", "A", "B", "B − A", "verdict")
RIGHT = ("A", "B", "B − A")
ALL = "all"
COLORS = {"better": "green", "worse": "red"}
CAUTION = (
    "B − A: mean difference of replicates with equal seeds, and its 95 % interval. Of 20 verdicts "
    "on what is equally good, one is wrong by chance."
)


class Comparison(NamedTuple):
    """The findings of `commands.compare`."""

    a: str
    b: str
    figures: list[Figure]
    notes: list[str]
    """What could not be compared."""
    changes: Changes
    environments: list[Environments]


def rows_of(figures: Sequence[Figure]) -> list[tuple[str, ...]]:
    """Write the figures as cells of a table; an experiment without differences gets one row."""
    rows: list[tuple[str, ...]] = []
    for key, group in groupby(figures, lambda figure: figure.experiment):
        of_experiment = [*group]
        if of_experiment[0].verdict == OUT_OF_DATE:
            rows.append((key, ALL, "", "", "", OUT_OF_DATE))
            continue
        if all(figure.verdict == "the same" or figure.n == 0 for figure in of_experiment):
            n = max(figure.n for figure in of_experiment)
            if n:
                rows.append((key, ALL, "", "", "", f"the same in {counted(n, 'replicate')}"))
                continue
        for figure in of_experiment:
            name = f"{figure.metric}{'*' if figure.part == 'train' else ''}"
            write = writer_of(figure.metric)
            means = ["-" if mean is None else write(mean) for mean in figure.means]
            rows.append((key, name, *means, _difference(figure, write), figure.verdict))
    return rows


def _difference(figure: Figure, write: Write) -> str:
    if figure.low is None or figure.high is None:
        return "-"
    told = map(write, (figure.difference or 0.0, figure.low, figure.high))
    mean, low, high = (text if text.startswith("-") else f"+{text}" for text in told)
    return f"{mean} [{low}, {high}]"


def footnotes(comparison: Comparison) -> list[str]:
    """List the notes below the table."""
    notes = list(comparison.notes)
    if any("*" in metric for _, metric, *_ in rows_of(comparison.figures)):
        notes.append("* of the training rows: there is no test part")
    return [*notes, CAUTION]


def changed(comparison: Comparison) -> list[tuple[str, list[str]]]:
    """List all that differs, by kind: parameters, code, tables, environment."""
    changes = comparison.changes
    environments = [line for made in comparison.environments for line in made.told()]
    lists: Iterable[tuple[str, list[str]]] = (
        ("parameters", [*map(str, changes.params)]),
        ("code", changes.code),
        ("tables", changes.tables),
        ("environment", [*map(str, changes.packages), *environments]),
    )
    return [(name, lines or ["the same"]) for name, lines in lists]


def as_table(comparison: Comparison) -> RenderableType:
    """Lay a comparison out for a terminal."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in HEADER[1:]:
        table.add_column(column, justify="right" if column in RIGHT else "left")
    shown = ""
    for key, metric, *cells, verdict in rows_of(comparison.figures):
        if metric != ALL and key != shown:
            table.add_row(Text(key, style="bold"))
        title = Text(key, style="bold") if metric == ALL else Text(f"  {metric}")
        table.add_row(title, *cells, Text(verdict, style=COLORS.get(verdict, "")))
        shown = key
    lines = [Text(note) for note in footnotes(comparison)]
    for name, listed in changed(comparison):
        lines += [Text(f"\n{name}", style="bold"), *(Text(f"  {line}") for line in listed)]
    return Group(Text(f"A: {comparison.a}\nB: {comparison.b}\n"), table, *lines)


def as_markdown(comparison: Comparison) -> str:
    """Write a comparison as Markdown."""
    lines = [f"**A:** `{comparison.a}`, **B:** `{comparison.b}`", ""]
    lines += [f"| {' | '.join(HEADER)} |", "|---|---|--:|--:|--:|---|"]
    lines += [f"| {' | '.join(row)} |" for row in rows_of(comparison.figures)]
    lines += ["", *(f"{note.replace('*', chr(92) + '*')}  " for note in footnotes(comparison))]
    for name, listed in changed(comparison):
        lines += ["", f"**{name}**", "", *(f"- `{line}`" for line in listed)]
    return "\n".join(lines)


def as_data(comparison: Comparison, failed: Sequence[Figure]) -> dict[str, Any]:
    """Describe a comparison by values that JSON can hold."""
    changes = comparison.changes
    return {
        "a": comparison.a,
        "b": comparison.b,
        "figures": [figure._asdict() for figure in comparison.figures],
        "notes": comparison.notes,
        "changes": {
            "params": [change._asdict() for change in changes.params],
            "code": changes.code,
            "tables": changes.tables,
            "packages": [change._asdict() for change in changes.packages],
            "environments": [made._asdict() for made in comparison.environments],
        },
        "failed": [f"{figure.experiment} {figure.metric}" for figure in failed],
    }
