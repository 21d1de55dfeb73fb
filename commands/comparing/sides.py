"""The two sides of a comparison: each a commit or the working tree."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from commands.shared.repository import find_commit, ref_names, working_files
from nn.errors import InputError, nearest

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
        return _working_tree(project)
    head = find_commit(project)
    names = ref_names(project)
    try:
        commit = find_commit(project, names.get(name, name))
    except InputError as error:
        known = nearest(name, [*names, WORKSPACE])
        raise InputError(f"{name!r} is no commit, branch, tag or experiment{known}") from error
    is_head = commit.sha == head.sha
    place = "" if is_head else f"check {name} out, then "
    remedy = f"{place}run dvc repro and commit metrics/"
    return Side(name, commit.read, commit.blobs(), remedy)


def _working_tree(project: Path) -> Side:
    def read(path: str) -> bytes | None:
        file = project / path
        return file.read_bytes() if file.is_file() else None

    contents = {path: read(path) for path in working_files(project)}
    blobs = {
        path: hashlib.sha1(b"blob %d\0%b" % (len(content), content)).hexdigest()
        for path, content in contents.items()
        if content is not None
    }
    return Side(WORKSPACE, read, blobs, "run dvc repro")
