"""Makes what `stages.train` would have left, from a network that nobody trained."""

from pathlib import Path
from typing import Any

import numpy as np

from nn.model_file import Model, model_bytes, npz_bytes
from nn.network.ensemble import Ensemble
from nn.network.network import Network, parameter_count
from nn.network.outputs import OUTPUTS
from nn.preparing.preprocessing import of_numbers
from nn.preparing.scaling import Scaling
from stages.running.artifacts import PARTS
from stages.running.files import write_array, write_bytes, write_csv, write_json

SCALING = Scaling(np.array([10.0, -5.0, 0.0, 3.0]), np.array([2.0, 0.5, 1.0, 4.0]))


def random_parts(train, test=0, validation=0, features=2, classes=2, seed=0):
    """Scaled features and labels of each part; labels depend on the first feature and on chance."""
    source = np.random.default_rng(seed)
    parts = {}
    for part, rows in zip(PARTS, (train, validation, test), strict=True):
        values = source.normal(size=(rows, features))
        hints = values[:, :1] + source.normal(size=(rows, classes - 1))
        parts[part] = values, (hints > 0).sum(axis=1)
    return parts


def write_trained(
    parts, classes=("0", "1"), output="sigmoid", warnings=(), best_epoch=2, seed=0, members=1
):
    """Write an experiment called `mine`; return its model."""
    features = parts["train"][0].shape[1]
    sizes = (features, 5, OUTPUTS[output].units(len(classes)))
    shape = (3, parameter_count(sizes)) if members == 1 else (3, members, parameter_count(sizes))
    parameters = np.random.default_rng(seed).normal(size=shape)
    kind = Network if members == 1 else Ensemble
    model = Model(
        kind(sizes, ("tanh",), output, parameters[2]),
        of_numbers(
            [f"size_{number}_cm" for number in range(features)],
            Scaling(SCALING.center[:features], SCALING.scale[:features]),
        ),
        "kind",
        tuple(classes),
    )
    folder = Path("artifacts/mine")
    for part, (values, labels) in parts.items():
        write_array(folder / f"normalized/{part}-features.npy", values)
        write_array(folder / f"normalized/{part}-labels.npy", labels)
    history: dict[str, list[float]] = {
        "epoch": [0, 1, 2, 3],
        "loss": [3.0, 2.0, 1.0, 0.5],
        "accuracy": [0.1, 0.2, 0.4, 0.8],
    }
    if len(parts["validation"][1]):
        history |= {"validation_loss": [3.0, 2.0, 1.5, 1.7], "validation_accuracy": [0.1] * 4}
    for member in range(1, members + 1 if members > 1 else 1):
        history |= {
            f"member_{member}_{name}": [*values[:3], np.nan]
            for name, values in history.items()
            if name != "epoch" and not name.startswith("member")
        }
    write_csv(folder / "history.csv", list(history), history.values())
    snapshots = {"epochs": np.array([0, 1, 3]), "parameters": parameters}
    write_bytes(folder / "snapshots.npz", npz_bytes(snapshots))
    write_json(folder / "training.json", {"best_epoch": best_epoch, "warnings": list(warnings)})
    for path in (folder / "network.npz", "models/mine.npz"):  # which `evaluate` makes of the first
        write_bytes(path, model_bytes(model))
    importance: list[list[Any]] = [["size_0_cm"], [0.5], [0.4], [0.6]]
    write_csv("curves/mine-importance.csv", ["columns", "increase", "low", "high"], importance)
    moving: list[list[Any]] = [["size_0_cm"] * 2, ["1"] * 2, [""] * 2, [8.0, 12.0], [0.2, 0.9]]
    header = ["column", "answer_of", "row", "value", "answer"]
    write_csv("curves/mine-dependence.csv", header, moving)
    return model
