"""The place of data in a drawing: from values to coordinates, y upwards to y downwards."""

from typing import NamedTuple

from stages.figures.numbers import ticks
from stages.reporting.numbers import short


class Area(NamedTuple):
    """A rectangle of a drawing, in its own units, within the drawing's full size."""

    left: float
    top: float
    width: float
    height: float
    full_width: float
    full_height: float


class Tick(NamedTuple):
    """A mark at an axis: where it stands in the drawing, and what is written there."""

    place: float
    label: str


class Frame(NamedTuple):
    """What values an area shows."""

    area: Area
    x: tuple[float, float]
    y: tuple[float, float]

    def place_x(self, value: float) -> float:
        """Find the horizontal coordinate of a value."""
        low, high = self.x
        return self.area.left + self.area.width * (value - low) / (high - low)

    def place_y(self, value: float) -> float:
        """Find the vertical coordinate of a value."""
        low, high = self.y
        return self.area.top + self.area.height * (high - value) / (high - low)

    @property
    def x_ticks(self) -> list[Tick]:
        """Round numbers along the horizontal axis."""
        return [Tick(self.place_x(value), short(value, 6)) for value in ticks(*self.x, 5)]

    @property
    def y_ticks(self) -> list[Tick]:
        """Round numbers along the vertical axis."""
        return [Tick(self.place_y(value), short(value, 6)) for value in ticks(*self.y, 5)]
