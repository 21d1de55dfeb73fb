"""How a difference is told: the first one's place and both values, how many, and how large."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

TOLD = 3  # things that are named one by one


class Difference(NamedTuple):
    """One place where two files have other numbers or words."""

    place: str
    recorded: Any
    rebuilt: Any


def sentence(differences: list[Difference], of: int, things: str) -> str | None:
    """Sum up differences, the first one first; None where there are none.

    `of` is how many `things` ("numbers", say) were compared.
    """
    if not differences:
        return None
    place, recorded, rebuilt = differences[0]
    distances = [distance(one.recorded, one.rebuilt) for one in differences]
    known = [value for value in distances if value is not None]
    told = f"{place}: {_short(recorded)} recorded, {_short(rebuilt)} rebuilt; "
    told += f"{len(differences)} of {of} {things} differ{'s' if len(differences) == 1 else ''}"
    return told + (f", by {max(known):.3g} at most" if known else "")


def distance(one: Any, other: Any) -> float | None:
    """Find how far two numbers lie apart; None where one is no number, or no finite one."""
    if not (is_number(one) and is_number(other)):
        return None
    apart = abs(float(one) - float(other))
    return apart if math.isfinite(apart) else None


def is_number(value: Any) -> bool:
    """Tell numbers from words; True and False are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_same(one: Any, other: Any) -> bool:
    """Compare two values as numbers, not as bits: 1 is 1.0, 0 is -0, NaN is NaN."""
    if is_number(one) and is_number(other):
        return bool(one == other or (one != one and other != other))
    return type(one) is type(other) and bool(one == other)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def some(names: Sequence[str]) -> str:
    """Name a few things, and say how many more there are."""
    more = f" and {len(names) - TOLD} more" if len(names) > TOLD else ""
    return ", ".join(names[:TOLD]) + more
