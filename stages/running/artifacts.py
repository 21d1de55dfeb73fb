"""What stages leave of an experiment for those after them."""

import csv
import json
import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic import random_source, release, row_blocks, rows_in_order, total
from nn.preparing.columns import Column, column_of
from stages.running.files import output_directory, write_array, write_array_in_blocks, write_json

Array = NDArray[np.float64]

SHOWN_ROWS = 2000  # of a part, in pictures, curves and on the page: more could not be told apart
SHOWN_CLASSES = 30  # of more, the most frequent: nobody could tell as many lines or cells apart
PARTS = ("train", "validation", "test")  # of a table, as they are called in the names of files
HISTORY_PREFIXES = {"training": "", "validation": "validation_"}
"""How the names of history.csv's columns begin, by the part that they are of."""


class Rows(NamedTuple):
    """Rows of a table: features (rows, k), and class numbers or the numbers to predict, (rows,)."""

    features: Array
    labels: NDArray[Any]


class SplitTable(NamedTuple):
    """A table as `split` left it: coded values as features, in parts."""

    columns: list[Column]
    missing: str
    """What is done where a value is missing: refuse or impute."""
    classes: list[str]
    parts: dict[str, Rows]
    """Each part, with or without rows."""
    row_numbers: dict[str, NDArray[np.int64]]
    """The place of each part's rows in the table, (rows,), ascending."""
    keys: NDArray[np.int64] | None
    """Where the table is split by a column, which of its sorted values each row has, (rows,)."""

    def whole(self, folder: Path) -> Rows:
        """Put the parts back together, in the table's order; the features in a file."""
        count = sum(map(len, self.row_numbers.values()))
        kind = np.min_scalar_type(len(self.classes)) if self.classes else np.float64
        rows = Rows(
            new_array(folder / "features.npy", (count, len(self.columns))), np.empty(count, kind)
        )
        start = 0
        for block in row_blocks(rows.features, len(self.columns)):
            for name, part in self.parts.items():
                numbers = self.row_numbers[name]
                first, after = np.searchsorted(numbers, [start, start + len(block)])
                here = numbers[first:after]
                block[here - start] = part.features[first:after]
                rows.labels[here] = part.labels[first:after]
                for array in (numbers, *part):
                    release(array)
            start += len(block)
        return rows


class TrainingRecord(NamedTuple):
    """How a training went."""

    history: dict[str, Array]
    """Loss and accuracy by epoch: the columns of history.csv, (epochs + 1,)."""
    best_epoch: int
    """The epoch whose weights the model has."""
    warnings: list[str]
    held_out: NDArray[np.bool_] | None = None
    """Of an ensemble, which members did not learn from which validation row: (members, rows)."""


def of_members(history: Mapping[str, Array], column: str) -> list[Array]:
    """Take what a column of a history is the mean of: the columns of an ensemble's members."""
    own = re.compile(rf"member_\d+_{column}")
    return [values for name, values in history.items() if own.fullmatch(name)]


def new_array(path: Path, shape: tuple[int, ...]) -> Array:
    """Make an array that lies in a file, to be filled."""
    return np.asarray(np.lib.format.open_memmap(path, "w+", np.float64, shape))


def judged_part(parts: Container[str]) -> str:
    """Name the part that says most of a network: test rows or, without any, training rows."""
    return "test" if "test" in parts else "train"


def shown_places(rows: int) -> NDArray[np.int64]:
    """Choose the rows of a part that people are shown, ascending: all, or a sample of SHOWN_ROWS.

    The sample is one row out of each of SHOWN_ROWS stretches of equal length, always the same.
    """
    if rows <= SHOWN_ROWS:
        return np.arange(rows)
    ends = np.arange(SHOWN_ROWS + 1) * rows // SHOWN_ROWS
    return random_source(0, "shown rows").integers(ends[:-1], ends[1:])


def shown_parts(parts: Mapping[str, Rows]) -> dict[str, Rows]:
    """Take from each part the rows that people are shown."""
    places = {part: shown_places(len(rows.labels)) for part, rows in parts.items()}
    return {
        part: Rows(rows_in_order(rows.features, places[part]), rows.labels[places[part]])
        for part, rows in parts.items()
    }


def most_frequent(rows: NDArray[Any], most: int = SHOWN_CLASSES) -> list[int]:
    """Choose the classes with most rows, (classes,), of equally many the first: in their order."""
    return sorted(np.argsort(-rows, kind="stable")[:most].tolist())


def shown_confusion(
    confusion: NDArray[np.int64], classes: Sequence[str]
) -> tuple[NDArray[np.int64], list[str], str]:
    """Take the rarest of very many classes together: counts, names, and words that say so.

    `confusion` are counts (classes, classes), rows actual and columns predicted.
    """
    if len(classes) <= SHOWN_CLASSES:
        return confusion, [*classes], ""
    rows = total(confusion.astype(np.float64), axis=1)
    kept = most_frequent(rows, SHOWN_CLASSES - 1)
    place = np.full(len(classes), len(kept))
    place[kept] = np.arange(len(kept))
    shown = np.zeros((SHOWN_CLASSES, SHOWN_CLASSES), dtype=np.int64)
    np.add.at(shown, (place[:, None], place[None, :]), confusion)
    names = [*(classes[number] for number in kept), "(others)"]
    return shown, names, f"the {len(kept)} most frequent of {len(classes)} classes"


