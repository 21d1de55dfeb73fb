"""Judge a trained network beside simpler predictors: `python -m stages.evaluate KEY`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nn.judging.curves import calibration_curve, precision_recall_curve, roc_curve, thinned
from nn.judging.judged import Judged
from nn.model_file import load_model
from stages.judging.baselines import linear_scores, majority_scores
from stages.judging.cautions import TRAINING_ROWS_ONLY, cautions
from stages.judging.parts import judge_parts
from stages.judging.scores import headline_figures, intervals_of, scores_of
from stages.running.artifacts import judged_part, read_parts, read_training, shown_places
from stages.running.command import run, warn
from stages.running.files import output_directory, write_csv, write_json
from stages.running.parameters.file import load_params


def main(key: str) -> None:
    """Write the metrics of a network, and the curves of its test rows or, without, training's.

    `results/KEY.json` holds all that was found, `metrics/KEY.json` the dozen figures that DVC
    shows, and `curves/KEY/*.csv` what it plots.
    """
    params = load_params().experiment(key).evaluate
    model, training, parts = load_model(f"models/{key}.npz"), read_training(key), read_parts(key)
    network, classes, part = model.network, model.classes, judged_part(parts)

    judged, threshold = judge_parts(network, parts, params.threshold)
    report: dict[str, Any] = {name: scores_of(each, classes) for name, each in judged.items()}
    report["threshold"] = threshold
    first_loss, *_, final_loss = training.history["loss"].tolist()
    report["train"] |= {"first_loss": first_loss, "final_loss": final_loss}
    baseline = params.baseline.model_dump()
    report["baseline"] = {
        "majority": majority_scores(parts, classes),
        "linear": linear_scores(parts, classes, baseline, params.threshold),
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
    if part == "test":
        report["test"] |= intervals_of(judged["test"])._asdict()
    else:
        report["note"] = TRAINING_ROWS_ONLY
    news = cautions(report, part, model.features, *parts["train"])
    report["warnings"] = [*training.warnings, *news]

    for caution in news:
        warn(f"{key}: {caution}")
    with output_directory(f"curves/{key}") as folder:
        write_curves(folder, part, judged[part], classes)
    write_json(f"results/{key}.json", report)
    write_json(f"metrics/{key}.json", headline_figures(report, part))


def write_curves(folder: Path, part: str, judged: Judged, classes: Sequence[str]) -> None:
    """Write the curves of one part as `dvc plots` draws them.

    ROC and precision-recall curves are class 1's where there are two classes, else of each class
    against the rest. Of many points and rows those are written that can be told apart in a picture.
    """
    labels, probabilities = judged.labels, judged.probabilities
    drawn = [1] if len(classes) == 2 else list(range(len(classes)))
    for name, curve_of in (("roc", roc_curve), ("precision_recall", precision_recall_curve)):
        curves = [thinned(curve_of(labels == number, probabilities[:, number])) for number in drawn]
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

    calibration = calibration_curve(probabilities, labels)
    write_csv(
        folder / "calibration.csv",
        ["part", *calibration._fields],
        [np.repeat(part, len(calibration.rows)), *calibration],
    )

    names, shown = np.array(classes), shown_places(len(labels))
    write_csv(
        folder / "confusion.csv",
        ["part", "actual", "predicted"],
        [np.repeat(part, len(shown)), names[labels[shown]], names[judged.predicted[shown]]],
    )


if __name__ == "__main__":
    run(main)
