"""What differs between two sides: parameters, code, tables and the environment's packages."""

import re
from typing import Any, NamedTuple

from commands.shared.sides import Side, parameters_of

CODE = ("nn/", "stages/", "dvc.yaml")
TABLES = ("data/",)
PACKAGE = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)", flags=re.MULTILINE)


class Change(NamedTuple):
    """The value of a parameter or version of a package on both sides; None where it is missing."""

    name: str
    a: Any
    b: Any


class Changes(NamedTuple):
    """All that differs between two sides and can change a figure."""

    params: list[Change]
    code: list[str]
    tables: list[str]
    packages: list[Change]


def changes_between(a: Side, b: Side) -> Changes:
    """Compare all that can change a figure; raises InputError for a params.yaml that is no YAML."""
    return Changes(
        _differences(parameters_of(a), parameters_of(b)),
        _files(a, b, CODE),
        _files(a, b, TABLES),
        _differences(_packages(a), _packages(b)),
    )


def _differences(a: dict[str, Any], b: dict[str, Any]) -> list[Change]:
    names = [*a, *(name for name in b if name not in a)]
    both = [Change(name, a.get(name), b.get(name)) for name in names]
    return [each for each in both if each.a != each.b or (each.name in a) != (each.name in b)]


def _files(a: Side, b: Side, places: tuple[str, ...]) -> list[str]:
    paths = {*a.blobs, *b.blobs}
    return sorted(p for p in paths if p.startswith(places) and a.blobs.get(p) != b.blobs.get(p))


def _packages(side: Side) -> dict[str, str]:
    """Read which version of each package is locked."""
    return dict(PACKAGE.findall((side.read("requirements.lock") or b"").decode("utf-8")))
