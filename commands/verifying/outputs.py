"""The rebuilt outputs, one by one, beside what was recorded of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from commands.shared.contents import contents_on_disk
from commands.shared.findings import some
from commands.shared.lock import LockedStage, Output, overlap
from commands.verifying.comparison import Result, compare
from commands.verifying.pictures import is_picture
from commands.verifying.recorded import Recorded


class Row(NamedTuple):
    """One output: where it comes from, what became of it, and its hash and size as rebuilt."""

    stage: str
    path: str
    is_picture: bool
    result: Result
    details: list[str]
    recorded_md5: str | None
    md5: str | None
    size: int | None
    files: dict[str, str] | None


def compare_all(
    recorded: Recorded, stages: dict[str, LockedStage], project: Path, is_part: bool
) -> list[Row]:
    """Compare each output of the stages that were rebuilt, and miss those that were not."""
    rebuilt = [output for stage in stages.values() for output in stage.outputs]
    rows = [_compare(recorded, output, project) for output in rebuilt]
    if not is_part:
        known = {output.path for output in rebuilt}
        rows += [
            Row(
                old.stage, path, is_picture(path), Result.NOT_REBUILT, [], old.md5, None, None, None
            )
            for path, old in recorded.outputs.items()
            if path not in known
        ]
    return rows


def _compare(recorded: Recorded, output: Output, project: Path) -> Row:
    here = contents_on_disk(project, output.path)
    assert here is not None  # DVC fails where a stage has not written what it promises
    drawn = all(is_picture(name or output.path) for name in here.files or [""])
    row = Row(
        output.stage,
        output.path,
        drawn,
        Result.NOT_RECORDED,
        [],
        None,
        here.md5,
        output.size,
        dict(here.files or {}),
    )
    if output.path not in recorded.outputs:
        return row
    locked = recorded.outputs[output.path]
    there = recorded.find(locked)
    result, details = compare(there, here)
    if there.md5 != locked.md5:
        result = Result.DIFFERS
        details = [*details, f"its own dvc.lock says md5 {locked.md5}, the file has {there.md5}"]
    return row._replace(result=result, details=details, recorded_md5=there.md5)


def stale_entries(
    recorded: Recorded, stages: dict[str, LockedStage], rows: Sequence[Row]
) -> list[str]:
    """List the stages that dvc.lock records as run on something else than what is committed.

    Their outputs may be the same all the same, but were not made by this code and these parameters.
    Those of pictures are left out. Inputs that are outputs of others, or folders of such, are not
    looked at: the outputs are compared themselves, and a folder may hold those of an experiment
    that is no more.
    """
    outputs = {output.path for stage in stages.values() for output in stage.outputs}
    judged = {row.stage for row in rows if not row.is_picture}
    told = []
    for name in judged & stages.keys() & recorded.stages.keys():
        then, now = recorded.stages[name], stages[name]
        changed = [
            path
            for path in sorted(then.inputs.keys() | now.inputs.keys())
            if then.inputs.get(path) != now.inputs.get(path)
            and not any(overlap(path, output) for output in outputs)
        ]
        changed += ["parameters"] if then.params != now.params else []
        changed += ["command"] if then.command != now.command else []
        if changed:
            told.append((list(stages).index(name), f"{name} ({some(changed)})"))
    if not told:
        return []
    names = [text for _, text in sorted(told)]
    return [
        f"dvc.lock is out of date, it records other inputs than are committed: {some(names)}. "
        "Run dvc repro and commit dvc.lock."
    ]
