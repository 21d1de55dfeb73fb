"""Names that find room in a picture, however long they are."""

LONGEST_NAME = 40


def abbreviated(name: str, longest: int = LONGEST_NAME) -> str:
    """Cut the middle out of a name that is too long: names that begin alike often end otherwise."""
    if len(name) <= longest:
        return name
    end = (longest - 1) // 2
    return f"{name[: longest - 1 - end]}…{name[len(name) - end :]}"
