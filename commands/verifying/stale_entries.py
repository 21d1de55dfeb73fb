"""Entries of dvc.lock that do not belong to the code and the parameters of their commit."""

from collections.abc import Sequence

from commands.shared.lock import LockedStage, overlap
from commands.shared.wording import first_few
from commands.verifying.recorded import Recorded
from commands.verifying.verdicts import OutputVerdict


def stale_entries(
    recorded: Recorded, stages: dict[str, LockedStage], verdicts: Sequence[OutputVerdict]
) -> list[str]:
    """Name the stages whose code, parameters or command are not those that dvc.lock records.

    Returns one sentence, or nothing. The outputs of such a stage may have the same bits, but were
    not made from what is committed. Stages that only draw pictures are left out. So are inputs that
    other stages write, and folders of these: the outputs are compared themselves, and a folder may
    hold outputs of an experiment that was removed.
    """
    outputs = {output.path for stage in stages.values() for output in stage.outputs}
    judged = {verdict.stage for verdict in verdicts if not verdict.is_picture}
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
            told.append((list(stages).index(name), f"{name} ({first_few(changed)})"))
    if not told:
        return []
    names = [text for _, text in sorted(told)]
    return [
        f"dvc.lock is out of date, it records other inputs than are committed: {first_few(names)}. "
        "Run dvc repro and commit dvc.lock."
    ]
