"""Locks between processes: a lock ends with the process that holds it, also when that is killed."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

if sys.platform == "win32":
    import msvcrt

    def _take(file: BinaryIO) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Make a file and hold its lock, where the file system has locks."""
    with path.open("wb") as file:
        with suppress(OSError):
            _take(file)
        yield


def is_held(path: Path) -> bool:
    """Tell whether a process may hold a file's lock: not where there is no such file."""
    try:
        with path.open("rb+") as file:
            _take(file)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False
