"""Numbers as people read them."""

import math
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


def ticks(low: float, high: float, count: int) -> list[float]:
    """Choose round numbers from `low` to `high`, about `count` of them, equally far apart."""
    if not high > low:
        return [low]
    rough = (high - low) / count
    power = float(f"1e{f'{rough:e}'.split('e')[1]}")  # of ten, at most `rough`
    step = next(factor * power for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * power >= rough)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{number * step:.15g}") for number in range(first, last + 1)]
