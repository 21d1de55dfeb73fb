"""Judge a trained network beside simpler predictors: `python -m stages.evaluate KEY`."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from nn.judging.decisions import Cost
from nn.judging.judged import JudgedNumbers
from nn.model_file import Model, load_model, model_bytes
from nn.preparing.scaling import Scaling
from stages.executing.epochs import EpochsSeen
from stages.executing.progress import Progress
from stages.judging.baselines import (
    LinearModel,
    constant_costs,
    cost_of,
    linear_model,
    linear_scores,
    member_scores,
)
from stages.judging.cautions import TRAINING_ROWS_ONLY
from stages.judging.curves import HEADERS
from stages.judging.parts import judged_in_turn
from stages.judging.scores import headline_figures
from stages.judging.tasks import TASKS
from stages.judging.thresholds import Rule
from stages.running.artifacts import Rows, TrainingRecord, judged_part, read_parts, read_training
from stages.running.command import run, warn
from stages.running.files import output_directory, write_bytes, write_csv, write_json
from stages.running.parameters.file import load_params


def main(key: str) -> None:
    """Write the metrics of a network, and the curves of its test rows or, without, training's.

    `models/KEY.npz` is the model, with the threshold by which it was judged. `results/KEY.json`
    holds all that was found, `metrics/KEY.json` the dozen figures that DVC shows, and
    `curves/KEY/*.csv` what it plots.
    """
    params = load_params().experiment(key).evaluate
    model, training = load_model(f"artifacts/{key}/network.npz"), read_training(key)
    parts = read_parts(key)
    part, task = judged_part(parts), TASKS[model.task]
    scaling = model.quantity.scaling if model.quantity else None

    report, judged, threshold = scores_of(key, model, training, parts, params.deciding, scaling)
    linear = linear_model(parts["train"], model.classes, params.baseline.model_dump())
    report["baseline"] = baselines(key, model, parts, params.deciding, linear)
    if len(model.network.members) > 1:
        alone = member_scores(model.network, parts[part], threshold, scaling)
        report["baseline"]["member"] = {part: alone}
    report["model"] = {
        "architecture": model.network.architecture,
        "parameters": model.network.parameters.size,
    }
    report["data"] = {
        "rows": sum(report[name]["rows"] for name in parts),
        "features": len(model.features),
    }
    if model.classes:
        report["data"]["classes"] = model.classes
    if part == "test":
        report["test"] |= task.intervals(judged)._asdict()
    else:
        report["note"] = TRAINING_ROWS_ONLY
    if model.quantity and params.interval:
        half_width = model.quantity.half_width(params.interval)
        report["interval"] = {
            "level": params.interval,
            "half_width": half_width,
            f"{part}_coverage": coverage(judged, half_width),
        }
    cautions = task.cautions(report, part, model.features, parts["train"], judged)
    if linear.settings.batch_size:
        cautions.append(
            "a large table: each step of the linear model was taken by "
            f"{linear.settings.batch_size} of {len(linear.rows.labels)} rows"
        )
    report["warnings"] = [*training.warnings, *cautions]

    for caution in cautions:
        warn(f"{key}: {caution}")
    curves = task.curves(part, judged, model.classes)
    with output_directory(f"curves/{key}") as folder:
        for name, header in HEADERS.items():
            columns = curves.get(name, [[] for _ in header])
            write_csv(folder / f"{name}.csv", header, columns)
    if threshold is not None:
        model = replace(model, threshold=threshold)
    write_bytes(f"models/{key}.npz", model_bytes(model))
    write_json(f"results/{key}.json", report)
    write_json(f"metrics/{key}.json", headline_figures(report, part))


def scores_of(
    key: str,
    model: Model,
    training: TrainingRecord,
    parts: Mapping[str, Rows],
    deciding: float | Rule | None,
    scaling: Scaling | None,
) -> tuple[dict[str, Any], Any, float | None]:
    """Judge each part, one after the other, and choose the threshold where there is one to choose.

    Returns the scores by part, the answers of the part that counts, and the threshold. `scaling` is
    that of a number to predict.
    """
    task, part = TASKS[model.task], judged_part(parts)
    report: dict[str, Any] = {}
    turns = judged_in_turn(model.network, parts, deciding, scaling, training.held_out)
    rows = sum(len(each.labels) for each in parts.values())
    with Progress(f"evaluate {key}", "rows", rows) as progress:
        for name, answers, chosen in turns:
            report[name] = task.scores(answers, model.classes) | cost_of(answers, deciding)
            if name == part:
                judged, threshold = answers, chosen
            del answers  # before the next part is judged
            progress.advance(len(parts[name].labels))
    if threshold is not None:
        report["threshold"] = threshold
    first_loss, *_, final_loss = training.history["loss"].tolist()
    report["train"] |= {"first_loss": first_loss, "final_loss": final_loss}
    return report, judged, threshold


def baselines(
    key: str,
    model: Model,
    parts: Mapping[str, Rows],
    deciding: float | Rule | None,
    linear: LinearModel,
) -> dict[str, Any]:
    """Judge simpler predictors: a constant answer and a linear model."""
    task, epochs = TASKS[model.task], linear.settings.epochs
    with Progress(f"evaluate {key}: linear model", "epochs", epochs) as progress:
        watchers = [EpochsSeen(progress)]
        report: dict[str, Any] = {
            task.simple: task.simple_scores(parts, model.classes),
            "linear": linear_scores(parts, model.classes, linear, deciding, watchers),
        }
    if isinstance(deciding, Cost):
        for name, scores in constant_costs(parts, deciding).items():
            report[task.simple][name] |= scores
    return report


def coverage(judged: JudgedNumbers, half_width: float) -> float:
    """Find the share of the rows whose actual number lies within the interval."""
    return float(np.count_nonzero(np.abs(judged.residuals) <= half_width) / len(judged.labels))


if __name__ == "__main__":
    run(main)
