"""Parameters that had other values where the outputs were recorded."""

from collections.abc import Mapping
from typing import Any

from commands.shared.differences import Change, differences
from commands.shared.lock import LockedStage


def other_params(
    recorded: Mapping[str, LockedStage], rebuilt: Mapping[str, LockedStage]
) -> list[Change]:
    """List the parameters with other values, of the stages that both sides have."""

    def values(stages: Mapping[str, LockedStage]) -> dict[str, Any]:
        shared = [stages[name] for name in rebuilt if name in recorded]
        return dict(pair for stage in shared for pair in stage.values().items())

    return differences(values(recorded), values(rebuilt))
