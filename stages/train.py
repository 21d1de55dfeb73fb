"""Train an experiment's network: `python -m stages.train KEY`."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from nn.model_file import Model, model_bytes, npz_bytes
from nn.network.network import parameter_count
from nn.network.outputs import OUTPUTS
from nn.preparing.preprocessing import Preprocessing, from_json
from nn.preparing.scaling import Scaling
from nn.preparing.target import Quantity, fit_target, held_out_errors, scaled_targets
from nn.training.alarms import with_class_name
from nn.training.loop import train
from nn.training.outcome import Training
from nn.training.settings import Settings
from stages.executing.checkpoints import Checkpoint, checkpoints
from stages.executing.epochs import EpochsSeen
from stages.executing.progress import Progress
from stages.running.artifacts import Rows, read_parts
from stages.running.command import run, warn
from stages.running.files import write_bytes, write_csv, write_json
from stages.running.parameters.file import load_params

NUMBERS_KEPT = 1 << 24  # of all states along a training together, 128 MB


def main(key: str) -> None:
    """Write `artifacts/KEY/network.npz`, and of its making `{history,snapshots,training}.*` beside.

    The stage `evaluate` makes `models/KEY.npz` of it.
    """
    with checkpoints("train", key) as folder:
        train_and_write(key, folder)


def train_and_write(key: str, folder_of_checkpoints: Path) -> None:
    """Train, from the last checkpoint on if there is one, and write what came of it."""
    experiment = load_params().experiment(key)
    parts, folder = read_parts(key), Path(f"artifacts/{key}/normalized")
    columns, prepared = (
        json.loads((folder / name).read_text(encoding="utf-8"))
        for name in ("columns.json", "preprocessing.json")
    )

    target = fit_target(parts["train"].labels)
    scaled = scaled_targets(parts, target)
    settings = experiment.train
    with Progress(f"train {key}", "epochs", settings.epochs * settings.ensemble) as progress:
        training = train(
            *scaled["train"],
            len(columns["classes"]),
            settings,
            scaled.get("validation"),
            min(
                experiment.plot.frames,
                most_frames(parts["train"], len(columns["classes"]), settings),
            ),
            [Checkpoint(folder_of_checkpoints), EpochsSeen(progress)],
            is_drawn="split_by" not in columns,
        )
    center, scale = np.array(prepared["center"]), np.array(prepared["scale"])
    scaling = Scaling(center, scale, prepared.get("clip"))
    model = Model(
        training.network,
        Preprocessing(from_json(prepared["columns"]), scaling),
        columns["target"],
        tuple(columns["classes"]),
        target and quantity(training, target, parts.get("validation")),
    )

    warnings = [with_class_name(message, columns["classes"]) for message in training.warnings]
    for message in warnings:
        warn(f"{key}: {message}")
    epochs = range(len(training.history["loss"]))
    write_csv(
        f"artifacts/{key}/history.csv",
        ["epoch", *training.history],
        [epochs, *training.history.values()],
    )
    write_bytes(f"artifacts/{key}/snapshots.npz", npz_bytes(training.snapshots._asdict()))
    record: dict[str, Any] = {"best_epoch": training.best_epoch, "warnings": warnings}
    if training.held_out is not None:
        record["held_out"] = [np.flatnonzero(rows).tolist() for rows in training.held_out]
    write_json(f"artifacts/{key}/training.json", record)
    write_bytes(f"artifacts/{key}/network.npz", model_bytes(model))


def most_frames(train: Rows, classes: int, settings: Settings) -> int:
    """Find how many states of a training fit on a disk: of a wide table each has many weights."""
    units = OUTPUTS[settings.output].units(classes)
    weights = parameter_count((train.features.shape[1], *settings.hidden, units))
    return max(NUMBERS_KEPT // (weights * settings.ensemble), 2)


def quantity(training: Training, scaling: Scaling, validation: Rows | None) -> Quantity:
    """Gather what a model knows of the number that it predicts."""
    errors = np.empty(0)
    if validation:
        logits = training.network.held_out_logits(validation.features, training.held_out)
        predicted = scaling.undo(logits[:, 0])
        errors = held_out_errors(validation.labels - predicted)
    return Quantity(scaling, errors)


if __name__ == "__main__":
    run(main)
