"""A feed-forward network: layers in a row, from features to logits and probabilities."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from nn.arithmetic import Array, Columns, by_blocks, tuned_numpy
from nn.errors import InputError, counted
from nn.network.activations import ACTIVATIONS
from nn.network.outputs import OUTPUTS, Mask
from nn.network.registry import make, named


class Network:
    """Layers of units, each a weighted sum of the layer before, passed through its activation.

    All parameters stand in one flat array (..., P): an optimizer's step is one addition, and a
    leading axis holds several networks of one shape. Layer by layer it is a matrix
    (inputs + 1, outputs) whose last row is the biases, the weights of an input that is always 1.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activations: Sequence[str],
        output: str,
        parameters: Array,
        negative_slope: float | None = None,
    ) -> None:
        """Lay a network over its parameters.

        `sizes` are the numbers of features, of units of each hidden layer and of outputs;
        `activations` has a name for each hidden layer; `negative_slope` is that of leaky_relu.
        Raises InputError where these do not fit together, and for an unknown name.
        """
        self.sizes = tuple(sizes)
        self.activations = tuple(activations)
        self.output = output
        self.negative_slope = negative_slope
        self.parameters = parameters
        count = parameter_count(self.sizes)
        if parameters.shape[-1:] != (count,):
            raise InputError(
                f"parameters have shape {parameters.shape}, not (..., {count}) as sizes "
                f"{self.sizes} need"
            )
        if len(self.activations) != len(self.sizes) - 2:
            raise InputError(
                f"activations are {self.activations}, not a name for each of "
                f"{counted(len(self.sizes) - 2, 'hidden layer')}"
            )
        named(OUTPUTS, output, "output")
        self.hidden = [
            make(named(ACTIVATIONS, name, "activation"), self) for name in self.activations
        ]
        self.layers = self.layers_of(parameters)

    def layers_of(self, parameters: Array) -> list[Array]:
        """View flat parameters, or a gradient, as a matrix (..., inputs + 1, outputs) a layer."""
        layers, start = [], 0
        for inputs, outputs in pairwise(self.sizes):
            end = start + (inputs + 1) * outputs
            shape = (*parameters.shape[:-1], inputs + 1, outputs)
            layers.append(parameters[..., start:end].reshape(shape))
            start = end
        return layers

    @property
    def weights(self) -> list[Array]:
        """The weights of each layer, as views (..., inputs, outputs)."""
        return [layer[..., :-1, :] for layer in self.layers]

    @property
    def biases(self) -> list[Array]:
        """The biases of each layer, as views (..., outputs)."""
        return [layer[..., -1, :] for layer in self.layers]

    def activate(self, features: ArrayLike) -> list[Array]:
        """Compute what each layer gives: of features (..., rows, k) these, and the logits last.

        Several networks take rows of their own, or all of them the same. Raises InputError for
        features of another shape.
        """
        return self._activate(
            self._checked(features), [Columns(weights) for weights in self.weights]
        )

    def logits(self, features: ArrayLike) -> Array:
        """Compute logits (..., rows, outputs) of features (..., rows, k), each row's by itself.

        Raises InputError for features of another shape.
        """
        return np.concatenate([*self.logits_by_blocks(features)], axis=-2)

    def logits_by_blocks(self, features: ArrayLike) -> Iterator[Array]:
        """Compute what `logits` puts together, of some rows after the others."""
        weights = [Columns(weights) for weights in self.weights]  # the same for all blocks
        rows = self._checked(features)
        return by_blocks(lambda block: self._activate(block, weights)[-1], rows, max(self.sizes))

    def _checked(self, features: ArrayLike) -> Array:
        rows = as_numbers(features)
        if rows.ndim < 2 or rows.shape[-1] != self.sizes[0]:
            raise InputError(f"features have shape {rows.shape}, not (rows, {self.sizes[0]})")
        return rows

    @tuned_numpy()
    def _activate(self, features: Array, layers: Sequence[Columns]) -> list[Array]:
        given = [np.broadcast_to(features, (*self.parameters.shape[:-1], *features.shape[-2:]))]
        for layer, (weights, biases) in enumerate(zip(layers, self.biases, strict=True)):
            sums = weights.after(given[-1]) + biases[..., None, :]
            given.append(self.hidden[layer].function(sums) if layer < len(self.hidden) else sums)
        return given

    def held_out_logits(self, features: Array, held_out: Mask | None) -> Array:
        """Compute the logits of validation rows: a single network did not learn from any of them.

        `held_out` is for an ensemble, some of whose members may have.
        """
        return self.logits(features)

    def log_probabilities(self, features: ArrayLike) -> Array:
        """Compute the logarithm of each class's probability: (rows, k) to (rows, classes)."""
        return OUTPUTS[self.output].log_probabilities(self.logits(features))

    def probabilities(self, features: ArrayLike) -> Array:
        """Compute each class's probability: (rows, k) to (rows, classes)."""
        return OUTPUTS[self.output].probabilities(self.logits(features))

    def over(self, parameters: Array) -> "Network":
        """Lay the same layers over other parameters."""
        return type(self)(
            self.sizes, self.activations, self.output, parameters, self.negative_slope
        )

    def fed_by(self, first: Array) -> Self:
        """Put another first layer, (..., inputs + 1, units), before the layers that follow."""
        own = self.layers[0].shape[-2:]
        flat = first.reshape(*first.shape[:-2], -1)
        others = self.parameters[..., own[0] * own[1] :]
        return type(self)(
            (first.shape[-2] - 1, *self.sizes[1:]),
            self.activations,
            self.output,
            np.concatenate([flat, others], axis=-1),
            self.negative_slope,
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy what a network is made of: its layers are views of one array."""
        made_of = self.sizes, self.activations, self.output, self.parameters, self.negative_slope
        return type(self), made_of

    @property
    def members(self) -> list["Network"]:
        """The networks whose answers are averaged: this one alone."""
        return [self]

    @property
    def architecture(self) -> str:
        """The sizes in a few characters: `2-16-1`."""
        return "-".join(map(str, self.sizes))

    @property
    def described(self) -> str:
        """The layers in words: `2 → 16 relu → 1 sigmoid, 65 parameters`."""
        hidden = [f"{n} {name}" for n, name in zip(self.sizes[1:-1], self.activations, strict=True)]
        layers = " → ".join([str(self.sizes[0]), *hidden, f"{self.sizes[-1]} {self.output}"])
        return f"{layers}, {self.parameters.shape[-1]} parameters"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.described})"


def as_numbers(table: ArrayLike) -> Array:
    """Take an array as it is; make one of lists, of a DataFrame and of texts that are numbers.

    Raises ValueError for a text that is no number.
    """
    array = np.asanyarray(table)  # mapped into memory it stays
    return array if array.dtype.kind in "biuf" else array.astype(np.float64)


def parameter_count(sizes: Sequence[int]) -> int:
    """Count the weights and biases of a network of these sizes."""
    return sum((inputs + 1) * outputs for inputs, outputs in pairwise(sizes))
