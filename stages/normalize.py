"""Make features of a table's columns by what training rows show: `python -m stages.normalize KEY`.

Texts become categories, gaps are filled, numbers are scaled.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from nn.preparing.columns import Column
from nn.preparing.preprocessing import Preprocessing, features_of, fit_preprocessing, to_json
from stages.running.artifacts import Rows, read_split
from stages.running.command import run, warn
from stages.running.files import output_directory, write_array, write_json
from stages.running.parameters.file import load_params

SMALLEST_SPREAD = 1e-150  # of numbers: the squares of smaller ones vanish


def main(key: str) -> None:
    """Write `artifacts/KEY/normalized/`: the split's files with features; `preprocessing.json`."""
    settings = load_params().experiment(key).normalize.model_dump(exclude_none=True)
    table = read_split(key)
    columns, parts = table.columns, table.parts

    preprocessing = fit_preprocessing(parts["train"].features, columns, table.missing, **settings)
    for message in column_warnings(preprocessing, columns, parts):
        warn(message)
    with output_directory(f"artifacts/{key}/normalized") as folder:
        for part, (values, labels) in parts.items():
            features = features_of(preprocessing, values, columns)
            write_array(folder / f"{part}-features.npy", features)
            write_array(folder / f"{part}-labels.npy", labels)
        shutil.copyfile(f"artifacts/{key}/split/columns.json", folder / "columns.json")
        write_json(
            folder / "preprocessing.json",
            {
                "columns": to_json(preprocessing.columns),
                "center": preprocessing.scaling.center.tolist(),
                "scale": preprocessing.scaling.scale.tolist(),
            },
        )


def column_warnings(
    preprocessing: Preprocessing, columns: Sequence[Column], parts: Mapping[str, Rows]
) -> Iterator[str]:
    """Warn of columns that tell nothing, and of categories that no training row has."""
    train = parts["train"].features
    for place, (old, new) in enumerate(zip(columns, preprocessing.columns, strict=True)):
        values = train[:, place]
        if not new.indicator and (values == values[0]).all():
            yield (
                f"column {old.name!r} has one value only in the training rows: "
                "nothing can be learnt"
            )
        elif new.range is not None and 0 < new.range[1] - new.range[0] < SMALLEST_SPREAD:
            yield (
                f"column {old.name!r}: its numbers differ by {new.range[1] - new.range[0]:g} at "
                "most, too little to be scaled: write them in a smaller unit"
            )
        categories = old.categories or ()
        for name in sorted({*categories} - {*(new.categories or ())}):
            code = categories.index(name)
            rows = sum(
                np.count_nonzero(parts[part].features[:, place] == code)
                for part in ("validation", "test")
            )
            yield (
                f"column {old.name!r}: {name!r} is in {rows} of the validation and test rows and "
                "in no training row: it is taken for none of the categories"
            )


if __name__ == "__main__":
    run(main)
