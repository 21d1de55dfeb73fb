"""Print one table over all experiments: `python -m commands.summary`."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from nn.errors import InputError
from stages.params import load_params

Report = dict[str, Any]

NO_TEST_PART = "* of the training rows: there is no test part"
PLAIN_WIDTH = 100  # where the output is no terminal, which would have a width of its own


def main() -> None:
    """Print the table, where the pictures lie, and what the metrics warn of."""
    try:
        reports = {key: read_report(key) for key in load_params().experiments}
    except InputError as error:
        sys.exit("\n".join(f"error: {problem}" for problem in str(error).splitlines()))
    except FileNotFoundError as error:
        sys.exit(f"error: {error.filename}: {error.strerror}")

    console = Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH, highlight=False)
    console.print(summary_table(reports))
    lines = [Text("Pictures: plots/EXPERIMENT/  All figures: metrics/EXPERIMENT.json")]
    if not all("test" in report for report in reports.values()):
        lines.insert(0, Text(NO_TEST_PART))
    for key, report in reports.items():
        for warning in report["warnings"]:
            lines.append(Text.assemble(("warning: ", "yellow"), f"{key}: {warning}"))
    console.print(*lines, sep="\n", soft_wrap=True)


def read_report(key: str) -> Report:
    """Read `metrics/KEY.json`; raises InputError where it was not made or is damaged."""
    path, remedy = Path(f"metrics/{key}.json"), f"make it with: dvc repro evaluate@{key}"
    if not path.exists():
        raise InputError(f"{path.as_posix()}: is missing; {remedy}")
    try:
        report: Report = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path.as_posix()}: is no JSON ({error}); {remedy}") from error
    return report


def summary_table(reports: Mapping[str, Report]) -> Table:
    """Set each network's figures beside those of guessing and of a linear model.

    They are of the test rows or, marked by a star, of the training rows where that is all there is.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("experiment", "rows", "features", "architecture"):
        table.add_column(name, justify="right" if name in ("rows", "features") else "left")
    for name in ("test\naccuracy", "test\nlog loss", "majority\nrate", "linear\naccuracy"):
        table.add_column(name, justify="right")
    for key, report in reports.items():
        judged, mark = ("test", " ") if "test" in report else ("train", "*")
        baseline, data = report["baseline"], report["data"]
        figures = (
            report[judged]["accuracy"],
            report[judged]["log_loss"],
            baseline["majority"][judged]["accuracy"],
            baseline["linear"][judged]["accuracy"],
        )
        table.add_row(
            key,
            str(data["rows"]),
            str(data["features"]),
            report["model"]["architecture"],
            *(f"{figure:.3f}{mark}" for figure in figures),
        )
    return table


if __name__ == "__main__":
    main()
