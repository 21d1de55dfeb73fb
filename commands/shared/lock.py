"""What `dvc.lock` records: which stages ran, on what, and the hashes of what they wrote."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import yaml

from nn.errors import InputError

LOCK = "dvc.lock"


class Output(NamedTuple):
    """A file, or a folder (its hash then ends in `.dir`), that a stage wrote."""

    stage: str
    path: str
    md5: str
    size: int


class LockedStage(NamedTuple):
    """One stage's entry: its command, its parameters, hashes of its inputs by path, its outputs."""

    command: Any
    params: Any
    inputs: dict[str, str]
    outputs: list[Output]


def read_lock(text: bytes, source: str) -> dict[str, LockedStage]:
    """Read a lock file; raises InputError, with `source` as its name, where it is none."""
    try:
        stages = yaml.load(text, Loader=yaml.CSafeLoader)["stages"]
        return {name: _stage(name, entry) for name, entry in stages.items()}
    except (yaml.YAMLError, TypeError, KeyError, AttributeError, UnicodeDecodeError) as error:
        raise InputError(f"{source}: not a lock file of DVC's, or a damaged one") from error


def _stage(name: str, entry: dict[str, Any]) -> LockedStage:
    outputs = [
        Output(name, out["path"], str(out["md5"]), out["size"]) for out in entry.get("outs", [])
    ]
    inputs = {dep["path"]: dep["md5"] for dep in entry.get("deps", [])}
    return LockedStage(entry.get("cmd"), entry.get("params"), inputs, outputs)


def with_upstream(targets: Sequence[str], stages: dict[str, LockedStage]) -> list[str]:
    """Add to some stages all that they are built from, in the order of `stages`."""
    wanted: set[str] = set()
    waiting = list(targets)
    while waiting:
        name = waiting.pop()
        if name in wanted or name not in stages:
            continue
        wanted.add(name)
        waiting += [
            other
            for other, stage in stages.items()
            for output in stage.outputs
            if any(overlap(output.path, path) for path in stages[name].inputs)
        ]
    return [name for name in stages if name in wanted]


def overlap(one: str, other: str) -> bool:
    """Tell whether two paths are the same or one lies in the other."""
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")
