"""Experiments that one side has and the other has not, or has under another name."""

from collections.abc import Mapping
from typing import Any

from commands.shared.sides import Side, parameters_of

SECTION = "experiments"


def settings_of(side: Side) -> dict[str, dict[str, Any]]:
    """Read the experiments of params.yaml: of each, its values by their keys within it."""
    found: dict[str, dict[str, Any]] = {}
    for full_key, value in parameters_of(side).items():
        section, _, rest = full_key.partition(".")
        key, _, inner = rest.partition(".")
        if section == SECTION and key:
            found.setdefault(key, {})[inner] = value
    return found


def renamed(a: Mapping[str, dict[str, Any]], b: Mapping[str, dict[str, Any]]) -> dict[str, str]:
    """Find the experiments that only A has and only B has, with the same settings: old to new."""
    new = [key for key in b if key not in a]
    names = {}
    for old in a:
        same = [key for key in new if old not in b and a[old] == b[key]]
        if same:
            names[old] = same[0]
            new.remove(same[0])
    return names
