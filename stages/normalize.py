"""Make features of a table's columns by what training rows show: `python -m stages.normalize KEY`.

Texts become categories, gaps are filled, numbers are scaled.
"""

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nn.preparing.columns import Column
from nn.preparing.preprocessing import Preprocessing, fit_preprocessing, recode, to_json
from stages.parameters.file import load_params
from stages.parameters.sections import NormalizeParams
from stages.running.command import run, warn
from stages.running.files import PARTS, output_directory, write_array, write_json

Array = NDArray[np.float64]


def main(key: str) -> None:
    """Write `artifacts/KEY/normalized/`: the split's files with features; `preprocessing.json`."""
    params = load_params().experiment(key).normalize
    split = Path(f"artifacts/{key}/split")
    parts = {part: np.load(split / f"{part}-features.npy") for part in PARTS}
    columns, missing = read_columns(split)

    preprocessing = fit(parts["train"], columns, missing, params)
    for message in oddities(preprocessing, columns, parts):
        warn(message)
    with output_directory(f"artifacts/{key}/normalized") as folder:
        for part in PARTS:
            features = preprocessing.features(recode(preprocessing.columns, parts[part], columns))
            write_array(folder / f"{part}-features.npy", features)
            shutil.copyfile(split / f"{part}-labels.npy", folder / f"{part}-labels.npy")
        shutil.copyfile(split / "columns.json", folder / "columns.json")
        write_json(
            folder / "preprocessing.json",
            {
                "columns": to_json(preprocessing.columns),
                "center": preprocessing.scaling.center.tolist(),
                "scale": preprocessing.scaling.scale.tolist(),
            },
        )


def read_columns(split: Path) -> tuple[list[Column], str]:
    """Read what `split` says of the columns: each of them, and what is done where one has gaps."""
    record = json.loads((split / "columns.json").read_text(encoding="utf-8"))
    columns = [Column(each["name"], as_tuple(each["categories"])) for each in record["columns"]]
    return columns, record["missing"]


def fit(
    train: Array, columns: Sequence[Column], missing: str, params: NormalizeParams
) -> Preprocessing:
    """Fit what the parameters say on a table's training rows, coded (rows, columns)."""
    return fit_preprocessing(train, columns, missing, **params.model_dump(exclude_none=True))


def fitted_features(
    values: Array,
    columns: Sequence[Column],
    trained_on: NDArray[np.int64],
    missing: str,
    params: NormalizeParams,
) -> Array:
    """Fit on the rows trained on, and make features of all: (rows, columns) to (rows, k)."""
    preprocessing = fit(values[trained_on], columns, missing, params)
    return preprocessing.features(recode(preprocessing.columns, values, columns))


def oddities(
    preprocessing: Preprocessing, columns: Sequence[Column], parts: dict[str, Array]
) -> Iterator[str]:
    """Say which columns cannot teach anything, and which categories nothing was learnt of."""
    train = parts["train"]
    for place, (old, new) in enumerate(zip(columns, preprocessing.columns, strict=True)):
        values = train[:, place]
        if not new.indicator and (values == values[0]).all():
            yield (
                f"column {old.name!r} has one value only in the training rows: "
                "nothing can be learnt"
            )
        unseen = sorted({*(old.categories or ())} - {*(new.categories or ())})
        for name in unseen:
            rows = sum(
                np.count_nonzero(parts[part][:, place] == (old.categories or ()).index(name))
                for part in ("validation", "test")
            )
            yield (
                f"column {old.name!r}: {name!r} is in {rows} of the validation and test rows and "
                "in no training row: it is taken for none of the categories"
            )


def as_tuple(categories: list[str] | None) -> tuple[str, ...] | None:
    """Make of a list in JSON what a column has."""
    return None if categories is None else tuple(categories)


if __name__ == "__main__":
    run(main)
