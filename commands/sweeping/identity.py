"""What makes the rows of a trial the same rows: a hash of their numbers."""

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stages.executing.project_code import hash_of


def rows_hash(arrays: Iterable[NDArray[Any]]) -> str:
    """Hash arrays of numbers: their shapes and values, not how they lie in memory."""
    return hash_of(
        [
            [array.shape, hashlib.sha256(np.ascontiguousarray(array, "<f8").tobytes()).hexdigest()]
            for array in arrays
        ]
    )
