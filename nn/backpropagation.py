"""Backpropagation: the gradient of the mean loss with respect to every parameter.

docs/backpropagation.md derives what is computed here. With A the inputs of a layer, (rows,
inputs + 1), the last a 1 for the bias, W its weights and Z = A W its sums, (rows, outputs):

    dZ of the last layer = (response - targets) / rows
    dW                   = A^T dZ
    dZ of the layer before = (dZ W^T) * derivative of its activation
"""

import numpy as np

from nn.arithmetic import SMALL, Array, column_buffer, magnitude, product, total
from nn.losses import OUTPUTS
from nn.network import Network


class Backpropagation:
    """Forward and backward pass of a network over a fixed number of rows, in buffers made once."""

    def __init__(self, network: Network, rows: int) -> None:
        """Make the buffers: the inputs of each layer, the gradient, and its terms by row."""
        self.network = network
        self.output = OUTPUTS[network.output]
        networks = network.parameters.shape[:-1]
        self.inputs = [column_buffer(*networks, rows, size + 1) for size in network.sizes[:-1]]
        for inputs in self.inputs:
            inputs[..., -1] = 1.0
        self.gradient = np.zeros_like(network.parameters)
        self.layer_gradients = network.layers_of(self.gradient)
        # The gradient of a small layer is the sum of a term for each row. All small layers' terms
        # stand side by side, so that they are added up in one go.
        shapes = [layer.shape[-2:] for layer in self.layer_gradients]
        sizes = [inputs * outputs if inputs * outputs <= SMALL else 0 for inputs, outputs in shapes]
        ends = np.cumsum(sizes).tolist()
        self.terms = column_buffer(*networks, rows, ends[-1])
        self.parts = [slice(end - size, end) for end, size in zip(ends, sizes, strict=True)]
        self.layer_terms = [
            np.moveaxis(self.terms, -2, -1)[..., part, :].reshape(*networks, *shape, rows)
            if part.stop > part.start
            else None
            for part, shape in zip(self.parts, shapes, strict=True)
        ]

    def set_features(self, features: Array) -> None:
        """Take the rows' features, shape (..., rows, k)."""
        self.inputs[0][..., :-1] = features
        self.largest_feature = magnitude(self.inputs[0])

    def logits(self) -> Array:
        """Run the rows forward: their logits, shape (..., rows, outputs)."""
        largest: Array | None = self.largest_feature
        sums = product(self.inputs[0], self.network.layers[0], largest)
        for layer, hidden in enumerate(self.network.hidden, start=1):
            self.inputs[layer][..., :-1] = hidden.function(sums)
            sums = product(self.inputs[layer], self.network.layers[layer])
        return sums

    def gradient_at(self, logits: Array, targets: Array, row_weights: Array | float) -> Array:
        """Run the rows backward from their logits (..., rows, outputs) and targets.

        Returns the gradient of sum(row_weights * losses), flat (..., P): the same array at every
        call.
        """
        error = self.output.response(logits)
        error -= targets
        error *= row_weights
        for layer in reversed(range(len(self.inputs))):
            inputs, terms = self.inputs[layer], self.layer_terms[layer]
            if terms is None:
                largest = self.largest_feature if layer == 0 else None
                self.layer_gradients[layer][...] = product(inputs.swapaxes(-1, -2), error, largest)
            else:
                by_row = (
                    inputs.swapaxes(-1, -2)[..., :, None, :],
                    error.swapaxes(-1, -2)[..., None, :, :],
                )
                np.multiply(*by_row, out=terms)
            if layer > 0:
                error = product(error, self.network.weights[layer].swapaxes(-1, -2))
                error *= self.network.hidden[layer - 1].derivative(inputs[..., :-1])
        sums = total(self.terms, axis=-2)
        for gradient, part, terms in zip(
            self.layer_gradients, self.parts, self.layer_terms, strict=True
        ):
            if terms is not None:
                gradient[...] = sums[..., part].reshape(gradient.shape)
        return self.gradient
