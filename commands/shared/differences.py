"""Named values, such as parameters or versions: those in nested sections, and what differs."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Change(NamedTuple):
    """A named value, such as a parameter, in two states; None where it is missing."""

    name: str
    a: Any
    b: Any

    def __str__(self) -> str:
        """Write it for people: the name, the old value, the new one."""
        return f"{self.name}: {_written(self.a)} → {_written(self.b)}"


def differences(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[Change]:
    """List the values that differ, in the order of `a`, and then those that only `b` has."""
    names = [*a, *(name for name in b if name not in a)]
    both = [Change(name, a.get(name), b.get(name)) for name in names]
    return [each for each in both if each.a != each.b or (each.name in a) != (each.name in b)]


def flat(value: Any, full_key: str = "") -> list[tuple[str, Any]]:
    """List the values of nested sections, each with its full key (`experiments.circles.split`)."""
    if not (isinstance(value, dict) and value):
        return [(full_key, value)]
    start = f"{full_key}." if full_key else ""
    return [pair for key, inner in value.items() for pair in flat(inner, f"{start}{key}")]


def _written(value: Any) -> str:
    return "-" if value is None else str(value)
