"""Print one table over all experiments: `python -m commands.summary`."""

import json
import sys
from collections.abc import Container, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from commands.shared.parsers import parser_of
from commands.shared.sides import working_tree
from commands.shared.staleness import changed_since
from nn.errors import InputError
from stages.figures.numbers import Write, fixed, short, with_deviation
from stages.running.command import exit_code
from stages.running.parameters.file import load_params

Report = dict[str, Any]

RUNS = {
    "seeds": "mean ± standard deviation over as many splits and trainings, each with other seeds",
    "folds": "mean ± standard deviation over as many parts of the rows, each tested once",
}
OLD = "† old: made before the last change of parameters, code or table"
NO_TEST_PART = "* of the training rows: there is no test part"


class Column(NamedTuple):
    """A figure of the table."""

    heading: str
    of: str
    """The baseline that it is of; empty where it is the network's."""
    metric: str
    write: Write


OF_CLASSES = (
    Column("test\naccuracy", "", "accuracy", fixed),
    Column("test\nlog loss", "", "log_loss", fixed),
    Column("majority\nrate", "majority", "accuracy", fixed),
    Column("linear\naccuracy", "linear", "accuracy", fixed),
)
OF_NUMBERS = (
    Column("test\nRMSE", "", "rmse", short),
    Column("test\nR²", "", "r2", fixed),
    Column("mean\nRMSE", "mean", "rmse", short),
    Column("linear\nRMSE", "linear", "rmse", short),
)
WIDTH = 104  # in a narrower terminal lines break, which reads better than cells cut


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the summary, and return the exit code."""
    parser_of("summary", __doc__).parse_args(arguments)
    return exit_code(print_summary)


def print_summary() -> None:
    """Print the table, where the pictures lie, and the warnings of the metrics."""
    keys = load_params().experiments
    reports = {key: report for key in keys if (report := read_report(key))}
    if not reports:
        raise InputError("no experiment has run: there are no figures; make them with: dvc repro")
    replicates = {key: read_replicates(key) for key in reports}
    old = changed_since(working_tree(Path.cwd()), "evaluate", "replicate")
    console = Console(width=WIDTH, highlight=False)
    of_numbers = [key for key, report in reports.items() if "mean" in report["baseline"]]
    of_classes = [key for key in reports if key not in of_numbers]
    for keys_shown, columns in ((of_classes, OF_CLASSES), (of_numbers, OF_NUMBERS)):
        if keys_shown:
            shown = {key: reports[key] for key in keys_shown}
            console.print(summary_table(shown, replicates, old, columns))
    lines = [Text("Pictures: plots/EXPERIMENT/  All figures: results/EXPERIMENT.json")]
    kinds = {kind_of(found) for found in replicates.values() if found}
    lines[:0] = [Text(f"{kind}: {meaning}") for kind, meaning in RUNS.items() if kind in kinds]
    if not all("test" in report for report in reports.values()):
        lines.insert(0, Text(NO_TEST_PART))
    if any(old.values()):
        lines.insert(0, Text(OLD))
    for key, report in reports.items():
        found = replicates[key]
        warnings = [*report["warnings"], *(found["warnings"] if found else [])]
        if changed := old["evaluate"].get(key) or old["replicate"].get(key):
            warnings.append(f"changed since its figures were made ({changed}): run dvc repro")
        for warning in warnings:
            lines.append(Text.assemble(("warning: ", "yellow"), f"{key}: {warning}"))
    for key in keys:
        if key not in reports:  # it is new, or its first training failed
            lines.append(
                Text(f"{key}: has not run yet; make its figures: dvc repro evaluate@{key}")
            )
    console.print(*lines, sep="\n", soft_wrap=True)


def read_report(key: str) -> Report | None:
    """Read `results/KEY.json`; None where it was not made, as by a stage that failed."""
    return _read(Path(f"results/{key}.json"), f"make it with: dvc repro evaluate@{key}")


def read_replicates(key: str) -> Report | None:
    """Read `results/KEY-replicates.json`; None where it was not made, as after `dvc repro plot`."""
    return _read(Path(f"results/{key}-replicates.json"), f"make it with: dvc repro replicate@{key}")


def _read(path: Path, remedy: str) -> Report | None:
    """Read JSON that is there; raises InputError where it is damaged."""
    if not path.exists():
        return None
    try:
        report: Report = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path.as_posix()}: is no JSON ({error}); {remedy}") from error
    return report


def summary_table(
    reports: Mapping[str, Report],
    replicates: Mapping[str, Report | None],
    old: Mapping[str, Container[str]],
    columns: Sequence[Column] = OF_CLASSES,
) -> Table:
    """Set each network's figures beside those of the simplest predictor and of a linear model.

    They are of the test rows or, marked by a star, of the training rows where that is all there is.
    Below those of the one run stand mean and standard deviation over replicates. Figures of a stage
    that no longer fits its inputs (`old`: the experiments, by stage) are marked by a dagger.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in ("experiment", "rows", "features", "architecture"):
        table.add_column(name, justify="right" if name in ("rows", "features") else "left")
    for column in columns:
        table.add_column(column.heading, justify="right")
    for key, report in reports.items():
        judged, mark = ("test", " ") if "test" in report else ("train", "*")
        figures = [
            column.write(
                (report["baseline"][column.of] if column.of else report)[judged][column.metric]
            )
            for column in columns
        ]
        table.add_row(
            f"{key} †" if key in old["evaluate"] else key,
            str(report["data"]["rows"]),
            str(report["data"]["features"]),
            report["model"]["architecture"],
            *(f"{figure}{mark}" for figure in figures),
        )
        if found := replicates[key]:
            repeated = found["replicates"]
            judged, mark = ("test", " ") if "test" in repeated else ("train", "*")
            spreads = {"": repeated, "linear": repeated["linear"]}
            table.add_row(
                "",
                "",
                "",
                f"{repeated['count']} {kind_of(found)}{' †' if key in old['replicate'] else ''}",
                *(
                    f"{spread_of(spreads[of][judged][metric], write)}{mark}"
                    if of in spreads
                    else ""
                    for _, of, metric, write in columns
                ),
            )
    return table


def kind_of(replicates: Report) -> str:
    """Tell whether replicates are splits with other seeds or folds of one split."""
    return "folds" if "folds" in replicates["replicates"] else "seeds"


def spread_of(found: Mapping[str, float | None], write: Write = fixed) -> str:
    """Write what replicates say of a metric, both with as many decimals; a dash for too few."""
    mean, deviation = found["mean"], found["std"]
    if mean is None or deviation is None:
        return "-"
    return "±".join(with_deviation(mean, deviation, write))


if __name__ == "__main__":
    sys.exit(main())
