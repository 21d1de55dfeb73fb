"""What becomes of each column of a table: a feature, categories, or left out, and why."""

from argparse import Namespace
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from commands.adding.oddities import (
    class_warnings,
    code_warnings,
    form_notes,
    forms_of,
    mark_notes,
    told_apart,
)
from commands.adding.profile import (
    Overview,
    Profile,
    describe,
    gives_away,
    orders_alike,
    profile,
)
from commands.adding.reading import Meant, read_values
from commands.adding.roles import Role, is_wanted, reason_to_drop, role_of
from commands.adding.spellings import find_spellings, spelling_warnings, zero_warnings
from commands.adding.splits import split_suggestions
from commands.adding.task import find_task
from commands.shared.dialects import dialect_notes
from commands.shared.wording import first_few, in_a_line
from nn.errors import InputError, nearest
from nn.network.outputs import CLASSIFICATION, REGRESSION
from nn.preparing.dates import is_date_format
from nn.preparing.forms import Form, Kind

DEFAULTS = {
    "task": CLASSIFICATION,
    "delimiter": ",",
    "decimal": ".",
    "encoding": "utf-8",
    "missing": "refuse",
    "header_line": 1,
}


TARGET = {CLASSIFICATION: "the target", REGRESSION: "the target, a number to predict"}


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
    _check_options(overview, options)
    usual = Form(missing_marks=tuple(options.missing_marks), not_missing=tuple(options.not_missing))
    columns, spellings, alike = _profiles(overview, options, usual)
    task, target = find_task(overview, columns.pop(), usual, options)
    if told := told_apart(overview, columns):
        raise InputError("\n".join(told))
    meant = _read(overview, options, task, [*columns, target])
    target, *columns = (
        column.with_numbers(meant.numbers.get(column.name)) for column in (target, *columns)
    )
    tells = gives_away if task == CLASSIFICATION else orders_alike

    def tells_target(column: Profile) -> bool:
        return tells(column, meant.looked[column.name])

    roles = {column.name: role_of(column, options, tells_target) for column in columns}
    features = [column for column in columns if roles[column.name].kind == "feature"]
    if not features:
        raise InputError(_none_left(overview, target, roles))
    kept = [column for column in columns if roles[column.name].kind != "left out"]
    written = [*kept, target] if task == REGRESSION else kept
    names = {column.name for column in (*kept, target)}
    data = {
        "task": task,
        "positive": options.positive,
        "drop": [name for name in overview.columns if name not in names],
        "categories": [column.name for column in features if column.is_text],
        "missing": options.missing
        or ("impute" if any(column.missing for column in features) else "refuse"),
        "missing_marks": options.missing_marks,
        "not_missing": options.not_missing,
        "spellings": spellings,
        "written": forms_of(written),
        **overview.dialect._asdict(),
        "skip_lines": [*overview.dialect.skip_lines],
    }
    told_of = {column.name: (describe(column), roles[column.name].becomes) for column in columns}
    told_of[target.name] = (describe(target), TARGET[task])
    return Findings(
        {key: value for key, value in data.items() if value and value != DEFAULTS.get(key)},
        [
            (in_a_line(name), *told_of.get(name, ("", "left out, as you say")))
            for name in overview.columns
        ],
        [*dialect_notes(overview.dialect), *form_notes(written), *mark_notes(overview, kept)],
        [
            *(class_warnings(target) if task == CLASSIFICATION else ()),
            *alike,
            *(warning for role in roles.values() for warning in role.warnings),
            *code_warnings(features),
            *split_suggestions(columns, options),
        ],
    )


def _none_left(overview: Overview, target: Profile, roles: Mapping[str, Role]) -> str:
    """Say why there is nothing to predict the target from, and what can be done."""
    others = [name for name in overview.columns if name != target.name]
    if not others:
        return f"no column beside the target {target.name!r} to predict it from: add one"
    whys = {
        name: roles[name].becomes.removeprefix("left out: ") if name in roles else "as you say"
        for name in others
    }
    told = first_few([f"{name!r} ({why})" for name, why in whys.items()])
    return (
        f"no column is left to predict the target from: {told}; add a column that differs from row "
        "to row, or name one that is of use with --number or --category"
    )


def _check_options(overview: Overview, options: Namespace) -> None:
    """Raise InputError where the command line names what is no column, or no format of a date."""
    names = list(overview.columns)
    for name in (*_named(options), *(name for name, _ in options.date_format)):
        if name not in names:
            raise InputError(f"no column {name!r}{nearest(name, names)}")
    if options.target in options.drop:
        raise InputError(f"--drop {options.target!r}: this is the target, which cannot be left out")
    for name, form in options.date_format:
        if not is_date_format(form):
            raise InputError(
                f"column {name!r}: {form!r} is no format of a date, such as %Y-%m-%d %H:%M"
            )


def _read(overview: Overview, options: Namespace, task: str, columns: Sequence[Profile]) -> Meant:
    """Read the columns that are of use as what they mean, the target being the last."""
    *others, target = columns
    used = [
        column
        for column in others
        if not (column.is_text and reason_to_drop(column, is_wanted(column, options)))
    ]
    kinds: dict[str, Kind] = {
        column.name: "text" if column.is_text else "number" for column in used
    }
    kinds[target.name] = "class" if task == CLASSIFICATION else "quantity"
    forms = {column.name: column.form for column in (*used, target)}
    return read_values(options.table, overview.dialect, overview.rows, kinds, forms, target.name)


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
        column for column in columns if column.is_text and not reason_to_drop(column, wanted=False)
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
