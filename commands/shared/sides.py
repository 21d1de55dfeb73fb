"""States of the project: a commit or the working tree, its files and its parameters."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from commands.shared.differences import flat
from commands.shared.hashes import git_hash
from commands.shared.repository import find_commit, ref_names, working_files
from nn.errors import InputError, nearest
from stages.running.parameters.yaml12 import Loader, describe_syntax

WORKSPACE = "workspace"  # as DVC calls the working tree


class Side(NamedTuple):
    """One state of the project, which is only read."""

    name: str
    read: Callable[[str], bytes | None]
    """Content of a file, by its path in the project; None where there is none."""
    blobs: dict[str, str]
    """All files that git tracks or would track, each with git's hash of its content."""
    remedy: str
    """How missing metrics can be made."""


def side_of(name: str, project: Path) -> Side:
    """Find a commit, branch, tag or DVC experiment, or the working tree.

    Raises InputError with the nearest names for one that is none of these.
    """
    if name == WORKSPACE:
        return working_tree(project)
    head = find_commit(project)
    names = ref_names(project)
    try:
        commit = find_commit(project, names.get(name, name))
    except InputError as error:
        known = nearest(name, [*names, WORKSPACE])
        raise InputError(f"{name!r} is no commit, branch, tag or experiment{known}") from error
    is_head = commit.sha == head.sha
    place = "" if is_head else f"check {name} out, then "
    remedy = f"{place}run dvc repro and commit results/"
    return Side(name, commit.read, commit.blobs(), remedy)


def working_tree(project: Path) -> Side:
    """Read the project as it lies on the disk, committed or not."""

    def read(path: str) -> bytes | None:
        file = project / path
        return file.read_bytes() if file.is_file() else None

    contents = {path: read(path) for path in working_files(project)}
    blobs = {path: git_hash(content) for path, content in contents.items() if content is not None}
    return Side(WORKSPACE, read, blobs, "run dvc repro")


def parameters_of(side: Side) -> dict[str, Any]:
    """Read the values of params.yaml by their full keys, whether today's code knows them or not."""
    try:
        content = yaml.load(side.read("params.yaml") or b"{}", Loader=Loader)
    except yaml.YAMLError as error:
        raise InputError(f"{side.name}: params.yaml: {describe_syntax(error)}") from error
    return dict(flat(content))
