"""Make an experiment of a table: `python -m commands.add TABLE --target COLUMN`.

The table is examined: how it is written, what its columns hold, what is missing, its target. The
findings and the chosen settings are printed with the reasons. An experiment with these settings is
written into params.yaml, where each can be changed; nothing else in that file is touched.

A table outside this folder is copied into data/, so that a clone of the repository has it, too.

Exit code: 0, or 1 when the table cannot be used, 130 when interrupted.
"""

import argparse
import filecmp
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from commands.adding.choices import Choice, choose
from commands.adding.description import description
from commands.adding.findings import examine
from commands.adding.pitfalls import pitfalls
from commands.adding.profile import look_over
from commands.adding.twins import twin_warnings
from commands.experiments.names import check_name
from commands.shared.editing import checked, edit, with_experiment
from commands.shared.parsers import finite_number, parser_of
from nn.errors import InputError, problems_of
from nn.preparing.columns import MAX_CATEGORIES
from nn.preparing.preprocessing import Preprocessing, fit_preprocessing
from nn.splitting import Split, split_table
from stages.executing.memory import check_size
from stages.executing.progress import Progress
from stages.running.command import exit_code
from stages.running.files import write_copy
from stages.running.parameters.file import load_params
from stages.running.parameters.sections import Experiment, Params
from stages.tables.blocks import column_name
from stages.tables.table import Table, check_file, read_table

PARAMS = Path("params.yaml")


def main(arguments: Sequence[str] | None = None) -> int:
    """Add an experiment, and return the exit code."""
    options = _parser().parse_args(arguments)
    return exit_code(lambda: add(options))


def add(options: argparse.Namespace) -> None:
    """Examine a table, print the findings and write; raises InputError where it cannot be used."""
    params = load_params(PARAMS)
    key = _key_of(options.table) if options.name is None else options.name
    check_name(key)
    _refuse_twice(key, params)
    path, is_copied = _place_of(options.table)
    with problems_of(options.table):
        overview = look_over(options.table, options.target)
        findings = examine(overview, options)
    data = {"path": path.as_posix(), "target": options.target, **findings.data}
    split_by = {key: getattr(options, key) for key in ("group", "order")}
    table = read_table(**{**data, "path": options.table}, **split_by)
    choices = _choices_for(table, options)
    section = {"data": data, **_nested(choices)}
    comment = f"{len(table.labels)} rows of {path.name}, added by commands.add."

    def with_this_one(text: str) -> str:
        _refuse_twice(key, checked(text))
        return with_experiment(text, key, section, comment)

    with _options_blamed(key):
        experiment = checked(with_this_one(PARAMS.read_bytes().decode("utf-8"))).experiment(key)
    with problems_of(options.table):
        parts, prepared = _prepared(table, experiment)
    findings.warnings.extend(twin_warnings(table, parts, prepared))

    print(description(options.table, overview, findings, table, prepared, choices))
    if is_copied:
        print(f"\n{options.table} lies outside this folder: its copy is {path}")
    if options.dry_run:
        print(f"\n--dry-run: nothing was written. This would be experiments.{key}.")
        return

    def written(text: str) -> str:
        added = with_this_one(text)
        if is_copied and _place_of(options.table)[1]:  # nobody has put it there meanwhile
            write_copy(path, options.table)
        return added

    edit(PARAMS, written)
    print(f"\nWritten: experiments.{key} in {PARAMS}. Next: dvc repro")
    print(f"Then: python -m commands.predict models/{key}.npz TABLE")
    for warning in pitfalls(path, section):
        print(f"warning: {warning}")


@contextmanager
def _options_blamed(key: str) -> Iterator[None]:
    """Name the option, and not params.yaml, which was right before, in each problem raised here."""
    option = re.compile(rf"\w+\.({'|'.join([*SETTINGS, 'positive'])})\b")
    try:
        yield
    except InputError as error:
        told = [x.removeprefix(f"{PARAMS}: experiments.{key}.") for x in str(error).splitlines()]
        blamed = [option.sub(lambda x: f"--{x[1].replace('_', '-')}", each, 1) for each in told]
        raise InputError("\n".join(dict.fromkeys(blamed))) from error


def _refuse_twice(key: str, params: Params) -> None:
    if key in params.experiments:
        raise InputError(f"there is an experiment {key!r} already: give another --name")


def _choices_for(table: Table, options: argparse.Namespace) -> list[Choice]:
    features = sum(
        min(len(column.categories or (None,)), MAX_CATEGORIES) for column in table.columns
    )
    rows = len(table.labels)
    counts = table.class_counts().tolist() if table.classes else []
    given = {key: getattr(options, key) for key in (*SETTINGS, "group", "order")}
    return choose(rows, features, len(counts), min(counts, default=rows), given)


