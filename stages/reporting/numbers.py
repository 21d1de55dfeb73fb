"""Round numbers along an axis, and a few places out of many."""

import math


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
