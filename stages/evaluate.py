"""Judge a trained network beside simpler predictors: `python -m stages.evaluate KEY`."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from nn import metrics
from nn.model_file import load_model
from nn.network import Network
from stages.cautions import cautions
from stages.files import PARTS, output_directory, write_csv, write_json
from stages.params import load_params
from stages.runner import run, warn
from stages.scores import Rows, linear_scores, majority_scores, network_scores, rate_intervals

TRAINING_ROWS_ONLY = "no test part: all figures are of the rows that the network was trained on"


def main(key: str) -> None:
    """Write `metrics/KEY.json`, and `curves/KEY/*.csv` of the test rows or, without, training's."""
    params = load_params().experiment(key).evaluate
    network = load_model(f"models/{key}.npz").network
    parts = read_parts(Path(f"artifacts/{key}/normalized"))
    columns = read_json(Path(f"artifacts/{key}/normalized/columns.json"))
    training = read_json(Path(f"artifacts/{key}/training.json"))
    history = np.genfromtxt(f"artifacts/{key}/history.csv", delimiter=",", names=True)
    classes: list[str] = columns["classes"]
    judged = "test" if "test" in parts else "train"

    report: dict[str, Any] = {
        part: network_scores(network, rows, classes, params.threshold)
        for part, rows in parts.items()
    }
    report["train"] |= {
        "first_loss": float(history["loss"][0]),
        "final_loss": float(history["loss"][-1]),
    }
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
        "features": len(columns["features"]),
        "classes": classes,
    }
    if judged == "test":
        report["test"]["intervals"] = rate_intervals(report["test"]["confusion"])
    else:
        report["note"] = TRAINING_ROWS_ONLY
    news = cautions(report, judged, columns["features"], *parts["train"])
    report["warnings"] = [*training["warnings"], *news]

    for caution in news:
        warn(f"{key}: {caution}")
    with output_directory(f"curves/{key}") as folder:
        write_curves(folder, judged, network, parts[judged], classes, params.threshold)
    write_json(f"metrics/{key}.json", report)


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON file whose top level is an object."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def read_parts(folder: Path) -> dict[str, Rows]:
    """Read the parts of a table that have rows."""
    parts = {
        part: Rows(np.load(folder / f"{part}-features.npy"), np.load(folder / f"{part}-labels.npy"))
        for part in PARTS
    }
    return {part: rows for part, rows in parts.items() if len(rows.labels)}


def write_curves(
    folder: Path, part: str, network: Network, rows: Rows, classes: list[str], threshold: float
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
