"""Numbers as people read them."""

import math
from collections.abc import Callable

Write = Callable[[float | None], str]


def short(value: float | None) -> str:
    """Write four significant digits, or a dash for what is not defined."""
    return "–" if value is None else f"{value:.4g}"


def fixed(value: float | None) -> str:
    """Write three decimals, or a dash for what is not defined."""
    return "–" if value is None else f"{value:.3f}"


def with_deviation(mean: float, deviation: float | None, write: Write) -> tuple[str, str]:
    """Write a mean, and its deviation with as many decimals, which `write` may give more."""
    written = write(mean)
    if deviation is None or "e" in written:
        return written, write(deviation)
    return written, f"{deviation:.{len(written.partition('.')[2])}f}"


def ticks(low: float, high: float, count: int) -> list[float]:
    """Choose round numbers from `low` to `high`, about `count` of them, equally far apart."""
    if not high > low:
        return [low]
    rough = (high - low) / count
    power = float(f"1e{f'{rough:e}'.split('e')[1]}")  # of ten, at most `rough`
    step = next(factor * power for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * power >= rough)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{number * step:.15g}") for number in range(first, last + 1)]


def chosen(count: int, limit: int) -> list[int]:
    """Choose at most `limit` of `count` places, spread evenly, the first and the last among them.

    `limit` is 2 or more.
    """
    if count <= limit:
        return list(range(count))
    return [number * (count - 1) // (limit - 1) for number in range(limit)]
