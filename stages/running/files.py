"""Writing outputs: a file or folder whole or not at all, and the same bytes on every machine."""

import csv
import io
import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from stages.running.locks import held, is_held

LOCK = "lock"  # in a workshop: held by whoever writes there


def write_bytes(path: str | Path, content: bytes) -> None:
    """Write a file, in a folder that is made where it is missing."""
    with _new_file(path) as file:
        file.write_bytes(content)


def write_copy(path: str | Path, source: str | Path) -> None:
    """Write a copy of a file, however large."""
    with _new_file(path) as file:
        shutil.copyfile(source, file)


def write_text(path: str | Path, content: str) -> None:
    """Write text as UTF-8, its line ends as they are."""
    write_bytes(path, content.encode("utf-8"))


def write_json(path: str | Path, content: object) -> None:
    """Write JSON with sorted keys; raises ValueError where it holds NaN or infinity."""
    text = json.dumps(content, sort_keys=True, indent=2, allow_nan=False, ensure_ascii=False)
    write_text(path, text + "\n")


def write_array(path: str | Path, array: NDArray[Any]) -> None:
    """Write an array as `.npy`, little-endian and row by row, so that it can be memory-mapped."""
    with _new_file(path) as place, place.open("wb") as file:
        np.save(file, _little_endian(array), allow_pickle=False)


def write_array_in_blocks(path: str | Path, rows: int, blocks: Iterable[NDArray[Any]]) -> None:
    """Write an array of so many rows as `write_array` does, block after block of them.

    At least one block is needed, of however many rows.
    """
    written = 0
    with _new_file(path) as place:
        with place.open("wb") as file:
            for block in map(_little_endian, blocks):
                if not file.tell():
                    header = np.lib.format.header_data_from_array_1_0(block)
                    header |= {"shape": (rows, *block.shape[1:]), "fortran_order": False}
                    np.lib.format.write_array_header_1_0(file, header)
                block.tofile(file)
                written += len(block)
        assert written == rows


def write_csv(path: str | Path, header: Sequence[str], columns: Iterable[Iterable[Any]]) -> None:
    """Write columns of equal length, numbers by the fewest digits that read back as the same."""
    # Python's numbers always print alike; how NumPy's do can be set.
    values = [col.tolist() if isinstance(col, np.ndarray) else col for col in columns]
    content = io.StringIO()
    writer = csv.writer(content, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(zip(*values, strict=True))
    write_text(path, content.getvalue())


@contextmanager
def output_file(path: str | Path) -> Iterator[TextIO]:
    """Give a text file to write to, in UTF-8, which replaces the one at `path` when all is written.

    On an error the one at `path` stays as it is, and nothing else is left behind.
    """
    with _new_file(path) as place, place.open("w", encoding="utf-8", newline="") as file:
        yield file


@contextmanager
def output_directory(path: str | Path) -> Iterator[Path]:
    """Give an empty folder to write into, which replaces the one at `path` when all is written.

    On an error the one at `path` stays as it is, and nothing else is left behind.
    """
    path = Path(path)
    with _workshop(path) as workshop:
        finished, replaced = workshop / "new", workshop / "old"
        finished.mkdir()
        yield finished
        try:
            if path.exists():  # a folder that is not empty cannot be replaced in one step
                path.replace(replaced)
            finished.replace(path)
        except BaseException:
            _put_back(workshop, path)
            raise


@contextmanager
def _new_file(path: str | Path) -> Iterator[Path]:
    """Give the place of a file that is to be written, and then replaces the one at `path`."""
    path = Path(path)
    with _workshop(path) as workshop:
        finished = workshop / "new"
        yield finished
        finished.replace(path)


@contextmanager
def _workshop(path: Path) -> Iterator[Path]:
    """Make a hidden folder beside `path`, on the same disk, for what is not finished.

    Those that killed writers of `path` left behind are taken away first. An error of the operating
    system names `path`.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _clean_up(path)
        made = tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent)
        with made as folder, held(Path(folder) / LOCK):
            yield Path(folder)
    except BrokenPipeError:  # whoever reads standard output has seen enough
        raise
    except OSError as error:
        about = error.filename2 or error.filename  # nothing, where a write found the disk full
        if error.errno is None or not (about is None or _is_unfinished(Path(str(about)), path)):
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error


def _little_endian(array: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(array, dtype=array.dtype.newbyteorder("<"), order="C")


def _clean_up(path: Path) -> None:
    """Remove the workshops of `path` that nobody works in any more."""
    for workshop in path.parent.glob(".*"):
        if not _is_unfinished(workshop, path) or not workshop.is_dir():
            continue
        known = {LOCK, "new", "old"}
        if {each.name for each in workshop.iterdir()} <= known and not is_held(workshop / LOCK):
            _put_back(workshop, path)
            shutil.rmtree(workshop, ignore_errors=True)


def _put_back(workshop: Path, path: Path) -> None:
    """Undo a replacement that was interrupted half-way."""
    if (workshop / "old").exists() and not path.exists():
        (workshop / "old").replace(path)


def _is_unfinished(place: Path, path: Path) -> bool:
    """Tell whether a place is a workshop of `path`, or lies in one."""
    pattern = rf"\.{re.escape(path.name)}\.[a-z0-9_]{{8}}"  # as tempfile names them
    inside = place.relative_to(path.parent).parts if place.is_relative_to(path.parent) else ()
    return bool(inside) and re.fullmatch(pattern, inside[0]) is not None
