"""What a network answers, drawn over a plane of features or along the only one."""

from collections.abc import Mapping

import numpy as np

from nn.model_file import Model
from stages.figures.bands import Bands, bands_of
from stages.figures.plane import Plane, class_names, evenly_spaced, extent, plane_of
from stages.reporting.boundary import PlaneDrawing, draw_boundary, draw_surface
from stages.reporting.charts import number_response_chart, response_chart
from stages.reporting.line_chart import Chart
from stages.running.artifacts import Rows, read_parts, shown_parts

POINTS = 200  # of a curve


def drawn_plane(
    key: str, model: Model, threshold: float | None
) -> tuple[Plane, Bands | None, PlaneDrawing]:
    """Draw what is answered over a plane, with bands of colour where that is a number."""
    plane = plane_of(model.features, model.scaling, shown_parts(read_parts(key)))
    if model.quantity:
        bands = bands_of(plane.labels)
        return plane, bands, draw_surface(model.network, model.quantity.scaling, plane, bands)
    assert threshold is not None
    return plane, None, draw_boundary(model.network, plane, threshold)


def drawn_curve(model: Model, raw: Mapping[str, Rows]) -> Chart:
    """Draw what is answered along the only feature."""
    reach = extent(np.concatenate([rows.features for rows in raw.values()]))
    x, feature = evenly_spaced(reach, POINTS), model.features[0]
    inputs = model.scaling.apply(x[:, np.newaxis])
    if model.quantity:
        numbers = model.quantity.scaling.undo(model.network.logits(inputs)[:, 0])
        return number_response_chart(feature, model.target, x, numbers, raw)
    names = class_names(model.target, model.classes)
    return response_chart(feature, x, model.network.probabilities(inputs), names)
