"""The three products of a layer while it learns, in buffers that are made once.

With A = [values 1] the inputs of a layer, the last column for the bias, W its weights, V these
without the biases' row, and dZ the derivatives of the loss by the layer's sums Z:

- forward:  Z  = A W, of which a function gives the values of the next layer
- learn:    dW = A^T dZ
- before:   dH = dZ V^T, for the layer before

The gradient of a layer of few weights is added up row by row, since a call of BLAS would not pay;
all such layers stand side by side, so that their terms are added up in one go.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from nn.arithmetic.buffers import column_buffer
from nn.arithmetic.elementary import Array, positive_part
from nn.arithmetic.exact import transposed
from nn.arithmetic.matmul import SMALL, sum_terms
from nn.arithmetic.rows import CutRows
from nn.arithmetic.sums import total


class Layers:
    """The layers of a network over a fixed number of rows, and the gradient of all of them."""

    def __init__(self, weights: Sequence[Array], rows: int, precision: str = "double") -> None:
        """Take each layer's weights (..., inputs + 1, outputs), the last row for the biases."""
        networks = weights[0].shape[:-2]
        sizes = np.array([layer.shape[-1] * layer.shape[-2] for layer in weights])
        ends = np.cumsum(sizes)
        self.flat_gradient = np.zeros((*networks, ends[-1]))
        is_small = sizes <= SMALL
        self.small = np.flatnonzero(np.repeat(is_small, sizes))  # places in the flat gradient
        self.terms = column_buffer(*networks, rows, len(self.small))
        ends_of_terms = np.cumsum(np.where(is_small, sizes, 0))
        gradients = np.split(self.flat_gradient, ends[:-1], axis=-1)
        terms = np.split(transposed(self.terms), ends_of_terms[:-1], axis=-2)
        self.layers: list[Layer] = []
        previous: Layer | None = None
        for place, matrix in enumerate(weights):
            shape = matrix.shape[-2:]
            if is_small[place]:
                own = terms[place].reshape(*networks, *shape, rows)
                previous = SmallLayer(matrix, rows, previous, own)
            else:
                own = gradients[place].reshape(*networks, *shape)
                previous = LargeLayer(matrix, rows, previous, own, precision)
            self.layers.append(previous)

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


class Layer(ABC):
    """One layer: what goes in, and its three products. Its results are overwritten by the next."""

    values: Array
    """What goes in, (..., rows, inputs): A without the column of ones."""

    def __init__(self, weights: Array, rows: int, previous: "Layer | None") -> None:
        """Make the buffers; without a layer before it is the first."""
        *networks, inputs, outputs = weights.shape
        self.weights, self.weights_back = weights, transposed(weights[..., :-1, :])
        self.inputs = column_buffer(*networks, rows, inputs)
        self.inputs[..., -1] = 1.0
        self.values = self.inputs[..., :-1]
        self.sums = column_buffer(*networks, rows, outputs)
        self.after: Layer | None = None
        if previous is not None:
            previous.after = self
        self.features: Array | None = None

    def take(self, features: Array) -> None:
        """Take features (..., rows, inputs), unless it is the same array, which must not change."""
        if features is not self.features:
            self.features = features
            self.values[...] = features
            self.prepare()

    def forward(self, function: Callable[[Array], Array] | None = None) -> Array:
        """Compute the sums Z = A W, (..., rows, outputs); their function is the next's values."""
        sums = self.weigh()
        if function and self.after:
            if function is positive_part:
                positive_part(sums, self.after.values)
            else:
                self.after.values[...] = function(sums)
            self.after.prepare()
        return sums

    @abstractmethod
    def prepare(self) -> None:
        """Do once what all products need of new values."""

    @abstractmethod
    def weigh(self) -> Array:
        """Compute Z = A W, (..., rows, outputs)."""

    @abstractmethod
    def learn(self, error: Array) -> None:
        """Compute the gradient dW = A^T dZ of the derivatives dZ, (..., rows, outputs)."""

    @abstractmethod
    def before(self, error: Array) -> Array:
        """Compute dH = dZ V^T, (..., rows, inputs), of what was just learnt from."""


class SmallLayer(Layer):
    """A layer of so few weights that its products are added up term by term."""

    def __init__(self, weights: Array, rows: int, previous: Layer | None, terms: Array) -> None:
        """Take the place of the gradient's terms, (..., inputs + 1, outputs, rows)."""
        super().__init__(weights, rows, previous)
        self.terms = terms

    def prepare(self) -> None:
        """Do nothing: values are multiplied as they are."""

    def weigh(self) -> Array:
        """Add up Z = A W."""
        return sum_terms(self.inputs, self.weights)

    def learn(self, error: Array) -> None:
        """Compute the terms of dW = A^T dZ, which `Layers.gradient` adds up."""
        inputs, error = transposed(self.inputs), transposed(error)
        np.multiply(inputs[..., :, None, :], error[..., None, :, :], out=self.terms)

    def before(self, error: Array) -> Array:
        """Add up dH = dZ V^T."""
        return sum_terms(error, self.weights_back)


class LargeLayer(Layer):
    """A layer whose products are BLAS's, of factors cut so that they are exact."""

    def __init__(
        self, weights: Array, rows: int, previous: Layer | None, gradient: Array, precision: str
    ) -> None:
        """Take the place of the gradient, (..., inputs + 1, outputs)."""
        super().__init__(weights, rows, previous)
        *networks, inputs, outputs = weights.shape
        self.gradient = gradient
        self.cut_inputs = CutRows(tuple(networks), inputs, rows, precision)
        self.cut_error = CutRows(tuple(networks), outputs, rows, precision)
        # What the layer before needs no more after its function was applied serves for derivatives.
        self.derivatives = transposed(self.values if previous is None else previous.sums)
        self.room = np.empty_like(transposed(self.sums))
        self.room_before = np.empty_like(self.derivatives)

    def prepare(self) -> None:
        """Cut the inputs, for `weigh` and `learn`."""
        self.cut_inputs.cut(transposed(self.inputs))
        self.cut_inputs.measure()

    def weigh(self) -> Array:
        """Compute Z = A W."""
        return transposed(self.cut_inputs.times(self.weights, transposed(self.sums), self.room))

    def learn(self, error: Array) -> None:
        """Cut the error, and compute dW = A^T dZ."""
        self.cut_error.cut(transposed(error), self.cut_inputs)
        np.add(self.cut_inputs.summed(self.cut_error), 0.0, out=self.gradient)

    def before(self, error: Array) -> Array:
        """Compute dH = dZ V^T of the error that was just cut."""
        return transposed(
            self.cut_error.times(self.weights_back, self.derivatives, self.room_before)
        )
