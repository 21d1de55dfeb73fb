"""The column that rows are split by: numbers of groups, or places in an order."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.errors import InputError
from nn.preparing.forms import Form
from stages.tables.cells import Chunk

Keys = NDArray[np.int64]


def group_numbers(chunks: Sequence[Chunk], name: str) -> Keys:
    """Number the groups that a column names, and give each row's; raises InputError at a gap."""
    return np.unique(_values(chunks, name), return_inverse=True)[1]


def ranks(chunks: Sequence[Chunk], name: str, form: Form, decimal: str) -> Keys:
    """Rank the rows by a column of numbers or dates, the lowest first; equal values have one rank.

    Raises InputError where a value is missing or is neither.
    """
    values = _values(chunks, name)
    if values.dtype != object:
        return np.unique(values, return_inverse=True)[1]
    texts, text_of_row = np.unique(values.astype(str), return_inverse=True)
    numbers = [form.number(text, decimal) for text in texts.tolist()]
    dates = [_seconds(text) for text in texts.tolist()]
    read = next((each for each in (numbers, dates) if None not in each), None)
    if read is None:
        both = zip(texts.tolist(), numbers, dates, strict=True)
        odd = next((text for text, *each in both if each == [None, None]), texts[-1])
        raise InputError(
            f"column {name!r}: {odd[:40]!r} is no number as the others, and no date such as "
            "2024-01-31, and the rows are to be put in its order"
        )
    return np.unique(np.array(read, dtype=np.float64)[text_of_row], return_inverse=True)[1]


def _values(chunks: Sequence[Chunk], name: str) -> NDArray[Any]:
    for chunk in chunks:
        values = chunk.columns[name]
        gaps = np.flatnonzero(values == "" if values.dtype == object else np.isnan(values))
        if len(gaps):
            raise InputError(
                f"line {chunk.lines[gaps[0]]}, column {name!r}: a value is missing, and rows are "
                "split by this column: fill it in or remove the row"
            )
    return np.concatenate([chunk.columns[name] for chunk in chunks])


def _seconds(text: str) -> float | None:
    """Read a date, Greenwich's without a zone, as seconds since 1970; None where it is none."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
