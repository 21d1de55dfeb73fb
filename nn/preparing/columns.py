"""What the columns of a table hold, and which cells count as missing."""

from typing import NamedTuple

MISSING = frozenset({"", "?", "na", "n/a", "nan", "null", "none", "<na>"})  # in small letters
LARGEST = 1e100  # the squares of larger numbers could add up to infinity


class Column(NamedTuple):
    """A column of a table: of numbers, or of texts, each of which is one of the categories."""

    name: str
    categories: tuple[str, ...] | None = None