def shown_words(parts: Mapping[str, int]) -> str:
    """Say how many of the rows are shown, `6000 of 1000000 rows shown`; nothing where all are.

    `parts` has the number of rows of each part.
    """
    rows, shown = sum(parts.values()), sum(min(n, SHOWN_ROWS) for n in parts.values())
    return f"{shown} of {rows} rows shown" if shown < rows else ""


def taken(features: Array, rows: NDArray[np.int64], width: int) -> Iterator[Array]:
    """Take rows, (rows,), of features that may lie in a file, block by block.

    `width` is how many numbers are made of a row, at most.
    """
    for some in row_blocks(rows, max(width, features[:1].size)):
        yield features[some]
        release(features)


def write_split(
    key: str,
    whole: Rows,
    parts: Mapping[str, NDArray[np.int64]],
    columns: Mapping[str, Any],
    keys: NDArray[np.int64] | None = None,
    seen: Callable[[Iterator[Array]], Iterable[Array]] = iter,
) -> None:
    """Write `artifacts/KEY/split/`: features, labels and row numbers of each part; `columns.json`.

    `parts` are the row numbers of each; `columns` describes the table's columns and classes. `keys`
    are written where the table is split by a column. `seen` gives blocks on, to count their rows.
    """
    with output_directory(f"artifacts/{key}/split") as folder:
        for part, rows in parts.items():
            blocks = taken(whole.features, rows, whole.features.shape[1])
            write_array_in_blocks(folder / f"{part}-features.npy", len(rows), seen(blocks))
            labels = taken(whole.labels, rows, 1)
            write_array_in_blocks(folder / f"{part}-labels.npy", len(rows), labels)
            write_array(folder / f"{part}-rows.npy", rows)
        if keys is not None:
            write_array(folder / "keys.npy", keys)
        write_json(folder / "columns.json", columns)


def read_split(key: str) -> SplitTable:
    """Read `artifacts/KEY/split/`."""
    folder = Path(f"artifacts/{key}/split")
    parts = {part: _read_rows(folder, part) for part in PARTS}
    row_numbers = {part: _mapped(folder / f"{part}-rows.npy") for part in PARTS}
    record = json.loads((folder / "columns.json").read_text(encoding="utf-8"))
    columns = [column_of(**each) for each in record["columns"]]
    keys = np.load(path) if (path := folder / "keys.npy").exists() else None
    return SplitTable(columns, record["missing"], record["classes"], parts, row_numbers, keys)


def read_parts(key: str) -> dict[str, Rows]:
    """Read the scaled features and the labels of each part that has rows."""
    folder = Path(f"artifacts/{key}/normalized")
    parts = {part: _read_rows(folder, part) for part in PARTS}
    return {part: rows for part, rows in parts.items() if len(rows.labels)}


def read_training(key: str) -> TrainingRecord:
    """Read the history of a training and what it ended with."""
    folder = Path(f"artifacts/{key}")
    history = read_csv(folder / "history.csv")
    record = json.loads((folder / "training.json").read_text(encoding="utf-8"))
    columns = {name: np.array(cells, dtype=np.float64) for name, cells in history.items()}
    held_out = None
    if "held_out" in record:
        rows = np.arange(len(record["held_out"][0]))  # the first member learns from none of them
        held_out = np.array([np.isin(rows, of_member) for of_member in record["held_out"]])
    return TrainingRecord(columns, record["best_epoch"], record["warnings"], held_out)


def read_states(key: str, best_epoch: int, best: Array) -> list[tuple[int, Array]]:
    """Read a network's parameters along its training, each with its epoch.

    They end with the model's own, `best`, which are those of `best_epoch`.
    """
    with np.load(f"artifacts/{key}/snapshots.npz", allow_pickle=False) as snapshots:
        states = zip(snapshots["epochs"].tolist(), snapshots["parameters"], strict=True)
        return [
            *((epoch, state) for epoch, state in states if epoch < best_epoch),
            (best_epoch, best),
        ]


def read_curves(path: str | Path, columns: Sequence[str]) -> dict[str, list[Array]]:
    """Read the curves of a file, by class: of each the given columns, (points,)."""
    cells = read_csv(path)
    names = np.array(cells["class"])
    values = np.array([cells[name] for name in columns], dtype=np.float64)
    return {name: list(values[:, names == name]) for name in dict.fromkeys(cells["class"])}


def read_csv(path: str | Path) -> dict[str, list[str]]:
    """Read a CSV file that a stage wrote: its cells by column."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    return {name: [row[place] for row in rows] for place, name in enumerate(header)}


def _read_rows(folder: Path, part: str) -> Rows:
    return Rows(*(_mapped(folder / f"{part}-{name}.npy") for name in Rows._fields))


def _mapped(path: Path) -> NDArray[Any]:
    """Read an array where it lies: what is not looked at takes no memory."""
    return np.asarray(np.load(path, mmap_mode="r"))
