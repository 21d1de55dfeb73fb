"""Reading a table from a CSV file for training, and checking it cell by cell."""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic import counts_of, row_blocks, stored
from nn.errors import InputError, first_few, nearest, problems_of
from nn.preparing.columns import LONGEST, MAX_CATEGORIES, Column
from nn.preparing.forms import Form, Kind, form_of
from stages.executing.progress import Progress
from stages.tables.blocks import Dialect, read_blocks, split_header
from stages.tables.cells import Chunk, TableProblem, read_chunks
from stages.tables.collected import Collected, places_in
from stages.tables.keys import group_numbers, ranks


class Table(NamedTuple):
    """A checked table: one row or more, one feature or more, two classes or more, or numbers."""

    features: NDArray[np.float64]
    """(rows, columns): numbers, and of texts the place among the column's categories; NaN where
    missing values are allowed and one is."""
    labels: NDArray[np.int64] | NDArray[np.float64]
    """(rows,): the place in `classes` of each row's class; or the number to predict."""
    columns: list[Column]
    target: str
    classes: list[str]
    """Spelled as in the file, ordered by value where all are numbers; the positive one last.

    Empty where a number is to be predicted.
    """
    keys: NDArray[np.int64] | None = None
    """(rows,): where rows are split by a column, which of its sorted values each row has."""

    @property
    def feature_names(self) -> list[str]:
        """The names of the columns."""
        return [column.name for column in self.columns]

    def class_counts(self) -> NDArray[np.int64]:
        """Count the rows of each class, (classes,)."""
        return counts_of(self.labels, len(self.classes))


def check_file(path: Path) -> None:
    """Raise InputError where there is no file."""
    if not path.is_file():
        raise InputError(f"{path}: {'is a folder, no table' if path.is_dir() else 'no such file'}")


def read_table(
    path: str | Path,
    target: str,
    *,
    task: str = "classification",
    positive: str | None = None,
    drop: Sequence[str] = (),
    categories: Sequence[str] = (),
    max_categories: int = MAX_CATEGORIES,
    missing: str = "refuse",
    missing_marks: Sequence[str] = (),
    not_missing: Sequence[str] = (),
    spellings: Sequence[Sequence[str]] = (),
    written: Sequence[Mapping[str, Any]] = (),
    group: str | None = None,
    order: str | None = None,
    as_feature: bool = False,
    **dialect: Any,
) -> Table:
    """Read a CSV file, gzipped or not: a header, classes in the column `target`, then features.

    Where `task` is regression, `target` holds numbers instead.

    The columns of `categories` hold texts, all others numbers but those of `drop`, which are left
    out. Of more than `max_categories` texts in a column the rarest become one category in training.
    `missing` is refuse or impute: whether a missing value is an error. A row with nothing in any
    cell is passed over. `written` says of some columns how their numbers are written: their
    names in `columns`, and fields of `Form`. The column `group` or `order`, by which rows are
    split, is a feature only if `as_feature` says so. Other keys are fields of `Dialect`.

    Raises InputError with a line for each of the first problems: the file, the line in it, the
    column, and what is wrong there.
    """
    check_file(Path(path))
    of_file = Dialect(**dialect)
    usual = Form(
        missing_marks=tuple(missing_marks),
        not_missing=tuple(not_missing),
        spellings=tuple(map(tuple, spellings)),
    )
    kind: Kind = "class" if task == "classification" else "quantity"
    split_by = [name for name in (group, order) if name is not None]
    # Files without a name, here: the folder for temporary files is often in memory.
    with (
        problems_of(path),
        Path(path).open("rb") as source,
        TemporaryFile(dir=".") as room,
        TemporaryFile(dir=".") as room_of_target,
    ):
        header, blocks = split_header(read_blocks(source, of_file), of_file)
        if target in split_by:
            raise InputError(f"rows cannot be split by the target {target!r}")
        unused = drop if as_feature else [*drop, *split_by]
        kinds = _kinds(header, target, kind, unused, categories)
        used = [name for name in kinds if name != target]
        kinds = {**dict.fromkeys(split_by, "text"), **kinds}
        forms = _forms(header, usual, written)
        collected = Collected(used, target, kinds, room, room_of_target)
        chunks = read_chunks(blocks, header, kinds, missing, of_file, forms)
        of_keys = _collect(chunks, collected, split_by, f"reading {Path(path).name}")
        labels, classes = _labels(collected, target, task, positive)
        keys = None
        if group is not None:
            keys = group_numbers(of_keys, group)
        if order is not None:
            keys = ranks(of_keys, order, forms[order], of_file.decimal)
        columns = [
            _column(name, collected.texts.get(name), forms[name], max_categories) for name in used
        ]
        features = collected.features({each.name: each.categories for each in columns})
    return Table(features, labels, columns, target, classes, keys)


