"""In which environments the figures of two sides were made."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from commands.comparing.figures import ENDING
from commands.shared.components import changes_of
from commands.shared.environment import Environment
from commands.shared.hashes import md5_of
from commands.shared.made_with import ENVIRONMENTS, read_made_with
from commands.shared.sides import Side


class Environments(NamedTuple):
    """Those of an experiment's figures on both sides; None where nobody has written it down."""

    experiment: str
    a: Environment | None
    b: Environment | None

    def told(self) -> list[str]:
        """Say what differs, for people."""
        if self.a is not None and self.b is not None:
            changes = [str(change) for change in changes_of(self.a, self.b)]
            return [f"{change} ({self.experiment})" for change in changes]
        sides = [name for name, known in (("A", self.a), ("B", self.b)) if known is None]
        return [f"not told by {' and '.join(sides)} ({self.experiment}): make repro tells it"]


def environments_of(
    a: Side, b: Side, experiments: Iterable[str], renamed: Mapping[str, str]
) -> list[Environments]:
    """List the experiments whose figures differ, where they may be of different environments.

    Raises InputError where the file that tells environments is damaged.
    """
    old = {new: key for key, new in renamed.items()}
    known = [
        read_made_with(side.read(ENVIRONMENTS), f"{side.name}: {ENVIRONMENTS}") for side in (a, b)
    ]
    found = []
    for key in experiments:
        md5s = _figures(a, old.get(key, key)), _figures(b, key)
        made = Environments(key, known[0].get(md5s[0]), known[1].get(md5s[1]))
        if md5s[0] != md5s[1] and (made.a != made.b or made.a is None):
            found.append(made)
    return found


def _figures(side: Side, key: str) -> str:
    return md5_of(side.read(f"results/{key}{ENDING}") or b"")
