"""What a verification found, as a table for people and as JSON for another verification."""

import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from commands.shared.components import changes_of, described
from commands.shared.differences import Change
from commands.shared.environment import Environment
from commands.shared.lock import LockedStage
from commands.shared.made_with import name_of
from commands.shared.wording import first_few
from commands.verifying.comparison import Result
from commands.verifying.emulation import Emulation
from commands.verifying.recorded import FORMAT, VERSION, Recorded
from commands.verifying.verdicts import OutputVerdict
from nn.errors import counted

WIDTH = 100
REMEDY = "make repro tells it; after dvc repro, python -m commands.record does."


def outputs_table(verdicts: Sequence[OutputVerdict]) -> str:
    """Lay out the verdicts, those on pictures in a table of their own."""
    tables = []
    for title, chosen in (
        ("output", [verdict for verdict in verdicts if not verdict.is_picture]),
        ("pictures, compared by pixels", [verdict for verdict in verdicts if verdict.is_picture]),
    ):
        rows = [(verdict.stage, verdict.path, str(verdict.result)) for verdict in chosen]
        details = [verdict.details for verdict in chosen]
        tables += [_table(("stage", title, "result"), rows, details)] if chosen else []
    return "\n\n".join(tables)


def emulations_table(emulations: Sequence[Emulation]) -> str:
    """Lay out what other processors would make of the outputs."""
    rows = [(emulation.setting, emulation.result) for emulation in emulations]
    return _table(("as if", "result"), rows, [emulation.details for emulation in emulations])


def _table(
    header: tuple[str, ...], rows: Sequence[tuple[str, ...]], details: Iterable[Sequence[str]]
) -> str:
    first, *lines = _aligned([header, *rows])
    pairs = zip(lines, details, strict=True)
    return "\n".join([first, *(part for line, more in pairs for part in [line, *_indented(more)])])


def params_table(params: Sequence[Change]) -> str:
    """Lay out the parameters that had other values where the outputs were recorded."""
    rows = [(each.name, str(each.a), str(each.b)) for each in params]
    return "\n".join(_aligned([("parameter", "recorded", "rebuilt"), *rows]))


def environments_table(
    recorded: Recorded, verdicts: Sequence[OutputVerdict], rebuilt: Environment
) -> str:
    """Describe the environment of the rebuilding, and where those of what was recorded differ."""
    lines = _aligned([("environment", "rebuilt"), *described(rebuilt).items()], wrap=True)
    made_with: dict[str, Environment] = {}
    outputs: dict[str, list[str]] = {}
    for verdict in verdicts:
        if verdict.recorded_md5 is None:
            continue
        environment = recorded.made_with.get(verdict.recorded_md5)
        name = "" if environment is None else name_of(environment)
        made_with |= {} if environment is None else {name: environment}
        outputs.setdefault(name, []).append(verdict.path)
    for name, paths in outputs.items():
        if name not in made_with:
            told = f"Not told in which environment: {first_few(paths)}. {REMEDY}"
            lines += textwrap.wrap(told, WIDTH, subsequent_indent="  ")
        elif changes := changes_of(made_with[name], rebuilt):
            lines += textwrap.wrap(
                f"Recorded in another environment: {first_few(paths)}. Recorded → rebuilt:",
                WIDTH,
                subsequent_indent="  ",
            )
            lines += _indented(map(str, changes))
        else:
            lines.append(f"Recorded in the same environment: {len(paths)} of {len(verdicts)}.")
    return "\n".join(lines)


def counts(verdicts: Sequence[OutputVerdict]) -> str:
    """Count the results in one line, those of pictures by themselves."""
    told = []
    for things, chosen in (
        (("output", "outputs"), [verdict for verdict in verdicts if not verdict.is_picture]),
        (("of pictures",) * 2, [verdict for verdict in verdicts if verdict.is_picture]),
    ):
        if chosen:
            found = Counter(str(verdict.result) for verdict in chosen)
            results = "; ".join(
                counted(number, result, "differ" if result == Result.DIFFERS else result)
                for result, number in found.items()
            )
            told.append(f"{counted(len(chosen), things[0], things[1])}: {results}")
    return ". ".join(told) + "."


def as_json(
    commit: str,
    recorded: Recorded,
    stages: Mapping[str, LockedStage],
    params: Sequence[Change],
    environment: Environment,
    verdicts: Iterable[OutputVerdict],
    emulations: Iterable[Emulation],
    problems: Sequence[str],
    is_same: bool,
) -> dict[str, Any]:
    """Collect all findings as JSON can hold them; `--against` reads this file."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "commit": commit,
        "against": recorded.name,
        "same": is_same,
        "environment": environment,
        "parameters": {name: stage.params for name, stage in stages.items()},
        "other_parameters": [change._asdict() for change in params],
        "outputs": [
            {**verdict._asdict(), "made_with": recorded.made_with.get(verdict.recorded_md5 or "")}
            for verdict in verdicts
        ],
        "problems": list(problems),
        "emulated": [emulation._asdict() for emulation in emulations],
    }


def _aligned(rows: Sequence[tuple[str, ...]], wrap: bool = False) -> list[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]) - 1)]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        line = "  ".join([*cells, row[-1]]).rstrip()
        indent = " " * (sum(widths) + 2 * len(widths))
        lines += textwrap.wrap(line, WIDTH, subsequent_indent=indent) if wrap else [line]
    return lines


def _indented(details: Iterable[str]) -> list[str]:
    return [
        line
        for detail in details
        for line in textwrap.wrap(
            detail, WIDTH, initial_indent="    ", subsequent_indent="      ", break_on_hyphens=False
        )
    ]
