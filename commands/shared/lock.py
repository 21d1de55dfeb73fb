"""Reading `dvc.lock`: which stages ran, on which inputs, and the hashes of their outputs."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import yaml

from commands.shared.differences import flat
from nn.errors import InputError
from stages.running.parameters.yaml12 import Loader

LOCK = "dvc.lock"
DAMAGE = (yaml.YAMLError, TypeError, KeyError, AttributeError, UnicodeDecodeError)


class LockedOutput(NamedTuple):
    """A file or folder that a stage wrote. The hash of a folder ends in `.dir`."""

    stage: str
    path: str
    md5: str
    size: int


class LockedStage(NamedTuple):
    """The entry of a stage: command, parameters, the hash of each input by its path, outputs."""

    command: Any
    params: Any
    inputs: dict[str, str]
    outputs: list[LockedOutput]

    def values(self) -> dict[str, Any]:
        """List the parameters by their full keys."""
        files = (self.params or {}).values()
        return dict(pair for file in files for key in file for pair in flat(file[key], key))


def read_lock(text: bytes, source: str) -> dict[str, LockedStage]:
    """Read a lock file; raises InputError, which calls it `source`, where it is none."""
    with refusing_damage(source):
        return locked_stages(yaml.load(text, Loader=Loader))


@contextmanager
def refusing_damage(source: str) -> Iterator[None]:
    """Raise an InputError, which calls the file `source`, for what a damaged lock file raises."""
    try:
        yield
    except DAMAGE as error:
        raise InputError(
            f"{source}: not a lock file of DVC, or a damaged one: remove it, and dvc repro writes "
            "a new one"
        ) from error


def locked_stages(content: Any) -> dict[str, LockedStage]:
    """List the stages of a lock file that was read; raises one of DAMAGE where it is none."""
    return {name: _stage(name, entry) for name, entry in content["stages"].items()}


def _stage(name: str, entry: dict[str, Any]) -> LockedStage:
    outputs = [
        LockedOutput(name, out["path"], str(out["md5"]), out["size"])
        for out in entry.get("outs", [])
    ]
    inputs = {dep["path"]: dep["md5"] for dep in entry.get("deps", [])}
    return LockedStage(entry.get("cmd"), entry.get("params"), inputs, outputs)


def with_upstream(targets: Sequence[str], stages: dict[str, LockedStage]) -> list[str]:
    """Add all stages that the targets are built from; return them in the order of `stages`."""
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
