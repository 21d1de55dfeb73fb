"""What becomes of each column of a table: a feature, categories, or left out, and why."""

from argparse import Namespace
from collections import Counter
from collections.abc import Container, Iterator
from typing import Any, NamedTuple

from commands.adding.oddities import (
    class_warnings,
    code_warnings,
    form_notes,
    forms_of,
    mark_notes,
    oddities,
    told_apart,
)
from commands.adding.profile import (
    DIGITS_HELD,
    FEW,
    Overview,
    Profile,
    describe,
    gives_away,
    in_words,
    is_unnamed,
    names_rows,
    names_things,
    numbers_rows,
    orders_alike,
    profile,
)
from commands.adding.reading import read_values
from commands.adding.spellings import find_spellings, spelling_warnings, zero_warnings
from commands.adding.splits import split_suggestions
from commands.shared.dialects import dialect_notes
from nn.errors import InputError, nearest
from nn.network.outputs import CLASSIFICATION, REGRESSION
from nn.preparing.columns import MAX_CATEGORIES
from nn.preparing.dates import date_feature_names, is_date_format
from nn.preparing.forms import Form, Kind
from nn.preparing.preprocessing import REST
from stages.judging.cautions import UNBALANCED_SHARE
from stages.tables.table import check_lengths

DEFAULTS = {
    "task": CLASSIFICATION,
    "delimiter": ",",
    "decimal": ".",
    "encoding": "utf-8",
    "missing": "refuse",
    "header_line": 1,
}


OF_NO_USE = HOLDS_NOTHING, HOLDS_ONE_VALUE = "it holds nothing", "it holds one value only"


class Findings(NamedTuple):
    """The data section that suits a table, what is told of each column, and warnings."""

    data: dict[str, Any]
    lines: list[tuple[str, str, str]]
    """Column, what it holds, what becomes of it."""
    notes: list[str]
    """What was recognised in how the table is written."""
    warnings: list[str]


