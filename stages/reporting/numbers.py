"""Numbers as the page writes them, and a few places out of many."""

from stages.figures import numbers


def short(value: float | None, digits: int = 4) -> str:
    """Write some significant digits, with a true minus sign."""
    return numbers.short(value, digits).replace("-", "−")


def fixed(value: float | None) -> str:
    """Write three decimals, with a true minus sign."""
    return numbers.fixed(value).replace("-", "−")


def chosen(count: int, limit: int) -> list[int]:
    """Choose at most `limit` of `count` places, spread evenly, the first and the last among them.

    `limit` is 2 or more.
    """
    if count <= limit:
        return list(range(count))
    return [number * (count - 1) // (limit - 1) for number in range(limit)]
