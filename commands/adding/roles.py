"""What becomes of a column that is not the target: a feature, categories, or left out, and why."""

from argparse import Namespace
from collections.abc import Callable
from typing import Literal, NamedTuple

from commands.adding.oddities import oddities
from commands.adding.profile import (
    DIGITS_HELD,
    Profile,
    in_words,
    is_unnamed,
    names_rows,
    names_things,
    numbers_rows,
)
from nn.preparing.columns import MAX_CATEGORIES
from nn.preparing.dates import date_feature_names
from nn.preparing.preprocessing import REST

OF_NO_USE = HOLDS_NOTHING, HOLDS_ONE_VALUE = "it holds nothing", "it holds one value only"


class Role(NamedTuple):
    """What a column is for."""

    kind: Literal["feature", "split", "left out"]
    becomes: str
    """In a person's words."""
    warnings: list[str]


def role_of(column: Profile, options: Namespace, tells_target: Callable[[Profile], bool]) -> Role:
    """Decide what becomes of a column that the command line does not drop."""
    if column.name in (options.group, options.order):
        return Role("split", "what rows are split by, no feature", [])
    warnings = [*oddities(column, given=column.name in options.category)]
    if reason := reason_to_drop(column, is_wanted(column, options)):
        remedy = "" if reason in OF_NO_USE else "; take it out of drop to use it"
        warnings.append(f"column {column.name!r} is left out: {reason}{remedy}")
        return Role("left out", f"left out: {reason}", warnings)
    warnings += _warnings(column)
    if tells_target(column):
        warnings.append(
            f"column {column.name!r} alone gives the target away: is it known when you predict?"
        )
    return Role("feature", _becomes(column, options), warnings)


def _becomes(column: Profile, options: Namespace) -> str:
    kind = "a number"
    if column.is_text:
        kind = f"{min(column.different, MAX_CATEGORIES)} categories"
    if column.form.date:
        kind = f"{len(date_feature_names(column.name, column.form.date))} numbers"
    return kind + (", gaps filled in" if column.missing and options.missing != "refuse" else "")


def is_wanted(column: Profile, options: Namespace) -> bool:
    """Tell whether the command line says what a column holds."""
    return column.name in (*options.category, *options.number)


def reason_to_drop(column: Profile, wanted: bool) -> str | None:
    """Say why a column is of no use as a feature, or would be of none if nobody wanted it."""
    if not column.counts:
        return HOLDS_NOTHING
    numbers = 0 if column.numbers is None else column.numbers.different
    if not column.missing and 1 in (column.different, numbers):
        return HOLDS_ONE_VALUE
    if numbers_rows(column):
        return "it looks like row numbers"
    if wanted:
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


def _warnings(column: Profile) -> list[str]:
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
