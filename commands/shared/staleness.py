"""Whether figures were made by the parameters, the code and the tables that lie beside them."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from commands.shared.differences import parameter_differences
from commands.shared.hashes import folder_md5, md5_of
from commands.shared.lock import LOCK, LockedStage, read_lock
from commands.shared.sides import Side, parameters_of
from commands.shared.wording import first_few


def changed_since(side: Side, *kinds: str) -> dict[str, dict[str, str]]:
    """Say what has changed since dvc.lock recorded stages, or any that they are built from.

    `kinds` are names of stages without the experiment; returns the changes, for each of these, by
    experiment. Figures older than the code and parameters
    beside them must not be taken for theirs. A file or folder of which nothing is at hand, as a
    generated table in a commit, is not compared.
    """
    lock = side.read(LOCK)
    told: dict[str, dict[str, str]] = {kind: {} for kind in kinds}
    if lock is None:
        return told
    stages = read_lock(lock, f"{side.name}: {LOCK}")
    makers = {output.path: name for name, stage in stages.items() for output in stage.outputs}
    digest = cache(lambda path: _md5(side, path))
    params = parameters_of(side)
    for name in stages:
        kind, _, key = name.partition("@")
        if kind in told:
            needed = dict.fromkeys(_with_upstream(name, stages, makers))
            changed = [what for each in needed for what in _changed(stages[each], digest, params)]
            if changed:
                told[kind][key] = first_few([*dict.fromkeys(changed)])
    return told


def _with_upstream(
    name: str, stages: Mapping[str, LockedStage], makers: Mapping[str, str]
) -> Iterator[str]:
    """Walk from a stage to all that it is built from, the first of them first."""
    for path in stages[name].inputs:
        if path in makers:
            yield from _with_upstream(makers[path], stages, makers)
    yield name


def _md5(side: Side, path: str) -> str | None:
    """Hash a file or a folder as DVC does; None where nothing of it is at hand.

    Of a folder, the files count that git tracks or would track. DVC hashes the same ones, because
    `.gitignore` and `.dvcignore` leave the same caches out.
    """
    content = side.read(path)
    if content is not None:
        return md5_of(content)
    start = f"{path}/"
    inside = {name: side.read(name) for name in side.blobs if name.startswith(start)}
    hashes = {
        name.removeprefix(start): md5_of(content)
        for name, content in inside.items()
        if content is not None
    }
    return folder_md5(hashes) if hashes else None


def _changed(
    stage: LockedStage, digest: Callable[[str], str | None], params: dict[str, Any]
) -> list[str]:
    """List the parameters, files and folders that are not what a stage's entry records."""
    recorded = stage.values()
    sections = tuple(f"{section}." for file in (stage.params or {}).values() for section in file)
    known = {full_key: v for full_key, v in params.items() if f"{full_key}.".startswith(sections)}
    hashes = {**stage.inputs, **{output.path: output.md5 for output in stage.outputs}}
    changed = [change.name for change in parameter_differences(recorded, known)]
    return changed + [path for path, md5 in hashes.items() if digest(path) not in (None, md5)]
