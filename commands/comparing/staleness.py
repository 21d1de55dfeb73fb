"""Whether replicates were made by the parameters and the code that lie beside them."""

from collections.abc import Callable
from functools import cache
from typing import Any

from commands.comparing.changes import flat, parameters_of
from commands.comparing.sides import Side
from commands.shared.contents import md5_of
from commands.shared.findings import some
from commands.shared.lock import LOCK, LockedStage, read_lock


def stale_replicates(side: Side) -> dict[str, str]:
    """Say, by experiment, what has changed since dvc.lock recorded its replicates.

    Figures that are older than what stands beside them would be taken for what they are not. A file
    that is not at hand, as a generated table in a commit, is passed over.
    """
    lock = side.read(LOCK)
    if lock is None:
        return {}
    digest = cache(lambda path: _md5(side.read(path)))
    params = parameters_of(side)
    told = {}
    for name, stage in read_lock(lock, f"{side.name}: {LOCK}").items():
        kind, _, key = name.partition("@")
        if kind == "replicate" and (changed := _changed(stage, digest, params)):
            told[key] = some(changed)
    return told


def _md5(content: bytes | None) -> str | None:
    return None if content is None else md5_of(content)


def _changed(
    stage: LockedStage, digest: Callable[[str], str | None], params: dict[str, Any]
) -> list[str]:
    recorded = {
        full_key: value
        for file in (stage.params or {}).values()
        for section, values in file.items()
        for full_key, value in flat(values, section)
    }
    sections = tuple(f"{section}." for file in (stage.params or {}).values() for section in file)
    known = {full_key: v for full_key, v in params.items() if full_key.startswith(sections)}
    keys = [*recorded, *(full_key for full_key in known if full_key not in recorded)]
    changed = [
        full_key
        for full_key in keys
        if (full_key in known) != (full_key in recorded)
        or _number(known[full_key]) != _number(recorded[full_key])
    ]
    files = {**stage.inputs, **{output.path: output.md5 for output in stage.outputs}}
    return changed + [path for path, md5 in files.items() if digest(path) not in (None, md5)]


def _number(value: Any) -> Any:
    """Turn text into the number it stands for: PyYAML takes `1e-08`, as DVC writes it, for text."""
    if isinstance(value, list):
        return [_number(each) for each in value]
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value
