"""Activation functions of hidden layers, each with its derivative.

A derivative is written in terms of the activation itself, which backpropagation still has at hand.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic import Array, positive_part, sigmoid, tanh


class Activation(NamedTuple):
    """A function of the sums z, and its derivative at given activations a = f(z).

    A derivative that is 0 or 1 may be given as False or True.
    """

    function: Callable[[Array], Array]
    derivative: Callable[[Array], Array | NDArray[np.bool_]]


def relu() -> Activation:
    """Rectified linear unit: f(z) = max(z, 0); f' = 1 for z > 0, else 0."""
    return Activation(positive_part, lambda a: a > 0.0)


def leaky_relu(negative_slope: float) -> Activation:
    """Leaky rectified linear unit: f(z) = z for z > 0, else slope z; f' = 1 for z > 0, else slope.

    (Maas, Hannun and Ng 2013.) Of the two the larger is the right one, as the slope is at most 1.
    """
    return Activation(
        lambda z: np.maximum(z, negative_slope * z),
        lambda a: np.maximum(a > 0.0, negative_slope),
    )


def hyperbolic_tangent() -> Activation:
    """Hyperbolic tangent: f(z) = tanh z; f' = 1 - a^2."""
    return Activation(tanh, lambda a: 1.0 - a * a)


def logistic() -> Activation:
    """Sigmoid, or logistic function: f(z) = 1 / (1 + e^-z); f' = a (1 - a)."""
    return Activation(sigmoid, lambda a: a * (1.0 - a))


ACTIVATIONS: dict[str, Callable[..., Activation]] = {
    "relu": relu,
    "leaky_relu": leaky_relu,
    "tanh": hyperbolic_tangent,
    "sigmoid": logistic,
}
"""By the name in params.yaml; the parameters of a function are settings of the same name."""