def examine(overview: Overview, options: Namespace) -> Findings:
    """Decide what becomes of each column; raises InputError where a cell or a name is wrong."""
    names = list(overview.columns)
    for name in (*_named(options), *(name for name, _ in options.date_format)):
        if name not in names:
            raise InputError(f"no column {name!r}{nearest(name, names)}")
    for name, form in options.date_format:
        if not is_date_format(form):
            raise InputError(
                f"column {name!r}: {form!r} is no format of a date, such as %Y-%m-%d %H:%M"
            )
    usual = Form(missing_marks=tuple(options.missing_marks), not_missing=tuple(options.not_missing))
    columns, spellings, alike = _profiles(overview, options, usual)
    target = columns.pop()
    task = options.task or task_of(numbers_in(overview, target, usual), overview.dialect.decimal)
    if task == REGRESSION:
        target = numbers_in(overview, target, usual)
        _check_numbers(overview, target)
    else:
        _check_classes(overview, target)
    if told := told_apart(overview, columns):
        raise InputError("\n".join(told))
    used = [
        column
        for column in columns
        if not (column.is_text and _reason_to_drop(column, _is_wanted(column, options)))
    ]
    kinds: dict[str, Kind] = {
        column.name: "text" if column.is_text else "number" for column in used
    }
    kinds[target.name] = "class" if task == CLASSIFICATION else "quantity"
    forms = {column.name: column.form for column in (*used, target)}
    meant = read_values(options.table, overview.dialect, overview.rows, kinds, forms, target.name)
    target, *columns = (
        column.with_numbers(meant.numbers.get(column.name)) for column in (target, *columns)
    )
    profiles = {column.name: column for column in columns}
    dropped, split_by, categories, lines = [], [], [], []
    warnings = [*(class_warnings(target) if task == CLASSIFICATION else ()), *alike]
    missing = False
    for name in names:
        if name == options.target:
            becomes = "the target" if task == CLASSIFICATION else "the target, a number to predict"
            lines.append((name, describe(target), becomes))
            continue
        if name in options.drop:
            dropped.append(name)
            lines.append((name, "", "left out, as you say"))
            continue
        column = profiles[name]
        if name in (options.group, options.order):
            lines.append((name, describe(column), "what rows are split by, no feature"))
            split_by.append(name)
            continue
        warnings += oddities(column, given=name in options.category)
        reason = _reason_to_drop(column, _is_wanted(column, options))
        if reason:
            dropped.append(name)
            lines.append((name, describe(column), f"left out: {reason}"))
            remedy = "" if reason in OF_NO_USE else "; take it out of drop to use it"
            warnings.append(f"column {name!r} is left out: {reason}{remedy}")
            continue
        missing |= column.missing > 0
        count = min(column.different, MAX_CATEGORIES)
        kind = f"{count} categories" if column.is_text else "a number"
        if column.form.date:
            kind = f"{len(date_feature_names(name, column.form.date))} numbers"
        filled = ", gaps filled in" if column.missing and options.missing != "refuse" else ""
        lines.append((name, describe(column), kind + filled))
        if column.is_text:
            categories.append(name)
        warnings += _column_warnings(column)
        gives_target_away = gives_away if task == CLASSIFICATION else orders_alike
        if gives_target_away(column, meant.looked[name]):
            warnings.append(
                f"column {name!r} alone gives the target away: is it known when you predict?"
            )
    warnings += code_warnings([profiles[n] for n in profiles if n not in (*dropped, *split_by)])
    warnings += split_suggestions(columns, options)
    share = max(target.counts.values()) / target.rows if task == CLASSIFICATION else 0.0
    if share >= UNBALANCED_SHARE:
        warnings.append(
            f"one class has {share:.0%} of the rows: look at F1 and ROC AUC rather than accuracy, "
            "and try class_weights: balanced"
        )
    if len(dropped) + len(split_by) == len(names) - 1:
        raise InputError("no column is left to predict the target from")
    used = [column for column in columns if column.name not in dropped]
    in_forms = [*used, target] if task == REGRESSION else used
    data = {
        "task": task,
        "positive": options.positive,
        "drop": dropped,
        "categories": categories,
        "missing": options.missing or ("impute" if missing else "refuse"),
        "missing_marks": options.missing_marks,
        "not_missing": options.not_missing,
        "spellings": spellings,
        "written": forms_of(in_forms),
        **{key: value for key, value in overview.dialect._asdict().items() if value},
    }
    data["skip_lines"] = list(overview.dialect.skip_lines)
    return Findings(
        {key: value for key, value in data.items() if value and value != DEFAULTS.get(key)},
        lines,
        [*dialect_notes(overview.dialect), *form_notes(in_forms), *mark_notes(overview, used)],
        warnings,
    )


def _is_wanted(column: Profile, options: Namespace) -> bool:
    return column.name in (*options.category, *options.number)


def _named(options: Namespace) -> Iterator[str]:
    """List the columns that the command line names."""
    for key in ("drop", "category", "number", "thousands", "no_thousands"):
        yield from getattr(options, key)
    yield from (name for name in (options.group, options.order) if name is not None)


def _profiles(
    overview: Overview, options: Namespace, usual: Form
) -> tuple[list[Profile], list[list[str]], list[str]]:
    """Find out what the columns hold, the target last; what is the same in them, and say so."""
    told = {
        name: _as_told(name, options, overview.of_texts)
        for name in overview.columns
        if name not in options.drop
    }
    told[options.target] = ("class", None, "")
    names = sorted(told, key=lambda name: name == options.target)
    columns = [profile(overview, name, usual, *told[name]) for name in names]
    of_texts = [
        column for column in columns if column.is_text and not _reason_to_drop(column, False)
    ]
    spellings = find_spellings(of_texts)
    alike = [*zero_warnings(of_texts)]
    if not spellings:
        return columns, [], alike
    usual = usual._replace(spellings=tuple(map(tuple, spellings)))
    alike += spelling_warnings(of_texts, spellings)
    return [profile(overview, name, usual, *told[name]) for name in names], spellings, alike


