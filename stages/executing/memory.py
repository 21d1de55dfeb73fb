"""Whether a table's features would be far more numbers than this machine was made for."""

import os

from nn.errors import InputError
from nn.preparing.preprocessing import Preprocessing

BYTES = 8  # of a number
GB = 1e9


def check_size(rows: int, prepared: Preprocessing) -> None:
    """Raise InputError where categories make more numbers of a table than memory holds.

    A table of numbers is read in blocks, however long it is: it has the size that it came with.
    """
    features = len(prepared.feature_names)
    needed, held = rows * features * BYTES, memory()
    widest = max(prepared.columns, key=lambda column: len(column.feature_names))
    texts = len(widest.categories or ())
    if held is None or needed <= held or not texts:
        return
    raise InputError(
        f"the table would become {rows} × {features} numbers, {needed / GB:.1f} GB, and this "
        f"machine has {held / GB:.1f} GB of memory: column {widest.name!r} becomes {texts} of the "
        "features; set data.max_categories to fewer, or add the column to data.drop"
    )


def memory() -> int | None:
    """Find how many bytes of memory this machine has; None where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):  # Windows has no such question
        return None
