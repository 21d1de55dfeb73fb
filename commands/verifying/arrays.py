"""Comparing `.npy` and `.npz` files number by number."""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from commands.verifying.differences import Difference, sentence

Array = NDArray[Any]


def npy_difference(recorded: bytes, rebuilt: bytes) -> str | None:
    """Say where two `.npy` files differ; None where they hold the same numbers."""
    return array_difference("", _load(recorded), _load(rebuilt))


def npz_difference(recorded: bytes, rebuilt: bytes) -> str | None:
    """Say where two `.npz` files differ, array by array; None where they hold the same numbers."""
    one, other = _load(recorded), _load(rebuilt)
    if missing := set(one.files) ^ set(other.files):
        name = min(missing)
        return (
            f"array {name!r} is only in the {'recorded' if name in one.files else 'rebuilt'} file"
        )
    return (
        "; ".join(
            told for name in one.files if (told := array_difference(name, one[name], other[name]))
        )
        or None
    )


def array_difference(name: str, recorded: Array, rebuilt: Array) -> str | None:
    """Say where two arrays first differ, row by row, and by how much; None where they do not."""
    if recorded.shape != rebuilt.shape or recorded.dtype.kind != rebuilt.dtype.kind:
        shapes = (f"{array.dtype} {array.shape}" for array in (recorded, rebuilt))
        return "{}: {} recorded, {} rebuilt".format(name or "the array", *shapes)
    differs = recorded != rebuilt
    if recorded.dtype.kind in "fc":
        differs &= ~(np.isnan(recorded) & np.isnan(rebuilt))
    differences = [
        Difference(
            f"{name}{index.tolist()}", recorded[tuple(index)].item(), rebuilt[tuple(index)].item()
        )
        for index in np.argwhere(differs)
    ]
    return sentence(differences, recorded.size, "numbers")


def _load(content: bytes) -> Any:
    return np.load(io.BytesIO(content), allow_pickle=False)
