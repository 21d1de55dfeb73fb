"""The three products of a layer while it learns, in buffers that are made once.

With A = [values 1] the inputs of a layer, the last column for the bias, W its weights, V these
without the biases' row, and dZ the derivatives of the loss by the layer's sums Z:

- forward:  Z  = A W, of which a function gives the values of the next layer
- learn:    dW = A^T dZ
- before:   dH = dZ V^T, for the layer before

The gradient of a layer of few weights is added up row by row, since a call of BLAS would not pay;
all such layers stand side by side, so that their terms are added up in one go.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from nn.arithmetic.buffers import column_buffer
from nn.arithmetic.elementary import Array, positive_part
from nn.arithmetic.products import ARITHMETICS, Arithmetic, Scale
from nn.arithmetic.sums import total


class Layers:
    """The layers of a network over a fixed number of rows, and the gradient of all of them."""

    def __init__(self, weights: Sequence[Array], rows: int, arithmetic: str = "portable") -> None:
        """Take each layer's weights (..., inputs + 1, outputs), the last row for the biases."""
        chosen = ARITHMETICS[arithmetic]
        networks = weights[0].shape[:-2]
        sizes = np.array([layer.shape[-1] * layer.shape[-2] for layer in weights])
        ends = np.cumsum(sizes)
        self.flat_gradient = np.zeros((*networks, ends[-1]))
        is_small = sizes <= chosen.small
        self.small = np.flatnonzero(np.repeat(is_small, sizes))  # places in the flat gradient
        self.terms = column_buffer(*networks, rows, len(self.small))
        ends_of_terms = np.cumsum(np.where(is_small, sizes, 0))
        gradients = np.split(self.flat_gradient, ends[:-1], axis=-1)
        terms = np.split(transposed(self.terms), ends_of_terms[:-1], axis=-2)
        self.layers: list[Layer] = []
        before: Layer | None = None
        for place, matrix in enumerate(weights):
            shape = matrix.shape[-2:]
            layer = Layer(matrix, rows, chosen, before)
            if is_small[place]:
                layer.terms = terms[place].reshape(*networks, *shape, rows)
            else:
                layer.gradient = gradients[place].reshape(*networks, *shape)
            self.layers.append(layer)
            before = layer

    def __iter__(self) -> Iterator["Layer"]:
        """Go through the layers from the first to the last."""
        return iter(self.layers)

    def __reversed__(self) -> Iterator["Layer"]:
        """Go through the layers from the last to the first."""
        return reversed(self.layers)

    def take(self, features: Array) -> None:
        """Take the rows' features (..., rows, k)."""
        self.layers[0].take(features)

    def gradient(self) -> Array:
        """Give what all layers have learnt, flat (..., P): the same array at every call."""
        if self.small.size:
            self.flat_gradient[..., self.small] = total(self.terms, axis=-2)
        return self.flat_gradient


class Layer:
    """One layer: what goes in, and its three products. Its results are overwritten by the next."""

    inputs: Array
    """A = [values 1], (..., rows, inputs + 1)."""
    values: Array
    """A without the column of ones: a view."""
    terms: Array | None = None
    """Of a small layer's gradient, a term for each row: (..., inputs + 1, outputs, rows)."""
    gradient: Array
    """Of a large layer, (..., inputs + 1, outputs)."""

    def __init__(
        self, weights: Array, rows: int, arithmetic: Arithmetic, before: "Layer | None"
    ) -> None:
        """Make the buffers; without a layer before it is the first."""
        *networks, inputs, outputs = weights.shape
        self.weights, self.arithmetic, self.is_first = weights, arithmetic, before is None
        self.weights_back = transposed(weights[..., :-1, :])
        self.inputs = column_buffer(*networks, rows, inputs)
        self.inputs[..., -1] = 1.0
        self.values = self.inputs[..., :-1]
        self.sums = column_buffer(*networks, rows, outputs)
        # What the layer before needs no more after its function was applied serves for derivatives.
        self.room = None if before is None else before.sums
        self.after: Layer | None = None
        if before is not None:
            before.after = self
        self.features: Array | None = None
        self.scale: Scale | None = None
        self.scale_of_error: Scale | None = None

    def take(self, features: Array) -> None:
        """Take features (..., rows, inputs) as values, unless these very ones stand there."""
        if features is not self.features:
            self.features = features
            self.values[...] = features
            self._measure()

    def forward(self, function: Callable[[Array], Array] | None = None) -> Array:
        """Compute the sums Z = A W, (..., rows, outputs); their function is the next's values."""
        sums = self.arithmetic.product(self.inputs, self.weights, self.scale, room=self.sums)
        if function and self.after:
            if function is positive_part:
                positive_part(sums, self.after.values)
            else:
                self.after.values[...] = function(sums)
            self.after._measure()
        return sums

    def learn(self, error: Array) -> None:
        """Compute the gradient dW = A^T dZ of the derivatives dZ, (..., rows, outputs)."""
        inputs = transposed(self.inputs)
        if self.terms is not None:
            np.multiply(inputs[..., :, None, :], transposed(error)[..., None, :, :], out=self.terms)
            return
        self.scale_of_error = None if self.is_first else self.arithmetic.scale_of(error)
        scale = self.scale and self.scale.transposed
        self.gradient[...] = self.arithmetic.product(inputs, error, scale, self.scale_of_error)

    def before(self, error: Array) -> Array:
        """Compute dH = dZ V^T, (..., rows, inputs), of what was just learnt from."""
        return self.arithmetic.product(
            error, self.weights_back, self.scale_of_error, room=self.room
        )

    def _measure(self) -> None:
        if self.terms is None:  # a small layer's products need no scale
            self.scale = self.arithmetic.scale_of(self.inputs)


def transposed(matrices: Array) -> Array:
    """View matrices (..., n, m) as (..., m, n)."""
    return matrices.swapaxes(-1, -2)
