"""Activation functions of hidden layers, each with its derivative.

A derivative is written in terms of the activation itself, which backpropagation still has at hand.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic import Array, sigmoid, tanh


class Activation(NamedTuple):
    """A function from pre-activations to activations, and its derivative at given activations.

    Like NumPy's, the function may be given an array `out` to write into, its argument even. A
    derivative that is 0 or 1 may be given as False or True.
    """

    function: Callable[..., Array]
    derivative: Callable[[Array], Array | NDArray[np.bool_]]


def activation(name: str, negative_slope: float) -> Activation:
    """Look an activation up by name; `negative_slope` is that of leaky_relu below 0, no other's."""
    if name == "leaky_relu":
        return Activation(
            lambda z, out=None: np.multiply(z, np.where(z > 0.0, 1.0, negative_slope), out=out),
            lambda a: np.where(a > 0.0, 1.0, negative_slope),
        )
    return ACTIVATIONS[name]


def written(function: Callable[[Array], Array]) -> Callable[..., Array]:
    """Let a function write what it computes into an array `out`, where one is given."""

    def writing(z: Array, out: Array | None = None) -> Array:
        values = function(z)
        if out is None:
            return values
        out[...] = values
        return out

    return writing


ACTIVATIONS = {
    "relu": Activation(lambda z, out=None: np.maximum(z, 0.0, out=out), lambda a: a > 0.0),
    "tanh": Activation(written(tanh), lambda a: 1.0 - a * a),
    "sigmoid": Activation(written(sigmoid), lambda a: a * (1.0 - a)),
}
