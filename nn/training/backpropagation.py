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

    def __init__(self, network: Network, precision: str = "double") -> None:
        self.network, self.precision = network, precision
        self.output = OUTPUTS[network.output]
        self.functions = [*(activation.function for activation in network.hidden), None]
        self.derivatives = [None, *(activation.derivative for activation in network.hidden)]
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
            self.layers[rows] = Layers(self.network.layers, rows, self.precision)
        layers = self.layers[rows]
        logits = self.forward(layers, features)
        error = self.output.error(logits, targets)  # response - targets
        error *= row_weights  # dZ of the last layer
        self.backward(layers, error)
        return logits, layers.gradient()

    def forward(self, layers: Layers, features: Array) -> Array:
        """Run rows forward to their logits."""
        layers.take(features)
        for layer, function in zip(layers, self.functions, strict=True):
            sums = layer.forward(function)  # Z = [H 1] W; f(Z) is H of the next layer
        return sums

    def backward(self, layers: Layers, error: Array) -> None:
        """Run dZ of the last layer back to the first, each layer's gradient on the way."""
        for layer, derivative in zip(reversed(layers), reversed(self.derivatives), strict=True):
            layer.learn(error)  # dW = A^T dZ
            if derivative:
                error = layer.before(error)  # dH = dZ V^T
                error *= derivative(layer.values)  # dZ = dH * f'(Z)
