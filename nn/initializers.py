"""Initial weights of a layer, from a random source and the layer's numbers of inputs and outputs.

Normal draws are rounded to multiples of 2**-40: NumPy makes one in a hundred of them, and all of its
legacy ones, with the machine's own logarithm, whose last bit must not decide a result. (It could only
where a draw lies within that bit of the border between two multiples: one in some 2**12.)
"""

from collections.abc import Sequence

import numpy as np

from nn.arithmetic import Array
from nn.randomness import random_source

Source = np.random.Generator | np.random.RandomState


def normal(source: Source, inputs: int, outputs: int) -> Array:
    """Draw from the standard normal distribution, unscaled."""
    return np.rint(source.standard_normal((inputs, outputs)) * 2.0**40) * 2.0**-40


def he(source: Source, inputs: int, outputs: int) -> Array:
    """Draw from a normal distribution of variance 2 / inputs, for ReLU (He et al. 2015, eq. 10)."""
    return normal(source, inputs, outputs) * np.sqrt(2.0 / inputs)


def glorot(source: Source, inputs: int, outputs: int) -> Array:
    """Draw uniformly between -b and b, b = sqrt(6 / (inputs + outputs)) (Glorot & Bengio, eq. 16)."""
    return (2.0 * source.random((inputs, outputs)) - 1.0) * np.sqrt(6.0 / (inputs + outputs))


INITIALIZERS = {"he": he, "glorot": glorot, "normal": normal, "legacy_normal": normal}


def initial_weights(name: str, sizes: Sequence[int], seed: int) -> list[Array]:
    """Draw the weights of all layers in a row from one stream: a matrix (inputs, outputs) each.

    `legacy_normal` draws from NumPy's legacy stream, as ``np.random.seed(seed)`` sets it.
    """
    legacy = name == "legacy_normal"
    source = np.random.RandomState(seed) if legacy else random_source(seed, "initial weights")
    layers = zip(sizes[:-1], sizes[1:], strict=True)
    return [INITIALIZERS[name](source, inputs, outputs) for inputs, outputs in layers]
