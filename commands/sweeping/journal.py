"""The journal of a sweep: a file with a line of JSON for each trial that has ended."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from commands.sweeping.trial import TrialOutcome

NOT_FINAL = "failed"  # perhaps by the machine, out of memory: the next run tries again


class Journal:
    """Outcomes by key, which are on disk as soon as they are added.

    A line that was cut off when its writer was killed is ignored, and its trial runs again.
    """

    def __init__(self, path: Path) -> None:
        """Read the outcomes of earlier runs."""
        self.path = path
        content = path.read_bytes() if path.exists() else b""
        outcomes = (_parsed(line) for line in content.split(b"\n"))
        self.outcomes: dict[str, TrialOutcome] = {
            outcome.key: outcome for outcome in outcomes if outcome and outcome.outcome != NOT_FINAL
        }
        self._is_torn = bool(content) and not content.endswith(b"\n")

    def add(self, outcomes: Sequence[TrialOutcome]) -> None:
        """Append outcomes, and return when the disk has them."""
        self.outcomes |= {outcome.key: outcome for outcome in outcomes}
        lines = "".join(f"{json.dumps(outcome._asdict())}\n" for outcome in outcomes)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as file:
            file.write((("\n" if self._is_torn else "") + lines).encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        self._is_torn = False


def _parsed(line: bytes) -> TrialOutcome | None:
    """Read a line; None where it is not a whole one."""
    try:
        content = json.loads(line)
    except ValueError:
        return None
    match content:
        case {"key": str(), "outcome": str(), "scores": list(), "reason": str()}:
            return _outcome(content)
    return None


def _outcome(content: Mapping[str, Any]) -> TrialOutcome:
    return TrialOutcome(**{**content, "scores": tuple(content["scores"])})
