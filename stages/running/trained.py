"""What `train` left for the stages after it, read back."""

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nn.model_file import Model, load_model
from stages.running.files import PARTS


class Rows(NamedTuple):
    """One part of a table: scaled features (rows, k) and class numbers (rows,)."""

    features: NDArray[np.float64]
    labels: NDArray[np.int64]


class Trained(NamedTuple):
    """A trained network, the rows it may be judged by, and the record of its training."""

    model: Model
    parts: dict[str, Rows]
    """The parts that have rows."""
    history: dict[str, NDArray[np.float64]]
    """By column, (epochs + 1,)."""
    best_epoch: int
    """The row of the history whose weights the model has."""
    warnings: list[str]

    @property
    def judged_part(self) -> str:
        """The part that says most of the network: the test rows, or without any the training's."""
        return "test" if "test" in self.parts else "train"


def read_trained(key: str) -> Trained:
    """Read what belongs to an experiment."""
    folder = Path(f"artifacts/{key}")
    parts = {
        part: Rows(*(np.load(folder / f"normalized/{part}-{name}.npy") for name in Rows._fields))
        for part in PARTS
    }
    history = np.genfromtxt(folder / "history.csv", delimiter=",", names=True)
    record = json.loads((folder / "training.json").read_text(encoding="utf-8"))
    return Trained(
        load_model(f"models/{key}.npz"),
        {part: rows for part, rows in parts.items() if len(rows.labels)},
        {name: history[name] for name in history.dtype.names or ()},
        record["best_epoch"],
        record["warnings"],
    )
