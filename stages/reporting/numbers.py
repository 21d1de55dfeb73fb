"""Round numbers along an axis, and a few places out of many."""


def chosen(count: int, limit: int) -> list[int]:
    """Choose at most `limit` of `count` places, spread evenly, the first and the last among them.

    `limit` is 2 or more.
    """
    if count <= limit:
        return list(range(count))
    return [number * (count - 1) // (limit - 1) for number in range(limit)]
