"""Charts of lines and points over two axes, drawn as SVG by `templates/chart.html.j2`."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from stages.reporting.frame import Area, Frame

AREA = Area(left=38, top=10, width=292, height=178, full_width=340, full_height=230)
DIAGONAL = ((0.0, 1.0), (0.0, 1.0))


class Series(NamedTuple):
    """Points that belong together, and how they are drawn."""

    name: str
    columns: Mapping[str, Sequence[float]]
    """Values by name, of equal length: x first, then y, then what is told of a point besides."""
    color: int = 0
    dashed: bool = False
    dots: bool = False
    line: bool = True
    thin: bool = False
    """Whether it stands behind the others, without a name."""
    steps: bool = False
    """Whether y jumps at each x, instead of sloping to it."""

    @property
    def x(self) -> Sequence[float]:
        """The values along the horizontal axis."""
        return next(iter(self.columns.values()))

    @property
    def y(self) -> Sequence[float]:
        """The values along the vertical axis."""
        return [*self.columns.values()][1]

    @property
    def points(self) -> Sequence[tuple[float, float]]:
        """The pairs of x and y."""
        return list(zip(self.x, self.y, strict=True))


class Chart(NamedTuple):
    """A chart, in values; the template asks it for coordinates."""

    name: str
    title: str
    x_label: str
    y_label: str
    frame: Frame
    series: Sequence[Series]
    reference: tuple[tuple[float, float], tuple[float, float]] | None = None
    """A thin line from the first to the last of these x and y."""
    reference_label: str = ""
    along_x: bool = False
    """Whether a pointer picks the nearest x, of all series, instead of the nearest point."""
    live: bool = False
    """Whether its lines are drawn anew for each epoch (curve.js), and cut off at the frame."""

    def path(self, series: Series) -> str:
        """Write a series as the path of an SVG."""
        points: list[tuple[float, float]] = []
        for x, y in zip(series.x, series.y, strict=True):
            if series.steps and points:
                points.append((x, points[-1][1]))
            points.append((x, y))
        return self.polyline(points)

    def polyline(self, points: Sequence[tuple[float, float]]) -> str:
        """Write points as the path of an SVG."""
        place_x, place_y = self.frame.place_x, self.frame.place_y
        places = [f"{place_x(x):.1f} {place_y(y):.1f}" for x, y in points]
        return f"M{'L'.join(places)}" if places else ""

    @property
    def reference_path(self) -> str:
        """Write the reference line as the path of an SVG."""
        return self.polyline([*zip(*self.reference, strict=True)]) if self.reference else ""

    @property
    def pointer_data(self) -> dict[str, object]:
        """What a pointer is told of: the columns, and where their points stand."""
        x, y, area = self.frame.x, self.frame.y, self.frame.area
        rounded = [
            {
                "name": each.name,
                "columns": {
                    name: [readable(value) for value in values]
                    for name, values in each.columns.items()
                },
            }
            for each in self.series
            if not each.thin
        ]
        return {"x": x, "y": y, "area": area, "alongX": self.along_x, "series": rounded}


def readable(value: float) -> float | None:
    """Round to five digits; None for an infinite threshold, for which JSON has no number."""
    return float(f"{value:.5g}") if math.isfinite(value) else None
