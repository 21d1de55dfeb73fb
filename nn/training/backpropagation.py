"""Backpropagation: the gradient of the mean loss with respect to every parameter.

docs/backpropagation.md derives what is computed here. With A the inputs of a layer, (rows,
inputs + 1), the last a 1 for the bias, W its weights and Z = A W its sums, (rows, outputs):

    dZ of the last layer = (response - targets) / rows
    dW                   = A^T dZ
    dZ of the layer before = (dZ W^T) * derivative of its activation
"""

import numpy as np

from nn.arithmetic.products import ARITHMETICS, Scale
from nn.arithmetic.sums import Array, column_buffer, total
from nn.network.network import Network
from nn.network.outputs import OUTPUTS


class Backpropagation:
    """Forward and backward pass of a network over a fixed number of rows, in buffers made once."""

    def __init__(self, network: Network, rows: int, arithmetic: str = "portable") -> None:
        """Make the buffers: each layer's inputs and sums, the gradient, and its terms by row."""
        self.network = network
        self.arithmetic = ARITHMETICS[arithmetic]
        self.output = OUTPUTS[network.output]
        self.turned_weights = [transposed(weights) for weights in network.weights]
        networks = network.parameters.shape[:-1]
        self.inputs = [column_buffer(*networks, rows, size + 1) for size in network.sizes[:-1]]
        for inputs in self.inputs:
            inputs[..., -1] = 1.0
        # What a layer's sums need no longer after its activation serves for their gradient.
        self.sums = [column_buffer(*networks, rows, size) for size in network.sizes[1:]]
        self.scales: list[Scale | None] = [None] * len(self.inputs)
        self.gradient = np.zeros_like(network.parameters)
        self.layer_gradients = network.layers_of(self.gradient)
        # The gradient of a small layer is the sum of a term for each row. All small layers' terms
        # stand side by side, so that they are added up in one go.
        shapes = [layer.shape[-2:] for layer in self.layer_gradients]
        sizes = np.array([inputs * outputs for inputs, outputs in shapes])
        small = sizes <= self.arithmetic.small
        self.summed = np.flatnonzero(np.repeat(small, sizes))
        self.terms = column_buffer(*networks, rows, len(self.summed))
        ends = np.cumsum(np.where(small, sizes, 0))
        parts = np.split(transposed(self.terms), ends[:-1], axis=-2)
        self.layer_terms = [
            terms.reshape(*networks, *shape, rows) if is_small else None
            for terms, shape, is_small in zip(parts, shapes, small, strict=True)
        ]

    def set_features(self, features: Array) -> None:
        """Take the rows' features, shape (..., rows, k)."""
        self.inputs[0][..., :-1] = features
        self._measure(0)

    def _measure(self, layer: int) -> None:
        if self.layer_terms[layer] is None:  # a small layer's product needs no scale
            self.scales[layer] = self.arithmetic.scale_of(self.inputs[layer])

    def logits(self) -> Array:
        """Run the rows forward: their logits (..., rows, outputs), the same array at every call."""
        product = self.arithmetic.product
        for layer, weights in enumerate(self.network.layers):
            sums = product(self.inputs[layer], weights, self.scales[layer], room=self.sums[layer])
            if layer < len(self.network.hidden):
                self.network.hidden[layer].function(sums, out=self.inputs[layer + 1][..., :-1])
                self._measure(layer + 1)
        return sums

    def gradient_at(self, logits: Array, targets: Array, row_weights: Array | float) -> Array:
        """Run the rows backward from their logits (..., rows, outputs) and targets.

        Returns the gradient of sum(row_weights * losses), flat (..., P): the same array at every
        call.
        """
        product, scale_of = self.arithmetic.product, self.arithmetic.scale_of
        error = self.output.response(logits)
        error -= targets
        error *= row_weights
        for layer in reversed(range(len(self.inputs))):
            inputs, terms, scale = self.inputs[layer], self.layer_terms[layer], None
            if terms is None:
                scale_of_inputs = self.scales[layer]
                scale = scale_of(error) if layer > 0 else None
                self.layer_gradients[layer][...] = product(
                    transposed(inputs), error, scale_of_inputs and scale_of_inputs.transposed, scale
                )
            else:
                by_term = transposed(inputs)[..., :, None, :], transposed(error)[..., None, :, :]
                np.multiply(*by_term, out=terms)
            if layer > 0:
                sums = self.sums[layer - 1]
                error = product(error, self.turned_weights[layer], scale, room=sums)
                error *= self.network.hidden[layer - 1].derivative(inputs[..., :-1])
        if self.summed.size:
            self.gradient[..., self.summed] = total(self.terms, axis=-2)
        return self.gradient


def transposed(matrices: Array) -> Array:
    """View matrices (..., n, m) as (..., m, n)."""
    return matrices.swapaxes(-1, -2)
