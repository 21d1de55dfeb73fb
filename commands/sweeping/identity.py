"""What makes a trial the same trial: hashes of the code, the rows and the settings."""

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parents[2]
DECISIVE = ("nn/**/*.py", "stages/judging/*.py", "commands/sweeping/trial.py")


@cache
def code_hash() -> str:
    """Hash all that turns rows and settings into a score, as it lies beside this file."""
    files = [path for pattern in DECISIVE for path in ROOT.glob(pattern)]
    # git may give a file other line ends on another machine.
    return hash_of(
        {
            path.relative_to(ROOT).as_posix(): path.read_bytes().replace(b"\r\n", b"\n").hex()
            for path in files
        }
    )


def rows_hash(arrays: Iterable[NDArray[Any]]) -> str:
    """Hash arrays of numbers: their shapes and values, not how they lie in memory."""
    return hash_of(
        [
            [array.shape, hashlib.sha256(np.ascontiguousarray(array, "<f8").tobytes()).hexdigest()]
            for array in arrays
        ]
    )


def hash_of(content: object) -> str:
    """Hash what JSON can say: 32 hexadecimal digits."""
    text = json.dumps(content, sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:32]
