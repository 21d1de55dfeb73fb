"""Why stages run: what differs between their entries in dvc.lock and what lies there now."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from commands.explaining.history import UNKNOWN, History
from commands.explaining.workspace import MISSING
from commands.shared.differences import flat, parameter_differences
from commands.shared.lock import LockedStage, overlap
from commands.shared.wording import first_few

Stages = Mapping[str, LockedStage]


class Cause(NamedTuple):
    """One thing that differs: a parameter, a file, an output, the command, a stage upstream."""

    kind: str
    name: str
    detail: str

    def __str__(self) -> str:
        """Write it for people."""
        return f"{self.name}: {self.detail}"


def causes_now(
    recorded: Stages, now: Stages, history: History, state: Callable[[str, str, str], str]
) -> dict[str, list[Cause]]:
    """Find why stages would run now, by stage.

    `state` says in words what is wrong with an output, by path, recorded hash and present hash; an
    empty text means nothing. What an earlier stage puts right before, is no cause: such a stage
    only follows it.
    """
    found = {}
    spoilt = {
        output.path
        for name in now.keys() & recorded.keys()
        for output in recorded[name].outputs
        if state(output.path, output.md5, _hashes(now[name]).get(output.path, output.md5))
    }
    for name, entry in now.items():
        if name not in recorded:
            found[name] = [Cause("new", "dvc.lock", "has no entry of it, so it has not run yet")]
            continue
        then = recorded[name]
        causes = _own_changes(then, entry)
        for path, md5 in entry.inputs.items():
            old = then.inputs.get(path, MISSING)
            if md5 != old and not any(overlap(path, other) for other in spoilt):
                causes += _input_causes(path, old, md5, now, history)
        hashes = _hashes(then)
        for output in entry.outputs:
            if told := state(output.path, hashes.get(output.path, MISSING), output.md5):
                causes.append(Cause("output", output.path, told))
        if causes:
            found[name] = causes
    return found


def causes_since(old: Stages, new: Stages, history: History) -> dict[str, list[Cause]]:
    """Find why stages ran between two versions of dvc.lock, by stage."""
    found: dict[str, list[Cause]] = {}
    before = {path: md5 for stage in old.values() for path, md5 in _hashes(stage).items()}
    for name, entry in new.items():
        if name not in old:
            found[name] = [Cause("new", "dvc.lock", "had no entry of it")]
            continue
        causes = _own_changes(old[name], entry)
        inputs = old[name].inputs
        for path in dict.fromkeys([*inputs, *entry.inputs]):
            one, other = inputs.get(path, MISSING), entry.inputs.get(path, MISSING)
            if one != other:
                causes += _input_causes(path, one, other, new, history, before)
        if causes:
            found[name] = causes
    return found


def following(causes: Mapping[str, list[Cause]], stages: Stages) -> list[str]:
    """List the stages without a cause of their own that are built from ones that have one."""
    reached = {*causes}
    size = -1
    while size != len(reached):
        size = len(reached)
        written = [
            output.path for name in reached & stages.keys() for output in stages[name].outputs
        ]
        reached |= {
            name
            for name in stages.keys() - reached
            if any(overlap(path, output) for path in stages[name].inputs for output in written)
        }
    return [name for name in stages if name in reached and name not in causes]


def _own_changes(then: LockedStage, now: LockedStage) -> list[Cause]:
    """Compare command and parameters."""
    causes = []
    if then.command != now.command:
        causes.append(Cause("command", "command", f"{then.command} → {now.command}"))
    for change in parameter_differences(_values(then, now), _values(now, now)):
        name, _, detail = str(change).partition(": ")
        causes.append(Cause("parameter", name, detail))
    return causes


def _values(stage: LockedStage, now: LockedStage) -> dict[str, Any]:
    """List the parameters by full key, of the sections that count now."""
    return {
        full_key: value
        for file, sections in (now.params or {}).items()
        for section in sections
        for recorded in [(stage.params or {}).get(file, {})]
        if section in recorded
        for full_key, value in flat(recorded[section], section)
    }


def _input_causes(
    path: str,
    old: str,
    new: str,
    stages: Stages,
    history: History,
    before: Mapping[str, str] | None = None,
) -> list[Cause]:
    """Say how an input differs; `before` are the hashes of all outputs, where they are known."""
    if new == MISSING:
        return [Cause("input", path, "is missing")]
    if old == MISSING:
        return [Cause("input", path, "was no input when it ran last")]
    makers = {
        output.path: name
        for name, stage in stages.items()
        for output in stage.outputs
        if overlap(output.path, path) and (before is None or before.get(output.path) != output.md5)
    }
    if path in makers:
        return [Cause("upstream", makers[path], f"has written another {path}")]
    changes = history.changes(path, old, new)
    if makers and before is not None and changes == [(path, UNKNOWN)]:
        names = first_few([*dict.fromkeys(makers.values())])
        return [Cause("upstream", path, f"has other files, written by {names}")]
    return [Cause("file", name, detail) for name, detail in changes]


def _hashes(stage: LockedStage) -> dict[str, str]:
    return {output.path: output.md5 for output in stage.outputs}
