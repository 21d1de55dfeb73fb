"""Judge a trained network beside simpler predictors: `python -m stages.evaluate KEY`."""

from dataclasses import replace
from typing import Any

import numpy as np

from nn.judging.decisions import Cost
from nn.judging.judged import JudgedNumbers
from nn.model_file import load_model, model_bytes
from stages.executing.epochs import EpochsSeen
from stages.executing.progress import Progress
from stages.judging.baselines import constant_costs, cost_of, linear_scores, member_scores
from stages.judging.cautions import TRAINING_ROWS_ONLY
from stages.judging.curves import HEADERS
from stages.judging.parts import judged_in_turn
from stages.judging.scores import headline_figures
from stages.judging.tasks import TASKS
from stages.running.artifacts import judged_part, read_parts, read_training
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
    network, classes, part = model.network, model.classes, judged_part(parts)
    task, quantity = TASKS[model.task], model.quantity

    scaling = quantity.scaling if quantity else None
    report: dict[str, Any] = {}
    deciding = params.deciding
    turns = judged_in_turn(network, parts, deciding, scaling, training.held_out)
    rows = sum(len(each.labels) for each in parts.values())
    with Progress(f"evaluate {key}", "rows", rows) as progress:
        for name, each, threshold in turns:
            report[name] = task.scores(each, classes) | cost_of(each, deciding)
            if name == part:
                judged, decided_at = each, threshold
            del each  # before the next is judged
            progress.advance(len(parts[name].labels))
    if decided_at is not None:
        report["threshold"] = decided_at
        model = replace(model, threshold=decided_at)
    first_loss, *_, final_loss = training.history["loss"].tolist()
    report["train"] |= {"first_loss": first_loss, "final_loss": final_loss}
    baseline = params.baseline.model_dump()
    with Progress(f"evaluate {key}: linear model", "epochs", params.baseline.epochs) as progress:
        watchers = [EpochsSeen(progress)]
        report["baseline"] = {
            task.simple: task.simple_scores(parts, classes),
            "linear": linear_scores(parts, classes, baseline, deciding, watchers),
        }
    if isinstance(deciding, Cost):
        for name, scores in constant_costs(parts, deciding).items():
            report["baseline"][task.simple][name] |= scores
    if len(network.members) > 1:
        alone = member_scores(network, parts[part], decided_at, scaling)
        report["baseline"]["member"] = {part: alone}
    report["model"] = {
        "architecture": network.architecture,
        "parameters": network.parameters.size,
    }
    report["data"] = {
        "rows": rows,
        "features": len(model.features),
    }
    if classes:
        report["data"]["classes"] = classes
    if part == "test":
        report["test"] |= task.intervals(judged)._asdict()
    else:
        report["note"] = TRAINING_ROWS_ONLY
    if quantity and params.interval:
        half_width = quantity.half_width(params.interval)
        report["interval"] = {
            "level": params.interval,
            "half_width": half_width,
            f"{part}_coverage": coverage(judged, half_width),
        }
    news = task.cautions(report, part, model.features, parts["train"], judged)
    report["warnings"] = [*training.warnings, *news]

    for caution in news:
        warn(f"{key}: {caution}")
    curves = task.curves(part, judged, classes)
    with output_directory(f"curves/{key}") as folder:
        for name, header in HEADERS.items():
            columns = curves.get(name, [[] for _ in header])
            write_csv(folder / f"{name}.csv", header, columns)
    write_bytes(f"models/{key}.npz", model_bytes(model))
    write_json(f"results/{key}.json", report)
    write_json(f"metrics/{key}.json", headline_figures(report, part))


def coverage(judged: JudgedNumbers, half_width: float) -> float:
    """Find the share of the rows whose actual number lies within the interval."""
    return float(np.count_nonzero(np.abs(judged.residuals) <= half_width) / len(judged.labels))


if __name__ == "__main__":
    run(main)
