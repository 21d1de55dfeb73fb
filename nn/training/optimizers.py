"""Optimizers as pure functions: `init` makes a state, `update` turns a gradient into a step.

The step is added to the parameters. Rates and decays are numbers or, where a leading axis holds
several networks, arrays (networks, 1) with a number for each. What an optimizer remembers is its
state alone, so training resumes from a copy of parameters and state as if it had never stopped.
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
    """Step against the gradient."""
    return Optimizer(
        lambda parameters: None, lambda gradient, state, rate: (-rate * gradient, state)
    )


def momentum(decay: Rate) -> Optimizer:
    """Let the steps before it carry on: v = decay v - rate g; the step is v (Polyak 1964)."""

    def update(gradient: Array, velocity: Array, rate: Rate) -> tuple[Array, Array]:
        velocity = decay * velocity - rate * gradient
        return velocity, velocity

    return Optimizer(np.zeros_like, update)


def nesterov(decay: Rate) -> Optimizer:
    """Step as if the gradient had been taken ahead: decay v - rate g (Sutskever et al. 2013)."""

    def update(gradient: Array, velocity: Array, rate: Rate) -> tuple[Array, Array]:
        against = rate * gradient
        velocity = decay * velocity - against
        return decay * velocity - against, velocity

    return Optimizer(np.zeros_like, update)


class AdamState(NamedTuple):
    """Running means of gradient and squared gradient, and the powers of both decays so far."""

    mean: Array
    square: Array
    powers: tuple[Rate, Rate]


def adam(betas: tuple[Rate, Rate], epsilon: Rate) -> Optimizer:
    """Scale each parameter's step by its gradient's running size.

    In the efficient order at the end of section 2 of Kingma & Ba 2015. The powers of the decays are
    a running product, because a library's power function is not the same everywhere.
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


def some_of(state: Any, which: int | list[int]) -> Any:
    """Take the state of the networks at these places, or of one, out of that of several."""
    match state:
        case np.ndarray():
            return state[which]
        case AdamState():
            powers = some_of(state.powers[0], which), some_of(state.powers[1], which)
            return AdamState(state.mean[which], state.square[which], powers)
        case _:
            return state


OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {
    "gradient_descent": gradient_descent,
    "momentum": momentum,
    "nesterov": nesterov,
    "adam": adam,
}