def _collect(
    chunks: Iterable[Chunk], collected: Collected, split_by: Sequence[str], what: str
) -> list[Chunk]:
    """Collect all rows; return the columns that they are split by.

    Raises InputError with the first problems. `what` is said of the progress.
    """
    problems: list[TableProblem] = []
    of_keys: list[Chunk] = []
    with Progress(what, "rows") as progress:
        for chunk in chunks:
            problems += chunk.problems
            collected.add(chunk)
            if split_by:
                of_keys.append(chunk.only(split_by))
            progress.advance(len(chunk.lines))
    if problems:
        raise InputError("\n".join(first_few(problems)))
    return of_keys


def _column(name: str, texts: Iterable[str] | None, form: Form, max_categories: int) -> Column:
    if texts is None:
        return Column(name, None, form)
    categories = tuple(sorted(texts))
    return Column(
        name, categories, form, max_categories if len(categories) > max_categories else None
    )


def _labels(
    collected: Collected, target: str, task: str, positive: str | None
) -> tuple[NDArray[np.int64] | NDArray[np.float64], list[str]]:
    """Number the classes of the rows, and name them; or find the numbers to predict."""
    if task != "classification":
        numbers = collected.targets()
        if not len(numbers):
            raise InputError("no rows beneath the header")
        if numbers.min() == numbers.max():
            raise InputError(
                f"column {target!r} holds one number only, {numbers[0]:g}: two are needed"
            )
        return numbers, []
    classes = _classes(collected.texts[target], target, positive)
    number_of = places_in(classes, collected.texts[target]).astype(np.int64)
    codes = row_blocks(collected.targets(), 1)
    return stored(number_of[some.astype(np.int64)] for some in codes), classes


def check_lengths(target: str, classes: Iterable[str]) -> None:
    """Raise InputError where one of the classes is a text to be read rather than a name."""
    for name in classes:
        if len(name) > LONGEST:
            raise InputError(
                f"column {target!r} has a class of {len(name)} characters, {name[:40]!r} ...: "
                f"{LONGEST} are the most; give a target of names"
            )


def _kinds(
    header: Sequence[str],
    target: str,
    kind: Kind,
    drop: Sequence[str],
    categories: Sequence[str],
) -> dict[str, Kind]:
    """Say what each column that is used should hold, in the file's order."""
    for name in (target, *drop, *categories):
        if name not in header:
            raise InputError(f"no column {name!r}{nearest(name, header)}")
    if target in drop:
        raise InputError(f"the target {target!r} cannot be dropped")
    kinds: dict[str, Kind] = {name: "number" for name in header if name not in drop}
    for name in categories:
        if name in kinds:
            kinds[name] = "text"
    kinds[target] = kind
    if len(kinds) == 1:
        raise InputError(f"no column beside the target {target!r} to predict it from")
    return kinds


def _forms(
    header: Sequence[str], usual: Form, written: Sequence[Mapping[str, Any]]
) -> dict[str, Form]:
    """Say how the cells of each column are written."""
    forms = dict.fromkeys(header, usual)
    for each in written:
        described = {key: value for key, value in each.items() if key != "columns"}
        for name in each["columns"]:
            if name not in header:
                raise InputError(f"no column {name!r}{nearest(name, header)}")
            forms[name] = form_of(**{**usual._asdict(), **described})
    return forms


def _classes(texts: Iterable[str], target: str, positive: str | None) -> list[str]:
    """Sort the classes, by value where all are numbers: 9 comes before 10. The positive is last."""
    classes = sorted(set(texts))
    if not classes:
        raise InputError("no rows beneath the header")
    check_lengths(target, classes)
    if len(classes) == 1:
        raise InputError(f"column {target!r} holds one class only, {classes[0]!r}: two are needed")
    with contextlib.suppress(ValueError):
        classes = sorted(classes, key=float)
    if positive is None:
        return classes
    if positive not in classes:
        raise InputError(f"column {target!r} has no class {positive!r}{nearest(positive, classes)}")
    if len(classes) > 2:
        raise InputError(
            f"positive tells which of two classes is looked for, and column {target!r} has "
            f"{len(classes)}: take data.positive out"
        )
    return sorted(classes, key=lambda name: name == positive)
