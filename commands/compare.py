"""Say whether B is better than A, and what differs: `python -m commands.compare A B`.

A and B are commits, branches, tags, DVC experiments, or `workspace`, the working tree. Nothing is
changed. Replicates with equal seeds are compared pair by pair, so that the luck of a split, which
both sides share, drops out of the difference.

Exit code: 0, or 1 when --fail-if-worse found something worse, 2 when no comparison was possible,
130 when interrupted.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from commands.comparing.changes import changes_between
from commands.comparing.environments import environments_of
from commands.comparing.figures import OUT_OF_DATE, Figure, compare, replicates_of
from commands.comparing.layouts import Comparison, as_data, as_markdown, as_table
from commands.shared.parsers import finite_number, parser_of
from commands.shared.renaming import renamed, settings_of
from commands.shared.sides import WORKSPACE, Side, side_of
from commands.shared.staleness import changed_since
from commands.shared.wording import writer_of
from nn.errors import InputError, nearest
from nn.judging.registry import METRICS
from stages.running.command import exit_code

PLAIN_WIDTH = 100  # where the output is no terminal, which has a width of its own


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare, print the findings, and return the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.tolerance is not None and options.fail_if_worse is None:
        parser.error("--tolerance is for --fail-if-worse METRIC")
    return exit_code(lambda: compare_and_print(options), failure=2)


def compare_and_print(options: argparse.Namespace) -> int:
    """Compare and print; return 1 where --fail-if-worse found something worse, else 0."""
    comparison = compare_sides(options.a, options.b, Path.cwd())
    tolerance, failed = options.tolerance or 0.0, list[Figure]()
    if options.fail_if_worse:
        failed = worse(comparison, options.fail_if_worse, tolerance)
    if options.json:
        print(json.dumps(as_data(comparison, failed), indent=2, ensure_ascii=False))
    elif options.markdown:
        print(as_markdown(comparison))
    else:
        width = None if sys.stdout.isatty() else PLAIN_WIDTH
        console = Console(width=width, highlight=False)
        with console.capture() as told:
            console.print(as_table(comparison))
        print("\n".join(line.rstrip() for line in told.get().splitlines()))  # without the padding
    for figure in failed:
        difference = writer_of(figure.metric)(abs(figure.difference or 0.0))
        print(
            f"worse: {figure.experiment} {figure.metric} by {difference}, more than {tolerance:g}",
            file=sys.stderr,
        )
    return 1 if failed else 0


def compare_sides(a: str, b: str, project: Path) -> Comparison:
    """Compare all experiments of two states of the project.

    Raises InputError where one of them is not known, has no metrics, or they share no experiment.
    """
    sides = side_of(a, project), side_of(b, project)
    reports = [replicates_of(side) for side in sides]
    settings = [settings_of(side) for side in sides]
    names = renamed(*settings)
    reports[0] = {names.get(key, key): report for key, report in reports[0].items()}
    figures: list[Figure] = []
    notes = [f"{old}: renamed {new}" for old, new in names.items()]
    for key in [*reports[0], *(key for key in reports[1] if key not in reports[0])]:
        missing = [side for side, report in zip(sides, reports, strict=True) if key not in report]
        if key in settings[0] and key not in settings[1]:  # whatever it left behind in results/
            notes.append(f"{key}: removed")
            continue
        if missing:
            notes.append(f"{key}: {missing[0].name} has no replicates of it")
            continue
        found = compare(key, reports[0][key], reports[1][key])
        figures += found
        if not found:
            notes.append(f"{key}: one side has test rows, the other has none")
    if not figures:
        raise InputError(f"{a} and {b} have no experiment in common: {'; '.join(notes)}")
    compared = dict.fromkeys(figure.experiment for figure in figures)
    stale = [(key, note) for key, note in _stale(sides, names) if key in compared]
    notes += [note for _, note in stale]
    figures = [
        each._replace(verdict=OUT_OF_DATE) if each.experiment in dict(stale) else each
        for each in figures
    ]
    environments = environments_of(*sides, compared, names)
    return Comparison(a, b, figures, notes, changes_between(*sides, names), environments)


def _stale(sides: Sequence[Side], names: Mapping[str, str]) -> list[tuple[str, str]]:
    """List the experiments with replicates older than what lies beside them; of each, a note."""
    return [
        (
            names.get(key, key) if side is sides[0] else key,
            f"{key}: {side.name} has changed since its replicates were made ({changed}): "
            "run dvc repro",
        )
        for side in sides
        for key, changed in changed_since(side, "replicate")["replicate"].items()
    ]


def worse(comparison: Comparison, metric: str, tolerance: float) -> list[Figure]:
    """Find the experiments in which B is worse by a metric; raises InputError for one unknown."""
    if metric not in METRICS:
        raise InputError(f"there is no metric {metric!r}{nearest(metric, METRICS)}")
    judged = [figure for figure in comparison.figures if figure.metric == metric]
    if not any(figure.low is not None and figure.verdict != OUT_OF_DATE for figure in judged):
        raise InputError(
            f"{metric} cannot be judged: no experiment has two replicates with it, "
            "and none out of date"
        )
    return [figure for figure in judged if figure.is_worse_by(tolerance)]


def _tolerance(text: str) -> float:
    value = finite_number(text)
    if value < 0.0:
        raise argparse.ArgumentTypeError(f"{text} is less than 0")
    return value


def _parser() -> argparse.ArgumentParser:
    parser = parser_of("compare", __doc__)
    parser.add_argument("a", metavar="A", help="the state to improve on, such as main or HEAD")
    parser.add_argument(
        "b", metavar="B", nargs="?", default=WORKSPACE, help=f"the state to judge ({WORKSPACE})"
    )
    parser.add_argument(
        "--fail-if-worse", metavar="METRIC", help="exit with 1 where B is worse by this metric"
    )
    parser.add_argument(
        "--tolerance", metavar="T", type=_tolerance, help="how much worse it may be (0)"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON instead of the table")
    form.add_argument("--markdown", action="store_true", help="print Markdown, for a pull request")
    return parser


if __name__ == "__main__":
    sys.exit(main())
