"""Judge a trained network beside simpler predictors: `python -m stages.evaluate KEY`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nn.judging import metrics
from nn.network.network import Network
from stages.judging.cautions import cautions
from stages.judging.scores import (
    TRAINING_ROWS_ONLY,
    intervals_of,
    linear_scores,
    majority_scores,
    network_scores,
)
from stages.judging.thresholds import decision_threshold
from stages.parameters.file import load_params
from stages.running.command import run, warn
from stages.running.files import output_directory, write_csv, write_json
from stages.running.trained import Rows, read_trained


def main(key: str) -> None:
    """Write `metrics/KEY.json`, and `curves/KEY/*.csv` of the test rows or, without, training's."""
    params = load_params().experiment(key).evaluate
    trained = read_trained(key)
    model, parts, judged = trained.model, trained.parts, trained.judged_part
    network, classes = model.network, model.classes

    threshold = decision_threshold(params.threshold, network, parts)
    report: dict[str, Any] = {
        part: network_scores(network, rows, classes, threshold) for part, rows in parts.items()
    }
    report["threshold"] = threshold
    first_loss, *_, final_loss = trained.history["loss"].tolist()
    report["train"] |= {"first_loss": first_loss, "final_loss": final_loss}
    report["baseline"] = {
        "majority": majority_scores(parts, classes),
        "linear": linear_scores(parts, classes, params),
    }
    report["model"] = {
        "architecture": "-".join(str(size) for size in network.sizes),
        "parameters": network.parameters.size,
    }
    report["data"] = {
        "rows": sum(len(rows.labels) for rows in parts.values()),
        "features": len(model.features),
        "classes": classes,
    }
    if judged == "test":
        found = intervals_of(network, parts["test"], report["test"]["confusion"])
        report["test"] |= found._asdict()
    else:
        report["note"] = TRAINING_ROWS_ONLY
    news = cautions(report, judged, model.features, *parts["train"])
    report["warnings"] = [*trained.warnings, *news]

    for caution in news:
        warn(f"{key}: {caution}")
    with output_directory(f"curves/{key}") as folder:
        write_curves(folder, judged, network, parts[judged], classes, threshold)
    write_json(f"metrics/{key}.json", report)


def write_curves(
    folder: Path,
    part: str,
    network: Network,
    rows: Rows,
    classes: Sequence[str],
    threshold: float,
) -> None:
    """Write the curves of one part as `dvc plots` draws them.

    ROC and precision-recall curves are class 1's where there are two classes, else of each class
    against the rest.
    """
    probabilities, labels = network.probabilities(rows.features), rows.labels
    drawn = [1] if len(classes) == 2 else list(range(len(classes)))
    for name, curve_of in (
        ("roc", metrics.roc_curve),
        ("precision_recall", metrics.precision_recall_curve),
    ):
        curves = [curve_of(labels == number, probabilities[:, number]) for number in drawn]
        points = [len(curve.threshold) for curve in curves]
        write_csv(
            folder / f"{name}.csv",
            ["part", "class", *curves[0]._fields],
            [
                np.repeat(part, sum(points)),
                np.repeat([classes[number] for number in drawn], points),
                *(np.concatenate(column) for column in zip(*curves, strict=True)),
            ],
        )

    calibration = metrics.calibration_curve(probabilities, labels)
    write_csv(
        folder / "calibration.csv",
        ["part", *calibration._fields],
        [np.repeat(part, len(calibration.rows)), *calibration],
    )

    names, predicted = np.array(classes), metrics.predicted_classes(probabilities, threshold)
    write_csv(
        folder / "confusion.csv",
        ["part", "actual", "predicted"],
        [np.repeat(part, len(labels)), names[labels], names[predicted]],
    )


if __name__ == "__main__":
    run(main)
