"""Make an experiment of a table: `python -m commands.add TABLE --target COLUMN`.

The table is looked over: how it is written, what its columns hold, what is missing, the classes.
What was found and what was chosen is printed with the reasons, and an experiment of these settings
is written into params.yaml, where each can be changed. Nothing else in that file is touched.

A table outside this folder is copied into data/, for whoever clones the repository has no other.
"""

import argparse
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from commands.adding.choices import Choice, choose
from commands.adding.profile import (
    FEW,
    Overview,
    Profile,
    describe,
    gives_away,
    look_over,
    names_rows,
    numbers_rows,
    profile,
)
from commands.adding.writing import checked, with_experiment
from commands.shared.dialects import NAMES
from commands.shared.parsers import parser_of
from nn.errors import InputError, nearest
from nn.preparing.preprocessing import Preprocessing, fit_preprocessing
from nn.splitting import split_table
from stages.judging.cautions import UNBALANCED_SHARE
from stages.parameters.file import load_params
from stages.parameters.sections import Experiment
from stages.running.files import write_bytes
from stages.tables.table import Table, read_table

PARAMS = Path("params.yaml")
MANY_CATEGORIES = 50
PLAIN = {"delimiter": ",", "decimal": ".", "encoding": "utf-8", "missing": "refuse"}


