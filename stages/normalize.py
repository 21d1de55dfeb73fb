"""Make features of a table's columns by what training rows show: `python -m stages.normalize KEY`.

Texts become categories, gaps are filled, numbers are scaled.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from nn.arithmetic import one_column, row_blocks
from nn.preparing.columns import Column
from nn.preparing.preprocessing import (
    Preparation,
    Preprocessing,
    features_of,
    fit_preprocessing,
    to_json,
)
from stages.executing.memory import check_size
from stages.executing.progress import Progress
from stages.running.artifacts import Rows, read_split
from stages.running.command import run, warn
from stages.running.files import output_directory, write_array, write_array_in_blocks, write_json
from stages.running.parameters.file import load_params

FEW_CATEGORIES = 3  # are named one by one in warnings
SMALLEST_SPREAD = 1e-150  # of numbers: the squares of smaller ones vanish


def main(key: str) -> None:
    """Write `artifacts/KEY/normalized/`: the split's files with features; `preprocessing.json`."""
    settings = load_params().experiment(key).normalize.model_dump(exclude_none=True)
    table = read_split(key)
    columns, parts = table.columns, table.parts

    with Progress(f"normalize {key}: fitted", "columns", len(columns)) as progress:
        preprocessing = fit_preprocessing(
            parts["train"].features, progress.over(columns), table.missing, **settings
        )
    check_size(sum(len(rows.labels) for rows in parts.values()), preprocessing)
    for message in column_warnings(preprocessing, columns, parts):
        warn(message)
    clip = preprocessing.scaling.clip
    count = sum(len(rows.labels) for rows in parts.values())
    with (
        output_directory(f"artifacts/{key}/normalized") as folder,
        Progress(f"normalize {key}", "rows", count) as progress,
    ):
        for part, (values, labels) in parts.items():
            blocks = (
                features_of(preprocessing, block, columns)
                for block in progress.in_rows(row_blocks(values, len(preprocessing.feature_names)))
            )
            write_array_in_blocks(folder / f"{part}-features.npy", len(labels), blocks)
            write_array(folder / f"{part}-labels.npy", labels)
        shutil.copyfile(f"artifacts/{key}/split/columns.json", folder / "columns.json")
        write_json(
            folder / "preprocessing.json",
            {
                "columns": to_json(preprocessing.columns),
                "center": preprocessing.scaling.center.tolist(),
                "scale": preprocessing.scaling.scale.tolist(),
                **({} if clip is None else {"clip": clip}),
            },
        )


def column_warnings(
    preprocessing: Preprocessing, columns: Sequence[Column], parts: Mapping[str, Rows]
) -> Iterator[str]:
    """Warn of columns that tell nothing, and of categories that no training row has."""
    train = parts["train"].features
    for place, (old, new) in enumerate(zip(columns, preprocessing.columns, strict=True)):
        values = one_column(train, place)
        is_alike = all((block == values[0]).all() for block in row_blocks(values, 1))
        if not new.indicator and is_alike:
            yield (
                f"column {old.name!r} has one value only in the training rows: "
                "nothing can be learnt"
            )
        elif new.range is not None and 0 < new.range[1] - new.range[0] < SMALLEST_SPREAD:
            yield (
                f"column {old.name!r}: its numbers differ by {new.range[1] - new.range[0]:g} at "
                "most, too little to be scaled: write them in a smaller unit"
            )
        unseen = sorted({*(old.categories or ())} - {*(new.categories or ())})
        if new.rest is not None:
            yield together(old, new)
        elif unseen and old.categories:
            others = [one_column(parts[part].features, place) for part in ("validation", "test")]
            known = np.concatenate(others)
            known = known[~np.isnan(known)].astype(np.int64)
            rows = dict(
                zip(old.categories, np.bincount(known, minlength=len(old.categories)), strict=True)
            )
            yield from _unseen(old.name, {name: int(rows[name]) for name in unseen})


def together(old: Column, new: Preparation) -> str:
    """Say of a column of many texts that the rare ones are taken together."""
    return (
        f"column {old.name!r} has {len(old.categories or ())} texts: the "
        f"{len(new.categories or ()) - 1} most frequent are categories, all others are taken "
        f"together as {new.rest!r}; data.max_categories sets how many"
    )


def _unseen(column: str, rows: Mapping[str, int]) -> Iterator[str]:
    """Name the categories that no training row has; many of them in one line."""
    if len(rows) > FEW_CATEGORIES:
        yield (
            f"column {column!r}: {len(rows)} categories, as {next(iter(rows))!r}, are in "
            f"{sum(rows.values())} of the validation and test rows and in no training row: they "
            "are taken for none of the categories"
        )
        return
    for name, count in rows.items():
        yield (
            f"column {column!r}: {name!r} is in {count} of the validation and test rows and "
            "in no training row: it is taken for none of the categories"
        )


if __name__ == "__main__":
    run(main)
