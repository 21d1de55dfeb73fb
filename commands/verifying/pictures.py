"""Comparing pictures by the pixels of each frame."""

import io
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageSequence

PICTURES = {".png", ".gif", ".jpg", ".jpeg", ".webp", ".svg", ".pdf", ".html"}


def is_picture(path: str) -> bool:
    """Tell whether a file is to be looked at, rather than computed with."""
    return PurePosixPath(path).suffix.lower() in PICTURES


def picture_difference(recorded: bytes, rebuilt: bytes) -> str | None:
    """Say how many pixels differ, and by how much at most; None where none does."""
    one, other = _frames(recorded), _frames(rebuilt)
    if len(one) != len(other):
        return f"{len(one)} frames recorded, {len(other)} rebuilt"
    for number, (frame, other_frame) in enumerate(zip(one, other, strict=True)):
        if frame.shape != other_frame.shape:
            sizes = (f"{array.shape[1]} x {array.shape[0]}" for array in (frame, other_frame))
            return "{} pixels recorded, {} rebuilt".format(*sizes)
        apart = np.abs(frame - other_frame).max(axis=-1)
        if changed := np.count_nonzero(apart):
            where = f"frame {number}: " if len(one) > 1 else ""
            count = f"{changed} of {apart.size} pixels"
            return f"{where}{count} differ, by {apart.max()} of 255 at most"
    return None


def _frames(content: bytes) -> list[NDArray[np.int16]]:
    """Read the frames of a picture, each (height, width, 4): red, green, blue, opacity."""
    with Image.open(io.BytesIO(content)) as picture:
        return [
            np.asarray(frame.convert("RGBA")).astype(np.int16)
            for frame in ImageSequence.Iterator(picture)
        ]