class Findings(NamedTuple):
    """The data section that suits a table, what is told of each column, and warnings."""

    data: dict[str, Any]
    lines: list[tuple[str, str, str]]
    """Column, what it holds, what becomes of it."""
    warnings: list[str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Add an experiment, and return the exit code: 0, or 1 after one line on what is wrong."""
    options = _parser().parse_args(arguments)
    try:
        add(options)
    except InputError as error:
        print("\n".join(f"error: {line}" for line in str(error).splitlines()), file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


def add(options: argparse.Namespace) -> None:
    """Look a table over, tell of it and write; raises InputError where it cannot be used."""
    params = load_params(PARAMS)
    key = options.name or _key_of(options.table)
    if key in params.experiments:
        raise InputError(f"there is an experiment {key!r} already: give another --name")
    path, is_copied = _place_of(options.table)
    with _named(options.table):
        overview = look_over(options.table, options.target)
        findings = examine(overview, options)
    data = {"path": path.as_posix(), "target": options.target, **findings.data}
    table = read_table(**{**data, "path": options.table})
    choices = _choices_for(table, data["path"], options)
    section = {"data": data, **_nested(choices)}
    comment = f"{len(table.labels)} rows of {path.name}, added by commands.add."
    text = with_experiment(PARAMS.read_text(encoding="utf-8"), key, section, comment)
    experiment = checked(text).experiment(key)
    with _named(options.table):
        prepared = _tried(table, experiment)

    print(_told(options.table, overview, findings, table, prepared, choices))
    if is_copied:
        print(f"\n{options.table} lies outside this folder: its copy is {path}")
    if options.dry_run:
        print(f"\n--dry-run: nothing was written. This would be experiments.{key}.")
        return
    if is_copied:
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(options.table, path)
    write_bytes(PARAMS, text.encode("utf-8"))
    print(f"\nWritten: experiments.{key} in {PARAMS}. Next: dvc repro")
    print(f"Then: python -m commands.predict models/{key}.npz TABLE")


def examine(overview: Overview, options: argparse.Namespace) -> Findings:
    """Decide what becomes of each column; raises InputError where a cell or a name is wrong."""
    names = list(overview.columns)
    for name in (*options.drop, *options.category):
        if name not in names:
            raise InputError(f"no column {name!r}{nearest(name, names)}")
    target = profile(overview, options.target, is_text=True)
    _check_classes(target)
    spelled = overview.columns[options.target]
    _, labels = np.unique(spelled[spelled != ""].astype(str), return_inverse=True)
    dropped, categories, lines, warnings = [], [], [], []
    missing = False
    for name, texts in overview.columns.items():
        if name == options.target:
            lines.append((name, describe(target), "the target"))
            continue
        if name in options.drop:
            dropped.append(name)
            lines.append((name, "", "left out, as you say"))
            continue
        column = profile(overview, name, is_text=name in options.category)
        reason = _reason_to_drop(column, is_wanted=name in options.category)
        if reason:
            dropped.append(name)
            lines.append((name, describe(column), f"left out: {reason}"))
            warnings.append(f"column {name!r} is left out: {reason}; take it out of drop to use it")
            continue
        missing |= column.missing > 0
        kind = "a number" if column.numbers is not None else f"{len(column.counts)} categories"
        filled = ", gaps filled in" if column.missing and options.missing != "refuse" else ""
        lines.append((name, describe(column), kind + filled))
        if column.numbers is None:
            categories.append(name)
        warnings += _column_warnings(column)
        if len(labels) == len(texts) and gives_away(column, texts, labels):
            warnings.append(
                f"column {name!r} alone gives the target away: is it known when you predict?"
            )
    share = max(target.counts.values()) / target.rows
    if share >= UNBALANCED_SHARE:
        warnings.append(
            f"one class has {share:.0%} of the rows: look at F1 and ROC AUC rather than accuracy, "
            "and try class_weights: balanced"
        )
    if len(dropped) == len(names) - 1:
        raise InputError("no column is left to predict the target from")
    data = {
        "positive": options.positive,
        "drop": dropped,
        "categories": categories,
        "missing": options.missing or ("impute" if missing else "refuse"),
        **overview.dialect._asdict(),
    }
    return Findings(
        {key: value for key, value in data.items() if value and value != PLAIN.get(key)},
        lines,
        warnings,
    )


def _check_classes(target: Profile) -> None:
    if target.missing:
        raise InputError(
            f"column {target.name!r}: {target.missing} classes are missing; take these rows out"
        )
    if len(target.counts) > max(FEW, target.rows / 10):
        raise InputError(
            f"column {target.name!r} holds {len(target.counts)} different values in {target.rows} "
            "rows: a network like this tells some classes apart, it finds no quantities or names"
        )


def _reason_to_drop(column: Profile, is_wanted: bool) -> str | None:
    if not column.counts:
        return "it holds nothing"
    if len(column.counts) == 1 and not column.missing:
        return "it holds one value only"
    if numbers_rows(column):
        return "it looks like row numbers"
    if column.numbers is None and names_rows(column) and not is_wanted:
        return f"it has {len(column.counts)} texts in {column.rows} rows, almost one for each"
    return None


def _column_warnings(column: Profile) -> list[str]:
    if column.numbers is not None and names_rows(column):
        return [
            f"column {column.name!r} has another whole number in each row: if it only names the "
            f"row, add --drop {column.name!r}"
        ]
    if column.numbers is None and len(column.counts) > MANY_CATEGORIES:
        return [f"column {column.name!r} becomes {len(column.counts)} features, one a category"]
    return []


def _choices_for(table: Table, path: str, options: argparse.Namespace) -> list[Choice]:
    features = sum(len(column.categories or (None,)) for column in table.columns)
    counts = np.bincount(table.labels)
    return choose(
        len(table.labels),
        features,
        len(counts),
        int(counts.min()),
        argparse.Namespace(**{key: getattr(options, key) for key in SETTINGS}),
    )


@contextmanager
def _named(table: Path) -> Iterator[None]:
    """Put the table's name before what is wrong with it."""
    try:
        yield
    except InputError as error:
        told = [f"{table}: {line}" for line in str(error).splitlines()]
        raise InputError("\n".join(told)) from error


def _tried(table: Table, experiment: Experiment) -> Preprocessing:
    """Do what split and normalize will do, for what they cannot do to be told now."""
    parts = split_table(table.labels, table.classes, **experiment.split.model_dump())
    missing = experiment.data.missing
    normalize = experiment.normalize.model_dump(exclude_none=True)
    return fit_preprocessing(table.features[parts.train], table.columns, missing, **normalize)


def _told(
    path: Path,
    overview: Overview,
    findings: Findings,
    table: Table,
    prepared: Preprocessing,
    choices: Sequence[Choice],
) -> str:
    """Write down what was found and chosen."""
    dialect = overview.dialect
    classes, counts = table.classes, np.bincount(table.labels)
    last = f" ({classes[-1]!r} is the positive one)" if len(classes) == 2 else ""
    named = ", ".join(f"{name} {count}" for name, count in zip(classes, counts, strict=True))
    lines = [
        f"{path}: {len(table.labels)} rows, {len(overview.columns)} columns; {dialect.encoding}, "
        f"delimiter {NAMES[dialect.delimiter]}, decimal {NAMES[dialect.decimal]}",
        "",
        *_aligned([("column", "holds", "becomes"), *findings.lines]),
        "",
        f"{len(classes)} classes: {named}{last}",
        f"{len(prepared.feature_names)} features of {len(table.columns)} columns",
        "",
        *_aligned([(each.key, _short(each.value), each.reason) for each in choices if each.reason]),
        *[f"warning: {warning}" for warning in findings.warnings],
    ]
    return "\n".join(lines)


def _short(value: Any) -> str:
    return {"None": "null", "True": "true"}.get(str(value), str(value))


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


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
    """Say where the table of an experiment lies, and whether it must be copied there."""
    if not table.is_file():
        raise InputError(f"{table}: no such file")
    here = Path.cwd().resolve()
    if table.resolve().is_relative_to(here):
        return table.resolve().relative_to(here), False
    copy = Path("data") / table.name
    if copy.exists() and copy.read_bytes() != table.read_bytes():
        raise InputError(f"{copy}: is there already and another one; rename {table} or remove it")
    return copy, not copy.exists()


def _parser() -> argparse.ArgumentParser:
    parser = parser_of("add", __doc__)
    parser.add_argument("table", metavar="TABLE", type=Path, help="a CSV file, gzipped or not")
    parser.add_argument("--target", required=True, metavar="COLUMN", help="what is to be predicted")
    parser.add_argument("--name", help="of the experiment; without, that of the file")
    parser.add_argument("--positive", metavar="CLASS", help="of two, the one that is looked for")
    parser.add_argument("--drop", nargs="+", action="extend", default=[], metavar="COLUMN")
    parser.add_argument(
        "--category",
        nargs="+",
        action="extend",
        default=[],
        metavar="COLUMN",
        help="columns whose numbers are names",
    )
    parser.add_argument("--missing", choices=("refuse", "impute"), help="what to do about gaps")
    parser.add_argument("--dry-run", action="store_true", help="print, and write nothing")
    for name, settings in SETTINGS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", **settings)
    return parser


SETTINGS: dict[str, dict[str, Any]] = {
    "hidden": {"type": int, "nargs": "*", "metavar": "UNITS", "help": "of each hidden layer"},
    "activation": {"choices": ("relu", "tanh", "sigmoid")},
    "learning_rate": {"type": float, "metavar": "RATE"},
    "epochs": {"type": int, "metavar": "COUNT"},
    "batch_size": {"type": int, "metavar": "ROWS"},
    "l2": {"type": float, "metavar": "STRENGTH"},
    "test_size": {"type": float, "metavar": "SHARE"},
    "validation_size": {"type": float, "metavar": "SHARE"},
    "seed": {"type": int, "metavar": "NUMBER"},
}


if __name__ == "__main__":
    sys.exit(main())
