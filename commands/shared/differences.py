"""Named values, such as parameters or versions: those in nested sections, and what differs."""

from collections.abc import Mapping
from itertools import accumulate
from typing import Any, Literal, NamedTuple


class Change(NamedTuple):
    """A named value, such as a parameter, in two states; None where it is missing.

    Of a whole section that one state lacks, the value in the other is a mapping.
    """

    name: str
    a: Any
    b: Any
    only_in: Literal["a", "b"] | None = None
    """The state that has it, where the other has not: None may also be a value, YAML's null."""

    def __str__(self) -> str:
        """Write it for people: the name, the old value, the new one."""
        if self.only_in and isinstance(self.a or self.b, Mapping):
            return f"{self.name}: {'removed' if self.only_in == 'a' else 'added'}"
        a = "-" if self.only_in == "b" else _written(self.a)
        b = "-" if self.only_in == "a" else _written(self.b)
        return f"{self.name}: {a} → {b}"


def differences(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[Change]:
    """List the values that differ, in the order of `a`, and then those that only `b` has."""
    both = [
        Change(name, value, b.get(name), None if name in b else "a") for name, value in a.items()
    ]
    new = [Change(name, None, value, "b") for name, value in b.items() if name not in a]
    return [each for each in both if each.only_in or each.a != each.b] + new


def parameter_differences(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[Change]:
    """List the parameters that differ, as `differences` does, by their full keys.

    A section of several that only one state has is one difference: an experiment is removed.
    """
    sections = [{prefix for name in each for prefix in _prefixes(name)} for each in (a, b)]
    shared = sections[0] & sections[1]
    groups: dict[str, list[Change]] = {}
    for change in differences(a, b):
        own = (prefix for prefix in _prefixes(change.name) if prefix not in shared)
        groups.setdefault(next(own, change.name), []).append(change)
    return [
        changes[0] if len(changes) == 1 else _of_section(section, changes)
        for section, changes in groups.items()
    ]


def flat(value: Any, full_key: str = "") -> list[tuple[str, Any]]:
    """List the values of nested sections, each with its full key (`experiments.circles.split`)."""
    if not (isinstance(value, dict) and value):
        return [(full_key, value)]
    start = f"{full_key}." if full_key else ""
    return [pair for key, inner in value.items() for pair in flat(inner, f"{start}{key}")]


def _prefixes(full_key: str) -> list[str]:
    return [*accumulate(full_key.split("."), "{}.{}".format)]


def _of_section(section: str, changes: list[Change]) -> Change:
    """Join what differs in a section that only one state has."""
    start, side = len(section) + 1, changes[0].only_in
    values = {each.name[start:]: each.a if side == "a" else each.b for each in changes}
    return Change(section, values if side == "a" else None, values if side == "b" else None, side)


def _written(value: Any) -> str:
    return "null" if value is None else str(value)
