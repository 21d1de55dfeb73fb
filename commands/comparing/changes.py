"""What differs between two sides: parameters, code, tables and the environment's packages."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from commands.shared.differences import Change, differences, parameter_differences
from commands.shared.renaming import SECTION
from commands.shared.sides import Side, parameters_of

CODE = ("nn/", "stages/", "dvc.yaml")
TABLES = ("data/",)
PACKAGE = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)", flags=re.MULTILINE)


class Changes(NamedTuple):
    """All that differs between two sides and can change a figure."""

    params: list[Change]
    code: list[str]
    tables: list[str]
    packages: list[Change]


def changes_between(a: Side, b: Side, renamed: Mapping[str, str]) -> Changes:
    """Compare all that can change a figure, an experiment that was renamed with itself.

    Raises InputError for a params.yaml that is no YAML.
    """
    before = {_under_new_name(name, renamed): each for name, each in parameters_of(a).items()}
    return Changes(
        parameter_differences(before, parameters_of(b)),
        _files(a, b, CODE),
        _files(a, b, TABLES),
        differences(_packages(a), _packages(b)),
    )


def _under_new_name(full_key: str, renamed: Mapping[str, str]) -> str:
    section, *rest = full_key.split(".")
    if section == SECTION and rest:
        rest[0] = renamed.get(rest[0], rest[0])
    return ".".join([section, *rest])


def _files(a: Side, b: Side, places: tuple[str, ...]) -> list[str]:
    paths = {*a.blobs, *b.blobs}
    return sorted(p for p in paths if p.startswith(places) and a.blobs.get(p) != b.blobs.get(p))


def _packages(side: Side) -> dict[str, str]:
    """Read which version of each package is locked."""
    return dict(PACKAGE.findall((side.read("requirements.lock") or b"").decode("utf-8")))
