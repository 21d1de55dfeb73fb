"""Numbers as people read them."""

from collections.abc import Callable

import numpy as np

Write = Callable[[float | None], str]


def short(value: float | None, digits: int = 4) -> str:
    """Write some significant digits, 0.1234 or 38420; or a dash for what is not defined."""
    if value is None:
        return "–"
    if value and not 1e-6 <= abs(value) < 1e15:  # so many zeros cannot be counted
        return f"{value:.{digits}g}"
    return np.format_float_positional(value + 0.0, digits, unique=False, fractional=False, trim="-")


def fixed(value: float | None) -> str:
    """Write three decimals, or a dash for what is not defined."""
    return "–" if value is None else f"{value:.3f}"


def four_decimals(value: float | None) -> str:
    """Write four decimals, or a dash; what rounds to 0 has no minus."""
    return "–" if value is None else f"{round(value, 4) + 0.0:.4f}"


def with_deviation(mean: float, deviation: float | None, write: Write) -> tuple[str, str]:
    """Write a mean, and its deviation with as many decimals, which `write` may give more."""
    written = write(mean)
    decimals = len(written.partition(".")[2])
    if deviation is None or not decimals:
        return written, write(deviation)
    return written, f"{deviation:.{decimals}f}"
