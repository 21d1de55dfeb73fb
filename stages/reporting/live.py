"""What the page's JavaScript is told of an experiment: all that computes its probabilities."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from nn.arithmetic import mean
from stages.reporting.boundary import AREA
from stages.reporting.numbers import chosen
from stages.reporting.plane import Plane
from stages.running.trained import Trained

NUMBERS = 100_000  # of the snapshots, and of the rows, that a page carries: about 2 MB each

Array = np.ndarray[Any, np.dtype[np.float64]]


def live_model(
    key: str, trained: Trained, raw: dict[str, Array], plane: Plane | None, threshold: float
) -> dict[str, Any]:
    """Gather an experiment's network, scaling, states, judged rows and plane, as JSON takes them.

    `raw` has the rows of each part, (rows, k), in the table's own units. Numbers are written with
    the fewest digits that read back as the same, so the page computes with the same numbers.
    """
    model, network = trained.model, trained.model.network
    every = np.concatenate([*raw.values()])
    part = trained.judged_part
    places = chosen(len(raw[part]), max(2, NUMBERS // len(model.features)))
    return {
        "sizes": network.sizes,
        "activations": network.activations,
        "negativeSlope": network.negative_slope,
        "output": network.output,
        "features": model.features,
        "target": model.target,
        "classes": model.classes,
        "threshold": threshold,
        "scaling": {
            "center": model.scaling.center.tolist(),
            "scale": model.scaling.scale.tolist(),
        },
        "lowest": every.min(axis=0).tolist(),
        "highest": every.max(axis=0).tolist(),
        "average": mean(raw["train"], axis=0).tolist(),
        "rows": {
            "part": part,
            "features": raw[part][places].tolist(),
            "labels": trained.parts[part].labels[places].tolist(),
        },
        "states": list(states(key, trained)),
        "plane": plane
        and {
            "limits": plane.limits,
            "area": AREA,
            "projection": plane.projection
            and {
                "center": plane.projection.center.tolist(),
                "components": plane.projection.components.tolist(),
            },
        },
    }


def states(key: str, trained: Trained) -> Iterator[dict[str, Any]]:
    """Give the network as it was along the way, with epoch and loss; at last the model itself."""
    with np.load(f"artifacts/{key}/snapshots.npz", allow_pickle=False) as snapshots:
        epochs, parameters = snapshots["epochs"], snapshots["parameters"]
    before = np.flatnonzero(epochs < trained.best_epoch)
    limit = max(2, NUMBERS // parameters.shape[1])
    for place in before[chosen(len(before), limit)].tolist():
        yield _state(trained, int(epochs[place]), parameters[place])
    yield _state(trained, trained.best_epoch, trained.model.network.parameters)


def _state(trained: Trained, epoch: int, parameters: Array) -> dict[str, Any]:
    loss = float(trained.history["loss"][epoch])
    return {"epoch": epoch, "loss": loss, "parameters": parameters.tolist()}