def _prepared(table: Table, experiment: Experiment) -> tuple[Split, Preprocessing]:
    """Do what the stages split and normalize will do, so that they cannot fail later."""
    drawing = experiment.split.drawing()
    parts = split_table(table.labels, table.classes, table.keys, **drawing)
    missing = experiment.data.missing
    normalize = experiment.normalize.model_dump(exclude_none=True)
    with Progress("add: columns fitted", "columns", len(table.columns)) as progress:
        columns = progress.over(table.columns)
        prepared = fit_preprocessing(
            table.features, columns, missing, rows=parts.train, **normalize
        )
    check_size(len(table.labels), prepared)
    return parts, prepared


def _nested(choices: Sequence[Choice]) -> dict[str, dict[str, Any]]:
    sections: dict[str, dict[str, Any]] = {}
    for choice in choices:
        section, key = choice.key.split(".")
        sections.setdefault(section, {})[key] = choice.value
    return sections


def _key_of(table: Path) -> str:
    stem = table.name.split(".")[0]
    key = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in stem)
    return key if key.strip("0123456789") else f"table_{key}"


def _place_of(table: Path) -> tuple[Path, bool]:
    """Return the path of the table in the experiment, and whether it must be copied there."""
    check_file(table)
    here = Path.cwd().resolve()
    if table.resolve().is_relative_to(here):
        return table.resolve().relative_to(here), False
    copy = Path("data") / table.name
    if copy.exists() and not filecmp.cmp(copy, table, shallow=False):
        raise InputError(f"{copy}: is another table with this name; rename {table}, or remove it")
    return copy, not copy.exists()


def _parser() -> argparse.ArgumentParser:
    parser = parser_of("add", __doc__)
    parser.add_argument(
        "table", metavar="TABLE", type=Path, help="a CSV file, gzipped or not, or Parquet"
    )
    parser.add_argument(
        "--target",
        required=True,
        metavar="COLUMN",
        type=column_name,
        help="the column to predict",
    )
    parser.add_argument("--name", help="of the experiment (that of the file)")
    parser.add_argument(
        "--task",
        choices=("classification", "regression"),
        help="what to predict: classes, or numbers (found out)",
    )
    parser.add_argument("--positive", metavar="CLASS", help="of two classes, the one to detect")
    parser.add_argument(
        "--missing", choices=("refuse", "impute"), help="how to treat missing values"
    )
    for name, (metavar, told) in LISTS.items():
        parser.add_argument(
            name,
            nargs="+",
            action="extend",
            default=[],
            metavar=metavar,
            type=column_name if metavar == "COLUMN" else str,
            help=told,
        )
    parser.add_argument(
        "--date-format",
        nargs=2,
        action="append",
        default=[],
        metavar=("COLUMN", "FORMAT"),
        type=column_name,
        help="how its dates are written, such as %%d/%%m/%%Y %%H:%%M",
    )
    split_by = parser.add_mutually_exclusive_group()
    split_by.add_argument(
        "--group",
        metavar="COLUMN",
        type=column_name,
        help="rows with one value of it stay in one part of the split",
    )
    split_by.add_argument(
        "--order", metavar="COLUMN", type=column_name, help="test the rows that are last by it"
    )
    parser.add_argument("--dry-run", action="store_true", help="print, and write nothing")
    for name, settings in SETTINGS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", **settings)
    return parser


LISTS = {
    "--drop": ("COLUMN", "columns to leave out"),
    "--category": ("COLUMN", "columns whose numbers are names of categories"),
    "--number": ("COLUMN", "columns of amounts, though they look like names"),
    "--thousands": ("COLUMN", "columns in which the only mark parts thousands"),
    "--no-thousands": ("COLUMN", "columns in which the only mark is the decimal mark"),
    "--missing-marks": ("TEXT", "texts and numbers that mean that a value is missing"),
    "--not-missing": ("TEXT", "texts, such as NA, that do not mean it"),
}

SETTINGS: dict[str, dict[str, Any]] = {
    "ensemble": {"type": int, "metavar": "COUNT", "help": "of networks that answer together"},
    "hidden": {"type": int, "nargs": "*", "metavar": "UNITS", "help": "of each hidden layer"},
    "activation": {"choices": ("relu", "tanh", "sigmoid")},
    "learning_rate": {"type": finite_number, "metavar": "RATE"},
    "epochs": {"type": int, "metavar": "COUNT"},
    "batch_size": {"type": int, "metavar": "ROWS"},
    "l2": {"type": finite_number, "metavar": "STRENGTH"},
    "test_size": {"type": finite_number, "metavar": "SHARE"},
    "validation_size": {"type": finite_number, "metavar": "SHARE"},
    "seed": {"type": int, "metavar": "NUMBER"},
}


if __name__ == "__main__":
    sys.exit(main())
