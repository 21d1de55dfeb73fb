"""Initial weights of a layer, from a random source and the layer's numbers of inputs and outputs.

Normal draws are rounded to multiples of 2**-36: NumPy makes one in a hundred of them, and all of
its legacy ones, with the machine's own logarithm, whose last bit must not decide a result. (Where
libraries differ in that bit, it still would for one draw in some 2**15, next to a border.)
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from nn.arithmetic import Array, random_source

Source = np.random.Generator | np.random.RandomState


def normal(source: Source, inputs: int, outputs: int) -> Array:
    """Draw from the standard normal distribution, unscaled."""
    draws = source.standard_normal((inputs, outputs))
    return np.asarray(np.rint(draws * 2.0**36) * 2.0**-36)


def he(source: Source, inputs: int, outputs: int) -> Array:
    """Draw from a normal distribution of variance 2 / inputs, for ReLU (He et al. 2015, eq. 10)."""
    return np.asarray(normal(source, inputs, outputs) * np.sqrt(2.0 / inputs))


def glorot(source: Source, inputs: int, outputs: int) -> Array:
    """Draw uniformly within +-sqrt(6 / (inputs + outputs)) (Glorot & Bengio 2010, eq. 16)."""
    bound = np.sqrt(6.0 / (inputs + outputs))
    return np.asarray((2.0 * source.random((inputs, outputs)) - 1.0) * bound)


INITIALIZERS = {"he": he, "glorot": glorot, "normal": normal, "legacy_normal": normal}


def initial_weights(name: str, sizes: Sequence[int], seed: int) -> list[Array]:
    """Draw the weights of all layers in a row from one stream: a matrix (inputs, outputs) each.

    `legacy_normal` draws from NumPy's legacy stream, as ``np.random.seed(seed)`` sets it.
    """
    legacy = name == "legacy_normal"
    source = np.random.RandomState(seed) if legacy else random_source(seed, "initial weights")
    return [INITIALIZERS[name](source, inputs, outputs) for inputs, outputs in pairwise(sizes)]
