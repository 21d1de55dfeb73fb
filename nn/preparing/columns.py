"""What the columns of a table hold."""

from typing import Any, NamedTuple

from nn.preparing.forms import PLAIN, Form, form_of, form_to_json

LONGEST = 1000  # characters of a class or the name of a column: longer ones are texts to be read
MAX_CATEGORIES = 50  # that a column becomes where nothing else is said
LARGEST = 1e100  # the squares of larger numbers could add up to infinity


class Column(NamedTuple):
    """A column of a table: of numbers, or of texts, each of which is one of the categories."""

    name: str
    categories: tuple[str, ...] | None = None
    form: Form = PLAIN
    """How its cells are written."""
    most_categories: int | None = None
    """How many of its categories become features, where not all do."""


def column_to_json(column: Column) -> dict[str, Any]:
    """Describe a column by what JSON has; its form where that is not the usual one."""
    described: dict[str, Any] = {"name": column.name, "categories": column.categories}
    if column.most_categories is not None:
        described["most_categories"] = column.most_categories
    return described | ({"form": form_to_json(column.form)} if column.form != PLAIN else {})


def column_of(
    name: str, categories: list[str] | None, form: Any = None, most_categories: int | None = None
) -> Column:
    """Read a column as `column_to_json` describes it."""
    seen = None if categories is None else tuple(categories)
    return Column(name, seen, form_of(**form) if form else PLAIN, most_categories)
