"""The files of a commit: what git has of it, and the outputs that its dvc.lock names."""

from collections.abc import Mapping
from typing import NamedTuple

import yaml

from commands.shared.cache import finder
from commands.shared.contents import contents_of_files
from commands.shared.lock import LOCK, LockedStage, read_lock
from commands.shared.pipeline import PARAMS, section_of
from commands.shared.repository import Commit, read_blobs
from commands.shared.wording import first_few
from nn.errors import InputError
from stages.running.parameters.yaml12 import Loader


class Committed(NamedTuple):
    """All files of a commit and its results, by path, and what dvc.lock says of the stages."""

    files: dict[str, bytes]
    stages: dict[str, LockedStage]


def committed_files(commit: Commit) -> Committed:
    """Collect the files; raises InputError where results are missing or out of date."""
    project = commit.root / commit.prefix
    blobs = commit.blobs()
    contents = read_blobs(project, [*blobs.values()])
    files = {path: contents[blob] for path, blob in blobs.items()}
    if LOCK not in files:
        raise InputError(f"commit {commit.name} has no {LOCK}: run dvc repro, then commit it")
    stages = read_lock(files[LOCK], f"{LOCK} of commit {commit.name}")
    files |= _outputs(commit, stages)
    if stale := _stale(files, stages):
        raise InputError(
            f"{LOCK} of commit {commit.name} is out of date: {first_few(stale)}. "
            "Run dvc repro and commit what it changes"
        )
    return Committed(files, stages)


def _outputs(commit: Commit, stages: Mapping[str, LockedStage]) -> dict[str, bytes]:
    """Find the outputs, each with the hash that is recorded."""
    find = finder(commit, commit.root / commit.prefix)
    files: dict[str, bytes] = {}
    missing = []
    for stage in stages.values():
        for output in stage.outputs:
            found = find(output)
            names = found.files if found.md5 == output.md5 else None
            read = {name: found.read(name) for name in names or {}}
            if names is None or None in read.values():
                missing.append(output.path)
            for name, content in read.items():
                files[f"{output.path}/{name}" if name else output.path] = content or b""
    if missing:
        raise InputError(
            f"neither here nor in DVC's cache as commit {commit.name} recorded them: "
            f"{first_few(missing)}. Run dvc repro or dvc pull, and commit what changes"
        )
    return files


def _stale(files: Mapping[str, bytes], stages: Mapping[str, LockedStage]) -> list[str]:
    """Name the stages that were run with other inputs or parameters than are committed."""
    params = yaml.load(files.get(PARAMS, b"{}"), Loader=Loader)
    hashes: dict[str, str] = {}
    told = []
    for name, stage in stages.items():
        for path in stage.inputs:
            if path not in hashes:
                found = contents_of_files(path, files)
                hashes[path] = found.md5 if found else ""
        changed = [path for path, md5 in stage.inputs.items() if hashes[path] != md5]
        sections = (stage.params or {}).get(PARAMS, {})
        changed += [key for key, value in sections.items() if section_of(params, key) != [value]]
        if changed:
            told.append(f"{name} ({first_few(changed)})")
    return told