def _as_told(
    name: str, options: Namespace, of_texts: Container[str]
) -> tuple[Kind | None, bool | None, str]:
    """Say what is told of a column: its kind, whether numbers have thousands, the date's format."""
    thousands = True if name in options.thousands else None
    thousands = False if name in options.no_thousands else thousands
    if name in options.category:
        return "text", thousands, ""
    date = dict(options.date_format).get(name, "")
    if name in options.number:
        return "number", thousands, date
    return "text" if name in of_texts and not date else None, thousands, date


def numbers_in(overview: Overview, target: Profile, usual: Form) -> Profile:
    """Read the target's cells as numbers."""
    return profile(overview, target.name, usual, "number")


def task_of(numbers: Profile, decimal: str) -> str:
    """Tell whether the target is a quantity: many different numbers, or some that are not whole.

    So are whole numbers of which one is in a single row: as classes they could not be split.
    """
    if numbers.odd or names_things(numbers.counts):
        return CLASSIFICATION
    known = Counter[float]()
    for text, rows in numbers.counts.items():
        known[numbers.form.number(text, decimal) or 0.0] += rows
    different = len(known) if numbers.is_exact else numbers.different
    are_whole = all(value % 1 == 0 for value in known)
    is_quantity = different > 2 and (
        different > max(FEW, known.total() / 10) or not are_whole or min(known.values()) == 1
    )
    return REGRESSION if is_quantity else CLASSIFICATION


def _check_numbers(overview: Overview, target: Profile) -> None:
    if target.odd:
        text, rows = target.odd.most_common(1)[0]
        line = overview.line_of(target.name, {text: rows})
        raise InputError(
            f"line {line}, column {target.name!r}: {text[:40]!r} is not a number, which {rows} of "
            f"{target.rows} rows hold: correct it, or add --task classification"
        )
    if target.missing:
        raise InputError(
            f"column {target.name!r}: {target.missing} numbers to predict are missing, the first "
            f"in line {overview.line_of(target.name, target.marks)}; remove these rows"
        )


def _check_classes(overview: Overview, target: Profile) -> None:
    if target.missing:
        raise InputError(
            f"column {target.name!r}: {target.missing} classes are missing, the first in line "
            f"{overview.line_of(target.name, target.marks)}; remove these rows"
        )
    if target.different > max(FEW, target.rows / 10):
        raise InputError(
            f"column {target.name!r} holds {in_words(target)} different values in {target.rows} "
            "rows, too many for classes: give a target of a few classes or of numbers"
        )
    check_lengths(target.name, target.counts)


def _reason_to_drop(column: Profile, is_wanted: bool) -> str | None:
    if not column.counts:
        return HOLDS_NOTHING
    numbers = 0 if column.numbers is None else column.numbers.different
    if not column.missing and 1 in (column.different, numbers):
        return HOLDS_ONE_VALUE
    if numbers_rows(column):
        return "it looks like row numbers"
    if is_wanted:
        return None
    if not column.is_text and names_rows(column) and is_unnamed(column):
        return "it has no name and another whole number in each row"
    if (
        column.is_text
        and any(len(text) > DIGITS_HELD for text in column.counts)
        and (names_things(column.counts))
    ):
        return "its whole numbers have more digits than a number can hold, as only ids have"
    if column.is_text and names_rows(column):
        return f"it has {in_words(column)} texts in {column.rows} rows, almost one for each"
    return None


def _column_warnings(column: Profile) -> list[str]:
    if not column.is_text and names_rows(column):
        return [
            f"column {column.name!r} has a different whole number in each row: if it only names "
            f"the row, add --drop {column.name!r}"
        ]
    if column.is_text and column.different > MAX_CATEGORIES:
        return [
            f"column {column.name!r} has {in_words(column)} texts: the {MAX_CATEGORIES - 1} most "
            f"frequent become categories, all others are taken together as {REST!r}; "
            "data.max_categories sets how many"
        ]
    return []
