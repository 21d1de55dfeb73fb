"""Bands of colour for numbers: round levels, and a colour below, between and above them."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

COLORS = "viridis"  # told apart by the colour-blind, and in grey
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
    # Here, so that a page of classes is made without it.
    from matplotlib import colormaps
    from matplotlib.colors import to_hex
    from matplotlib.ticker import MaxNLocator

    levels = [*map(float, MaxNLocator(BANDS).tick_values(numbers.min(), numbers.max()))]
    colors = colormaps[COLORS]
    last = colors.N - 1
    chosen = [to_hex(colors(last * band // len(levels))) for band in range(len(levels) + 1)]
    return Bands(levels, chosen)
