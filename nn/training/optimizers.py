"""Optimizers as pure functions: `init` makes a state, `update` turns a gradient g into a step.

The step is added to the parameters. Rates and decays are numbers or, where a leading axis holds
several networks, arrays (networks, 1) with a number for each. What an optimizer remembers is its
state alone, so training resumes from a copy of parameters and state as if it had never stopped. A
state is made of arrays (networks, P), numbers, and tuples of these.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from nn.arithmetic import Array

Rate = float | Array


class Optimizer(NamedTuple):
    """`init(parameters) -> state` and `update(gradient, state, learning_rate) -> (step, state)`."""

    init: Callable[[Array], Any]
    update: Callable[[Array, Any, Rate], tuple[Array, Any]]


def gradient_descent() -> Optimizer:
    """Gradient descent: the step is -rate g."""
    return Optimizer(
        lambda parameters: None, lambda gradient, state, rate: (-rate * gradient, state)
    )


def momentum(momentum: Rate) -> Optimizer:
    """Momentum: v <- momentum v - rate g; the step is v (Polyak 1964)."""

    def update(gradient: Array, velocity: Array, rate: Rate) -> tuple[Array, Array]:
        velocity = momentum * velocity - rate * gradient
        return velocity, velocity

    return Optimizer(np.zeros_like, update)


def nesterov(momentum: Rate) -> Optimizer:
    """Nesterov's momentum: v <- momentum v - rate g; the step is momentum v - rate g.

    It looks ahead: the step is as if the gradient had been taken where momentum leads (Sutskever
    et al. 2013).
    """

    def update(gradient: Array, velocity: Array, rate: Rate) -> tuple[Array, Array]:
        against = rate * gradient
        velocity = momentum * velocity - against
        return momentum * velocity - against, velocity

    return Optimizer(np.zeros_like, update)


class AdamState(NamedTuple):
    """Running means of gradient and squared gradient, and the powers of both decays so far."""

    mean: Array
    square: Array
    powers: tuple[Rate, Rate]


def adam(betas: tuple[Rate, Rate], epsilon: Rate) -> Optimizer:
    """Adam: m <- b1 m + (1 - b1) g, s <- b2 s + (1 - b2) g^2; the step is -rate' m / (sqrt(s) + e).

    rate' = rate sqrt(1 - b2^t) / (1 - b1^t) makes up for m and s having begun at 0: the efficient
    order at the end of section 2 of Kingma & Ba 2015. The powers of the decays are a running
    product, because a library's power function is not the same everywhere.
    """
    beta1, beta2 = betas

    def init(parameters: Array) -> AdamState:
        return AdamState(np.zeros_like(parameters), np.zeros_like(parameters), (1.0, 1.0))

    def update(gradient: Array, state: AdamState, rate: Rate) -> tuple[Array, AdamState]:
        mean = beta1 * state.mean + (1.0 - beta1) * gradient
        square = beta2 * state.square + (1.0 - beta2) * (gradient * gradient)
        powers = state.powers[0] * beta1, state.powers[1] * beta2
        corrected = -rate * np.sqrt(1.0 - powers[1]) / (1.0 - powers[0])
        return corrected * mean / (np.sqrt(square) + epsilon), AdamState(mean, square, powers)

    return Optimizer(init, update)


OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {
    "gradient_descent": gradient_descent,
    "momentum": momentum,
    "nesterov": nesterov,
    "adam": adam,
}
"""By the name in params.yaml; the parameters of a function are settings of the same name."""
