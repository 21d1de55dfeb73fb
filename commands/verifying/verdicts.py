"""A verdict on each output: the rebuilt one beside what was recorded of it."""

from pathlib import Path
from typing import NamedTuple

from commands.shared.contents import contents_on_disk
from commands.shared.lock import LockedOutput, LockedStage
from commands.verifying.comparison import Result, compare
from commands.verifying.pictures import is_picture
from commands.verifying.recorded import Recorded


class OutputVerdict(NamedTuple):
    """One output: the stage that writes it, the result, and its hashes and size as rebuilt."""

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
) -> list[OutputVerdict]:
    """Compare each output of the stages that were rebuilt.

    Unless only a part (`is_part`) was rebuilt, recorded outputs that are missing get one, too.
    """
    rebuilt = [output for stage in stages.values() for output in stage.outputs]
    verdicts = [_compare(recorded, output, project) for output in rebuilt]
    if not is_part:
        known = {output.path for output in rebuilt}
        verdicts += [
            OutputVerdict(
                old.stage, path, is_picture(path), Result.NOT_REBUILT, [], old.md5, None, None, None
            )
            for path, old in recorded.outputs.items()
            if path not in known
        ]
    return verdicts


def _compare(recorded: Recorded, output: LockedOutput, project: Path) -> OutputVerdict:
    here = contents_on_disk(project, output.path)
    assert here is not None  # DVC fails where a stage has not written what it promises
    drawn = all(is_picture(name or output.path) for name in here.files or [""])
    verdict = OutputVerdict(
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
        return verdict
    locked = recorded.outputs[output.path]
    there = recorded.find(locked)
    result, details = compare(there, here)
    if there.md5 != locked.md5:
        result = Result.DIFFERS
        details = [*details, f"its own dvc.lock says md5 {locked.md5}, the file has {there.md5}"]
    return verdict._replace(result=result, details=details, recorded_md5=there.md5)
