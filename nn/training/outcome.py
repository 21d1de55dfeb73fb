"""What comes of a training."""

from typing import NamedTuple

from nn.arithmetic import Array
from nn.errors import TrainingDiverged
from nn.network.network import Network
from nn.network.outputs import Labels, Mask


class Snapshots(NamedTuple):
    """Parameters along the way: `epochs` (frames,) and `parameters` (frames, P).

    Those of an ensemble are (frames, members, P).
    """

    epochs: Labels
    parameters: Array


class Training(NamedTuple):
    """A trained network and how it came about.

    Row e of each list in `history` is the state before epoch e, the last row the state at the end.
    (With mini-batches an epoch's training loss and accuracy are those of its batches, each before
    its own step.) The network has the parameters of row `best_epoch`.

    Of an ensemble they are the means over the members, beside which each member has its own,
    `member_1_loss` for one, NaN after it stopped; there the mean takes the member as it was kept.
    `best_epoch` is that of the last.
    """

    network: Network
    history: dict[str, list[float]]
    best_epoch: int
    snapshots: Snapshots
    warnings: list[str]
    held_out: Mask | None = None
    """Of an ensemble, which members did not learn from which validation row: (members, rows).

    None where no member learnt from any.
    """


Outcome = Training | TrainingDiverged


def snapshot_epochs(epochs: int, frames: int) -> set[int]:
    """Choose the epochs to keep, from 0 to the last, closer together at the beginning."""
    steps = max(frames - 1, 1)
    return {min(max(i, epochs * i * i // (steps * steps)), epochs) for i in range(frames)}
