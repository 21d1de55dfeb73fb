"""Columns that rows may have to be split by: things that repeat, and dates."""

import re
import shlex
from argparse import Namespace
from collections.abc import Iterator, Sequence

from commands.adding.profile import Profile, in_words

FEWEST_GROUPS = 5
ROWS_OF_A_GROUP = 1.5  # on average: below it, hardly anything repeats
THINGS = (
    "patient|subject|person|people|participant|respondent|proband|customer|client|user|member|"
    "employee|student|child|household|family|animal|session|visit|device|machine|engine|sensor|"
    "house|building|apartment|mixture|station|hospital|clinic|school|batch|lot|specimen|donor|driver|player|author"
)
NAMES_THINGS = re.compile(rf"\b(?:ids?|uuid|guid|(?:{THINGS})s?(?:id|no|nr|code)?)\b")
OF_BIRTH = re.compile(r"birth|born|\bdob\b")


def split_suggestions(columns: Sequence[Profile], options: Namespace) -> Iterator[str]:
    """Say by which columns the rows should be split, unless the command line names one."""
    if options.group or options.order:
        return
    for column in columns:
        name = shlex.quote(column.name)
        if repeats_things(column):
            yield (
                f"column {column.name!r} names {in_words(column)} things in {column.rows} rows: "
                "where rows of one are trained on and others tested, figures flatter; to keep them "
                f"together, add --group {name}"
            )
        if is_of_days(column):
            yield (
                f"column {column.name!r} is of dates: where later rows are to be predicted, "
                f"add --order {name}, and the last ones are tested"
            )


def repeats_things(column: Profile) -> bool:
    """Tell whether a column seems to name things that have several rows each."""
    if column.form.date or not column.counts:
        return False
    is_whole = column.numbers is None or column.numbers.are_whole
    present = column.rows - column.missing
    if not is_whole or not FEWEST_GROUPS <= column.different <= present / ROWS_OF_A_GROUP:
        return False
    return NAMES_THINGS.search(_words(column.name)) is not None


def is_of_days(column: Profile) -> bool:
    """Tell whether a column says when something was, and not when somebody was born."""
    has_days = "%Y" in column.form.date or "%y" in column.form.date
    return has_days and column.different > 2 and not OF_BIRTH.search(_words(column.name))


def _words(name: str) -> str:
    """Part a name into words of small letters: `CustomerID` and `customer_id` alike."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return re.sub(r"[\W_]+", " ", parted).lower()
