"""A small project to sweep over, in a folder of its own."""

import csv
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import yaml

from stages.running.parameters.file import load_params

ROOT = Path(__file__).parents[2]
TRAIN = {
    "hidden": [4],
    "activation": "tanh",
    "output": "sigmoid",
    "initializer": "glorot",
    "seed": 7,
    "optimizer": "gradient_descent",
    "learning_rate": 0.1,
    "learning_rate_decay": 0.0,
    "epochs": 20,
    "batch_size": 16,
    "l2": 0.0,
    "class_weights": None,
    "early_stopping": None,
}
GRID = {
    "method": "grid",
    "metric": "log_loss",
    "replicates": 2,
    "space": {"learning_rate": [0.05, 0.5], "hidden": [[3], [6]]},
}


def make_project(folder, sweep, train=(), validation_size=0.2, rows=80):
    """Write `params.yaml` and a table of two classes that a line does not part."""
    folder.mkdir(parents=True, exist_ok=True)
    draws = np.random.default_rng(5)
    features = draws.uniform(-2, 2, (rows, 3)).round(3)
    labels = (features[:, 0] * features[:, 1] + 0.3 * features[:, 2] > 0).astype(int)
    lines = [f"{a},{b},{c},{label}" for (a, b, c), label in zip(features, labels, strict=True)]
    (folder / "table.csv").write_text("\n".join(["a,b,c,label", *lines, ""]), encoding="utf-8")
    baseline = {"optimizer": "gradient_descent", "learning_rate": 0.1, "epochs": 1, "l2": 0.0}
    experiment = {
        "data": {"path": "table.csv", "target": "label"},
        "split": {
            "test_size": 0.25,
            "validation_size": validation_size,
            "stratify": True,
            "seed": 3,
        },
        "normalize": {"method": "zscore", "epsilon": 0.0},
        "train": TRAIN | dict(train),
        "evaluate": {"threshold": 0.5, "baseline": baseline},
        "replicate": {"count": 2, "seed": 1},
        "plot": {"frames": 1, "resolution": 2},
        "sweep": sweep,
    }
    write_params(folder, experiment)


def write_params(folder, experiment):
    content = {"generators": {}, "experiments": {"mine": experiment}}
    (folder / "params.yaml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def change_sweep(folder, **changes):
    content = yaml.safe_load((folder / "params.yaml").read_text(encoding="utf-8"))
    experiment = content["experiments"]["mine"]
    experiment["sweep"] |= changes
    write_params(folder, experiment)


def experiment_in(folder):
    return load_params(folder / "params.yaml").experiment("mine")


def table_in(folder):
    with (folder / "sweeps/mine.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def environment(**more):
    return {**os.environ, "PYTHONPATH": str(ROOT), **more}


def command(*arguments):
    return [sys.executable, "-m", "commands.sweep", "mine", *arguments]


def wait_until(condition, process=None, seconds=240):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it takes too long"
        assert process is None or process.poll() is None, process.communicate()
        time.sleep(0.01)


def run_sweep(folder, *arguments, code=0, **variables):
    done = subprocess.run(
        command(*arguments),
        cwd=folder,
        env=environment(**variables),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


def without_progress(told):
    """What a sweep said on stderr beside how far it was, which depends on the machine's speed."""
    lines = told.splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("sweep mine: "))
