"""A network drawn as units and the weights between them, layer by layer."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from nn.model_file import Model
from stages.figures.names import abbreviated
from stages.figures.plane import class_names

UNITS = 32  # of a layer that are drawn: more would be a blur
WIDTH, HEIGHT, MARGIN = 520, 426, 18  # as the boundary's, which stands beside it
PITCH = 62.0  # between neighbouring units of a layer, at most
LETTER = 6.6  # the width of one, on average
CHARACTERS = 24  # of a name that are written


class Unit(NamedTuple):
    """A unit's place in the drawing, and its number in its layer."""

    x: float
    y: float
    radius: float
    number: int
    name: str


class Weight(NamedTuple):
    """A line from unit to unit, and how strong its weight is, from -1 to 1."""

    x1: float
    y1: float
    x2: float
    y2: float
    place: int
    """Of the weight in the network's flat parameters."""
    strength: float


class Wiring(NamedTuple):
    """The drawing of a network."""

    layers: Sequence[Sequence[Unit]]
    left_out: Sequence[tuple[float, int]]
    """For each layer that is not drawn whole: its x, and how many of its units are missing."""
    weights: Sequence[Weight]
    width: float = WIDTH
    height: float = HEIGHT


def draw_wiring(model: Model) -> Wiring:
    """Lay out a network; its first layer is the inputs, its last the output units.

    The weights are those of the first member of an ensemble.
    """
    sizes = model.network.sizes
    drawn = [min(size, UNITS) for size in sizes]
    names: list[Sequence[str]] = [[""] * count for count in drawn]
    names[0] = [abbreviated(name, CHARACTERS) for name in model.features[: drawn[0]]]
    answers = model.classes if sizes[-1] == len(model.classes) else model.classes[1:]
    told = [model.target] if model.quantity else class_names(model.target, answers)
    names[-1] = [abbreviated(name, CHARACTERS) for name in told[: drawn[-1]]]
    left, right = (30 + LETTER * max(map(len, side)) for side in (names[0], names[-1]))
    step = (WIDTH - left - right) / (len(sizes) - 1)
    layers = []
    for layer, count in enumerate(drawn):
        pitch = _pitch(count)
        top = (HEIGHT - pitch * (count - 1)) / 2
        x, radius = left + step * layer, min(16.0, 0.42 * pitch)
        places = [top + pitch * number for number in range(count)]
        layers.append(
            [Unit(x, y, radius, n, names[layer][n]) for n, y in enumerate(places)],
        )
    left_out = [
        (layer[0].x, size - len(layer))
        for layer, size in zip(layers, sizes, strict=True)
        if size > len(layer)
    ]
    return Wiring(layers, left_out, _weights(model, layers))


def _weights(model: Model, layers: Sequence[Sequence[Unit]]) -> list[Weight]:
    network, *_ = model.network.members
    drawn, start = [], 0
    for (before, after), matrix in zip(pairwise(layers), network.layers, strict=True):
        strongest = float(np.abs(matrix[:-1]).max()) or 1.0
        outputs = matrix.shape[1]
        for one in before:
            for other in after:
                place = start + one.number * outputs + other.number
                strength = float(matrix[one.number, other.number]) / strongest
                ends = one.x + one.radius, one.y, other.x - other.radius, other.y
                drawn.append(Weight(*ends, place, strength))
        start += matrix.size
    return drawn


def _pitch(count: int) -> float:
    """Choose the distance between neighbouring units of a layer."""
    return min(PITCH, (HEIGHT - 2 * MARGIN) / count)
