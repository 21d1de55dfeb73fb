"""Backpropagation: the gradient of the loss with respect to every parameter.

Derived in docs/backpropagation.md. With A = [H 1] the inputs of a layer, W its weights, V these
without the biases' row, Z = A W its sums and f the activation of the layer before:

    dZ of the last layer = (response - targets) * row weights
    dW                   = A^T dZ
    dH of the layer before = dZ V^T,   dZ of the layer before = dH * f'(Z)
"""

from nn.arithmetic import Array, Layers, learn_by_blocks
from nn.network.network import Network
from nn.network.outputs import OUTPUTS


class Backpropagation:
    """Forward and backward pass of a network, or of several with a leading axis."""

    def __init__(self, network: Network, arithmetic: str = "portable") -> None:
        self.network, self.arithmetic = network, arithmetic
        self.output = OUTPUTS[network.output]
        self.activations = [*network.hidden, None]  # of each layer; the last has none
        self.layers: dict[int, Layers] = {}  # by the number of rows

    def __call__(self, features: Array, targets: Array, row_weights: Array) -> tuple[Array, Array]:
        """Compute the logits, and the gradient of sum(row_weights * losses).

        Features (..., rows, k), targets (..., rows, outputs) and row weights (..., rows, 1) to
        (..., rows, outputs) and (..., P): arrays that the next call may write over.
        """
        return learn_by_blocks(self.pass_over, features, targets, row_weights)

    def pass_over(self, features: Array, targets: Array, row_weights: Array) -> tuple[Array, Array]:
        """Do so for no more rows than fit into the processor's cache."""
        rows = features.shape[-2]
        if rows not in self.layers:
            self.layers[rows] = Layers(self.network.layers, rows, self.arithmetic)
        layers = self.layers[rows]
        logits = self.forward(layers, features)
        error = (self.output.response(logits) - targets) * row_weights  # dZ of the last layer
        self.backward(layers, error)
        return logits, layers.gradient()

    def forward(self, layers: Layers, features: Array) -> Array:
        """Run rows forward to their logits."""
        values = features
        for layer, activation in zip(layers, self.activations, strict=True):
            sums = layer.forward(values)  # Z = [H 1] W
            values = activation.function(sums) if activation else sums  # H = f(Z)
        return values

    def backward(self, layers: Layers, error: Array) -> None:
        """Run dZ of the last layer back to the first, each layer's gradient on the way."""
        before = [None, *self.activations[:-1]]
        for layer, activation in zip(reversed(layers), reversed(before), strict=True):
            layer.learn(error)  # dW = A^T dZ
            if activation:
                error = layer.before(error)  # dH = dZ V^T
                error *= activation.derivative(layer.values)  # dZ = dH * f'(Z)
