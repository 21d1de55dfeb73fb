"""Differences in one sentence: the first one's place and values, how many, and how large."""

import math
from typing import Any, NamedTuple


class Difference(NamedTuple):
    """One place where two files have other numbers or words."""

    place: str
    recorded: Any
    rebuilt: Any


def sentence(differences: list[Difference], compared: int, things: str) -> str | None:
    """Describe the first difference and count all of them; return None where there are none.

    `compared` is how many `things` (a plural, such as "numbers") were compared.
    """
    if not differences:
        return None
    place, recorded, rebuilt = differences[0]
    distances = [distance(one.recorded, one.rebuilt) for one in differences]
    known = [value for value in distances if value is not None]
    told = f"{place}: {_short(recorded)} recorded, {_short(rebuilt)} rebuilt; "
    told += (
        f"{len(differences)} of {compared} {things} differ{'s' if len(differences) == 1 else ''}"
    )
    return told + (f", by {max(known):.3g} at most" if known else "")


def distance(one: Any, other: Any) -> float | None:
    """Measure how far apart two numbers are; return None where one is no finite number."""
    if not (is_number(one) and is_number(other)):
        return None
    apart = abs(float(one) - float(other))
    return apart if math.isfinite(apart) else None


def is_number(value: Any) -> bool:
    """Tell whether a value is a number; True and False are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_same(one: Any, other: Any) -> bool:
    """Tell whether two values are equal as numbers, not as bits: 1 is 1.0, 0 is -0, NaN is NaN."""
    if is_number(one) and is_number(other):
        return bool(one == other or (one != one and other != other))
    return type(one) is type(other) and bool(one == other)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
