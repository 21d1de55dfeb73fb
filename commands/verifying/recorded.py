"""What the rebuilt outputs are compared with: a commit, another clone, or an earlier verification.

A commit holds the hashes of all outputs, and the numbers of the metrics. The numbers of the other
outputs are in DVC's cache or the working tree, if they are on this machine; both are only read.
"""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from commands.shared.cache import cache_folder, finder, in_cache
from commands.shared.contents import Contents, contents_of_files, contents_on_disk, no_bytes
from commands.shared.lock import LOCK, LockedOutput, LockedStage, read_lock
from commands.shared.made_with import ENVIRONMENTS, MadeWith, read_made_with
from commands.shared.repository import Commit, find_commit
from nn.errors import InputError

FORMAT = "reproducible-nn verification"
VERSION = 1


class Recorded(NamedTuple):
    """The recorded side of the comparison; of a verification's `stages`, parameters are known."""

    name: str
    outputs: dict[str, LockedOutput]
    find: Callable[[LockedOutput], Contents]
    stages: dict[str, LockedStage]
    made_with: MadeWith


def recorded_in(against: str | None, project: Path) -> Recorded:
    """Find what to compare with: a clone, a file of `publish` or `--json`, or a commit."""
    if against is not None and Path(against).is_dir():
        return in_clone(Path(against))
    if against is not None and zipfile.is_zipfile(against):
        return in_crate(Path(against))
    if against is not None and Path(against).is_file():
        return in_record(Path(against))
    return in_commit(find_commit(project, against or "HEAD"), project)


def in_commit(commit: Commit, project: Path) -> Recorded:
    """Read hashes from a commit's dvc.lock, numbers from git, DVC's cache or the working tree."""
    text = commit.read(LOCK)
    if text is None:
        raise InputError(
            f"commit {commit.name} has no {LOCK}: run dvc repro, then commit {LOCK} and results/"
        )
    stages = read_lock(text, f"{LOCK} of commit {commit.name}")
    made_with = read_made_with(commit.read(ENVIRONMENTS), f"{ENVIRONMENTS} of commit {commit.name}")
    find = finder(commit, project)
    return Recorded(f"commit {commit.name}", _by_path(stages), find, stages, made_with)


def in_clone(folder: Path) -> Recorded:
    """Read another clone's outputs from its working tree, or else from its DVC cache."""
    try:
        stages = read_lock((folder / LOCK).read_bytes(), f"{folder / LOCK}")
    except FileNotFoundError as error:
        raise InputError(
            f"{folder}: no {LOCK} there; give a clone in which dvc repro has run"
        ) from error
    store = cache_folder(folder)

    def find(output: LockedOutput) -> Contents:
        return contents_on_disk(folder, output.path) or in_cache(output, store)

    told = folder / ENVIRONMENTS
    made_with = read_made_with(told.read_bytes() if told.is_file() else None, str(told))
    return Recorded(str(folder), _by_path(stages), find, stages, made_with)


def in_crate(path: Path) -> Recorded:
    """Read the outputs that `commands.publish` has packed."""
    with zipfile.ZipFile(path) as crate:
        try:
            names = [name for name in crate.namelist() if not name.endswith("/")]
            files = {name: crate.read(name) for name in names}
            stages = read_lock(files[LOCK], f"{path}: {LOCK}")
        except (KeyError, zipfile.BadZipFile) as error:
            raise InputError(
                f"{path}: not what commands.publish writes, or damaged ({error})"
            ) from error

    def find(output: LockedOutput) -> Contents:
        return contents_of_files(output.path, files) or Contents(output.path, "", None, no_bytes)

    made_with = read_made_with(files.get(ENVIRONMENTS), f"{path}: {ENVIRONMENTS}")
    return Recorded(str(path), _by_path(stages), find, stages, made_with)


def in_record(path: Path) -> Recorded:
    """Read the hashes and the environment that `verify --json` wrote, on whichever machine."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        if record["format"] != FORMAT or record["version"] != VERSION:
            raise ValueError
        found = {
            entry["path"]: (
                LockedOutput(entry["stage"], entry["path"], entry["md5"], entry["size"]),
                Contents(entry["path"], entry["md5"], entry["files"], no_bytes),
            )
            for entry in record["outputs"]
            if entry["md5"] is not None
        }
        stages = {
            name: LockedStage(None, params, {}, [])
            for name, params in record.get("parameters", {}).items()
        }
        made_with = dict.fromkeys((found.md5 for _, found in found.values()), record["environment"])
    except (ValueError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path}: not what `verify --json` writes; give a file that it wrote"
        ) from error
    outputs = {name: output for name, (output, _) in found.items()}
    return Recorded(str(path), outputs, lambda output: found[output.path][1], stages, made_with)


def _by_path(stages: dict[str, LockedStage]) -> dict[str, LockedOutput]:
    return {output.path: output for stage in stages.values() for output in stage.outputs}
