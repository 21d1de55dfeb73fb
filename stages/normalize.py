"""Scale features by what the training rows show: `python -m stages.normalize KEY`."""

import json
import shutil
from pathlib import Path

import numpy as np

from nn.scaling import fit_scaling
from stages.files import PARTS, output_directory, write_array, write_json
from stages.params import load_params
from stages.runner import run, warn


def main(key: str) -> None:
    """Write `artifacts/KEY/normalized/`: the split's files with scaled features; `scaling.json`."""
    params = load_params().experiment(key).normalize
    split = Path(f"artifacts/{key}/split")
    features = {part: np.load(split / f"{part}-features.npy") for part in PARTS}
    names = json.loads((split / "columns.json").read_text(encoding="utf-8"))["features"]

    train = features["train"]
    for name, varies in zip(names, (train != train[0]).any(axis=0), strict=True):
        if not varies:
            warn(f"column {name!r} has one value only in the training rows: nothing can be learnt")
    scaling = fit_scaling(train, params.method, params.epsilon or 0.0)

    with output_directory(f"artifacts/{key}/normalized") as folder:
        for part in PARTS:
            write_array(folder / f"{part}-features.npy", scaling.apply(features[part]))
            shutil.copyfile(split / f"{part}-labels.npy", folder / f"{part}-labels.npy")
        shutil.copyfile(split / "columns.json", folder / "columns.json")
        write_json(
            folder / "scaling.json",
            {"center": scaling.center.tolist(), "scale": scaling.scale.tolist()},
        )


if __name__ == "__main__":
    run(main)
