"""Rebuilding as other processors would, one setting after the other."""

import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from commands.shared.environment import Environment
from commands.shared.repository import Commit
from commands.verifying.comparison import Result
from commands.verifying.processors import Setting, settings
from commands.verifying.rebuild import Rebuilding
from commands.verifying.recorded import Recorded
from commands.verifying.verdicts import OutputVerdict, compare_all
from nn.errors import first_few

TOLD = 3  # outputs that are told one by one

Tell = Callable[[str], None]


class Emulation(NamedTuple):
    """The result of a rebuild under one setting that stands in for another processor."""

    setting: str
    result: str
    details: list[str]
    is_failure: bool


def emulate(
    commit: Commit,
    recorded: Recorded,
    verdicts: Sequence[OutputVerdict],
    native: Environment,
    tell: Tell,
) -> list[Emulation]:
    """Rebuild as other processors would, without the stages that only draw pictures."""
    targets = list(
        dict.fromkeys(each.stage for each in verdicts if not each.is_picture and each.md5)
    )
    emulations = []
    for setting in settings(native):
        obstacle = setting.obstacle(native)
        if obstacle is None:
            tell(f"Rebuilding as if: {setting.name}.")
            emulations.append(_try(setting, commit, recorded, targets, native))
        else:
            emulations.append(Emulation(setting.name, f"not possible here: {obstacle}", [], False))
    return emulations


def _try(
    setting: Setting, commit: Commit, recorded: Recorded, targets: list[str], native: Environment
) -> Emulation:
    with tempfile.TemporaryDirectory(prefix="verify-", ignore_cleanup_errors=True) as folder:
        rebuilding = Rebuilding(commit, Path(folder), setting.variables)
        if not setting.is_in_force(json.loads(rebuilding.environment()), native):
            return Emulation(
                setting.name, "not possible here: the setting has no effect", [], False
            )
        stages = rebuilding.run(targets)
        verdicts = compare_all(recorded, stages, rebuilding.project, is_part=True)
    other = [verdict for verdict in verdicts if verdict.result != Result.SAME_BITS]
    told = [f"{each.path}: {each.result}. {' '.join(each.details)}" for each in other]
    details = first_few(told, TOLD)
    result = f"{len(verdicts) - len(other)} of {len(verdicts)} outputs have the same bits"
    return Emulation(setting.name, result, details, bool(other))
