"""What the page's JavaScript is told of an experiment: all that computes its probabilities."""

from collections.abc import Mapping
from typing import Any

from nn.arithmetic import Array
from nn.model_file import Model
from stages.figures.bands import Bands
from stages.figures.plane import Plane
from stages.reporting.boundary import AREA
from stages.reporting.numbers import chosen
from stages.reporting.spans import Spans
from stages.running.artifacts import Rows, TrainingRecord, judged_part, read_states

NUMBERS = 100_000  # of the snapshots, and of the rows, that a page carries: about 2 MB each


def live_model(
    key: str,
    model: Model,
    training: TrainingRecord,
    raw: Mapping[str, Rows],
    spans: Spans,
    plane: Plane | None,
    bands: Bands | None,
    threshold: float | None,
    quantity: dict[str, Any] | None,
) -> dict[str, Any]:
    """Gather an experiment's network, scaling, states, judged rows and plane, as JSON takes them.

    `raw` has the shown rows of each part in the table's own units. Numbers are written with the
    fewest digits that read back as the same, so the page computes with the same numbers. `quantity`
    says how a predicted number is put into the target's units, and between which it lies; `bands`
    by which colours the plane shows it.
    """
    network, part = model.network, judged_part(raw)
    judged = raw[part]
    places = chosen(len(judged.labels), max(2, NUMBERS // len(model.features)))
    return {
        "sizes": network.sizes,
        "activations": network.activations,
        "negativeSlope": network.negative_slope,
        "output": network.output,
        "features": model.features,
        "target": model.target,
        "classes": model.classes,
        "threshold": threshold,
        "quantity": quantity,
        "scaling": {
            "center": model.scaling.center.tolist(),
            "scale": model.scaling.scale.tolist(),
            "clip": model.scaling.clip,
        },
        **{name: values.tolist() for name, values in spans._asdict().items()},
        "rows": {
            "part": part,
            "features": judged.features[places].tolist(),
            "labels": judged.labels[places].tolist(),
        },
        "states": states(key, training, network.parameters),
        "plane": plane
        and {
            "limits": plane.limits,
            "area": AREA,
            "bands": bands and bands._asdict(),
            "projection": plane.projection
            and {
                "center": plane.projection.center.tolist(),
                "components": plane.projection.components.tolist(),
            },
        },
    }


def states(key: str, training: TrainingRecord, best: Array) -> list[dict[str, Any]]:
    """List the network's parameters along its training, each with epoch and loss.

    At most about NUMBERS numbers of them are chosen; they end with the model's own, `best`. There
    are none where that has too many for a page.
    """
    if best.size > NUMBERS // 2:
        return []
    *before, last = read_states(key, training.best_epoch, best)
    limit = max(2, NUMBERS // best.size)
    return [
        {
            "epoch": epoch,
            "loss": float(training.history["loss"][epoch]),
            "parameters": parameters.tolist(),
        }
        for epoch, parameters in [*(before[place] for place in chosen(len(before), limit)), last]
    ]
