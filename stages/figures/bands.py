"""Bands of colour for numbers: round levels, and a colour below, between and above them."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stages.figures.numbers import ticks

# Viridis, by Stéfan van der Walt and Nathaniel Smith (CC0): the colour-blind see it, also in grey.
# Written out, as the page must not depend on matplotlib's version.
COLORS = (
    *("#440154", "#481a6c", "#472f7d", "#414487", "#39568c", "#31688e", "#2a788e", "#23888e"),
    *("#1f988b", "#22a884", "#35b779", "#54c568", "#7ad151", "#a5db36", "#d2e21b", "#fde725"),
)
BANDS = 12  # about


class Bands(NamedTuple):
    """Which numbers are shown by which colour."""

    levels: list[float]
    """Where one band ends and the next begins, ascending."""
    colors: list[str]
    """Of the bands, one more than there are levels: `#440154`."""

    def places(self, numbers: NDArray[Any]) -> NDArray[np.int64]:
        """Find the band of each number, of the same shape."""
        return np.asarray(np.searchsorted(self.levels, numbers, side="right"))


def bands_of(numbers: NDArray[Any]) -> Bands:
    """Choose bands that cover numbers (rows,)."""
    low, high = float(numbers.min()), float(numbers.max())
    levels = ticks(low, high, BANDS)
    step = levels[1] - levels[0] if len(levels) > 1 else 0.0
    levels = ticks(low - step, high + step, BANDS + 2) if step else levels
    last = len(COLORS) - 1
    return Bands(levels, [COLORS[last * band // len(levels)] for band in range(len(levels) + 1)])
