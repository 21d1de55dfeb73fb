"""Rebuilding as other processors would, one setting after the other."""

import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from commands.shared.repository import Commit
from commands.verifying.comparison import Result
from commands.verifying.environment import Environment
from commands.verifying.outputs import Row, compare_all
from commands.verifying.processors import Setting, settings
from commands.verifying.rebuild import Rebuilding
from commands.verifying.recorded import Recorded

TOLD = 3  # outputs that are told one by one

Tell = Callable[[str], None]


class Trial(NamedTuple):
    """What came out under one setting that stands in for another processor."""

    setting: str
    result: str
    details: list[str]
    is_failure: bool


def emulate(
    commit: Commit, recorded: Recorded, rows: Sequence[Row], native: Environment, tell: Tell
) -> list[Trial]:
    """Rebuild, the pictures left out, as other processors would."""
    targets = list(dict.fromkeys(row.stage for row in rows if not row.is_picture and row.md5))
    trials = []
    for setting in settings(native):
        obstacle = setting.obstacle(native)
        if obstacle is None:
            tell(f"Rebuilding as if: {setting.name}.")
            trials.append(_try(setting, commit, recorded, targets, native))
        else:
            trials.append(Trial(setting.name, f"not possible here: {obstacle}", [], False))
    return trials


def _try(
    setting: Setting, commit: Commit, recorded: Recorded, targets: list[str], native: Environment
) -> Trial:
    with tempfile.TemporaryDirectory(prefix="verify-", ignore_cleanup_errors=True) as folder:
        rebuilding = Rebuilding(commit, Path(folder), setting.variables)
        if not setting.is_in_force(json.loads(rebuilding.environment()), native):
            return Trial(setting.name, "not possible here: the setting has no effect", [], False)
        stages = rebuilding.run(targets)
        rows = compare_all(recorded, stages, rebuilding.project, is_part=True)
    other = [row for row in rows if row.result != Result.SAME_BITS]
    details = [f"{row.path}: {row.result}. {' '.join(row.details)}" for row in other[:TOLD]]
    details += [f"and {len(other) - TOLD} more"] if len(other) > TOLD else []
    result = f"{len(rows) - len(other)} of {len(rows)} outputs have the same bits"
    return Trial(setting.name, result, details, bool(other))
