"""What becomes of each column of a table: a feature, categories, or left out, and why."""

from argparse import Namespace
from typing import Any, NamedTuple

import numpy as np

from commands.adding.profile import (
    FEW,
    Overview,
    Profile,
    describe,
    gives_away,
    names_rows,
    numbers_rows,
    profile,
)
from nn.errors import InputError, nearest
from stages.judging.cautions import UNBALANCED_SHARE

MANY_CATEGORIES = 50
DEFAULTS = {"delimiter": ",", "decimal": ".", "encoding": "utf-8", "missing": "refuse"}


class Findings(NamedTuple):
    """The data section that suits a table, what is told of each column, and warnings."""

    data: dict[str, Any]
    lines: list[tuple[str, str, str]]
    """Column, what it holds, what becomes of it."""
    warnings: list[str]


def examine(overview: Overview, options: Namespace) -> Findings:
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
        {key: value for key, value in data.items() if value and value != DEFAULTS.get(key)},
        lines,
        warnings,
    )


def _check_classes(target: Profile) -> None:
    if target.missing:
        raise InputError(
            f"column {target.name!r}: {target.missing} classes are missing; remove these rows"
        )
    if len(target.counts) > max(FEW, target.rows / 10):
        raise InputError(
            f"column {target.name!r} holds {len(target.counts)} different values in {target.rows} "
            "rows, too many for classes: give a target of a few classes, not of quantities or names"
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
            f"column {column.name!r} has a different whole number in each row: if it only names "
            f"the row, add --drop {column.name!r}"
        ]
    if column.numbers is None and len(column.counts) > MANY_CATEGORIES:
        return [f"column {column.name!r} becomes {len(column.counts)} features, one a category"]
    return []
