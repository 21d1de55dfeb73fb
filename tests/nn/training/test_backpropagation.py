from typing import Any

import numpy as np
import pytest

from nn.arithmetic.matmul import SMALL
from nn.arithmetic.rows import SLICES
from nn.network.activations import ACTIVATIONS
from nn.network.network import Network, parameter_count
from nn.network.outputs import OUTPUTS, REGRESSION
from nn.training.backpropagation import Backpropagation
from tests.nn.training.orders import backward

SLOPE = 0.2
ROWS = 12
WIDTHS = {"small": (3, 4, 3), "large": (20, 30, 25)}
SQUASH: dict[str, Any] = {
    "relu": lambda z: np.where(z > 0, z, 0),
    "leaky_relu": lambda z: np.where(z > 0, z, SLOPE * z),
    "tanh": np.tanh,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
}


class Case:
    """A random network, rows, labels and row weights."""

    def __init__(
        self, seed, hidden, activation, output, inputs=4, rows=ROWS, stack=(), small_logits=False
    ):
        self.source = np.random.default_rng(seed)
        is_of_numbers = OUTPUTS[output].task == REGRESSION
        units = 1 if output == "sigmoid" or is_of_numbers else 3
        self.sizes = (inputs, *hidden, units)
        self.activations = (activation,) * len(hidden)
        self.output = output
        self.parameters = self.source.normal(0, 0.7, (*stack, parameter_count(self.sizes)))
        self.features = self.source.standard_normal((rows, inputs))
        labels = self.source.integers(0, max(units, 2), rows)
        self.targets = labels[:, None] == ([1] if units == 1 else [0, 1, 2])
        self.targets = self.targets.astype(np.float64)
        self.row_weights = self.source.uniform(0.1, 2.0, (rows, 1)) / rows
        if is_of_numbers:  # about as far from what is predicted as Huber's loss changes at
            network = Network(self.sizes, self.activations, output, self.parameters, SLOPE)
            if small_logits:
                self.parameters[-self.sizes[-2] - 1 :] /= np.std(network.logits(self.features))
            self.targets = network.logits(self.features) - self.source.normal(0, 1.5, (rows, 1))

    def gradient(self, parameters=None, precision="double"):
        parameters = self.parameters if parameters is None else parameters
        network = Network(self.sizes, self.activations, self.output, parameters, SLOPE)
        passes = Backpropagation(network, precision)
        stack = self.parameters.shape[:-1] if parameters.ndim > 1 else ()
        features = np.broadcast_to(self.features, (*stack, *self.features.shape))
        _, gradient = passes(features, self.targets, self.row_weights)
        return gradient.copy()

    def loss(self, parameters):
        """The weighted loss in long double, and the signs of what enters the activations."""
        values, start, signs = self.features.astype(np.longdouble), 0, []
        for layer, (inputs, outputs) in enumerate(
            zip(self.sizes[:-1], self.sizes[1:], strict=True)
        ):
            weights = parameters[start : start + inputs * outputs].reshape(inputs, outputs)
            biases = parameters[start + inputs * outputs :][:outputs]
            start += (inputs + 1) * outputs
            values = np.dot(values, weights) + biases
            if layer < len(self.activations):
                signs.append(values > 0)
                values = SQUASH[self.activations[layer]](values)
        if self.output == "softmax":
            losses = np.log(np.exp(values).sum(axis=1)) - (self.targets * values).sum(axis=1)
        elif self.output == "linear":
            losses = ((values - self.targets) ** 2 / 2).sum(axis=1)
        elif self.output == "huber":
            error = np.abs(values - self.targets)
            signs.append(error > 1)
            assert 0 < np.sum(error > 1) < error.size
            losses = np.where(error > 1, error - 1 / 2, error**2 / 2).sum(axis=1)
        else:
            losses = (np.log(1 + np.exp(values)) - self.targets * values).sum(axis=1)
        return (self.row_weights[:, 0] * losses).sum(), signs

    def slope(self, direction):
        """How the loss changes along a direction, by the difference of two values."""
        step = np.longdouble(1e-6)
        (up, signs), (down, other_signs) = (
            self.loss(self.parameters + sign * step * direction) for sign in (1, -1)
        )
        for a, b in zip(signs, other_signs, strict=True):
            assert np.array_equal(a, b), "a kink lies between the two: choose another seed"
        return float((up - down) / (2 * step))

    def check(self, direction, gradient, tolerance=1e-9):
        expected, computed = self.slope(direction), float(np.dot(gradient, direction))
        if max(self.sizes) <= 10:
            tolerance = 1e-10
        assert computed == pytest.approx(expected, rel=tolerance, abs=tolerance), self.sizes


def test_everything_is_covered():
    assert {*SQUASH} == {*ACTIVATIONS}
    small, large = WIDTHS["small"], WIDTHS["large"]
    assert max((4 + 1) * small[0], (small[0] + 1) * small[1], (small[1] + 1) * small[2]) <= SMALL
    assert min(4 * large[0], large[0] * large[1], large[1] * large[2], large[2] * 3) > SMALL


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("activation", SQUASH)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("depth", range(4))
def test_the_gradient_along_random_directions(output, activation, width, depth):
    case = Case(depth, WIDTHS[width][:depth], activation, output)
    gradient = case.gradient()
    for _ in range(3):
        case.check(case.source.standard_normal(gradient.shape), gradient)


@pytest.mark.parametrize("hidden", [(), (3,), (20,), (3, 20, 4)])
def test_the_gradient_of_every_single_parameter(hidden):
    case = Case(7, hidden, "leaky_relu", "softmax")
    gradient = case.gradient()
    for direction in np.eye(len(gradient))[:: 1 + len(gradient) // 60]:
        case.check(direction, gradient)


@pytest.mark.parametrize("hidden", [(), (1,), (20,)])
def test_one_row_and_one_feature(hidden):
    case = Case(8, hidden, "tanh", "sigmoid", inputs=1, rows=1)
    case.check(case.source.standard_normal(case.parameters.shape), case.gradient())


def test_many_rows():
    case = Case(9, (20,), "tanh", "sigmoid_per_class", rows=3000)
    case.check(case.source.standard_normal(case.parameters.shape), case.gradient())


def test_worked_by_hand():
    # One row (2), one hidden unit: 2 * 0.5 - 0.25 = 0.75 = relu(0.75); logit -4 * 0.75 + 3 = 0.
    # p is 1/2 and the target 1, so the error is -1/2: times 0.75 and 1 for the last layer.
    # Back through the weight -4 it is 2: times the feature 2 and 1 for the first.
    network = Network((1, 1, 1), ("relu",), "sigmoid", np.array([0.5, -0.25, -4.0, 3.0]))
    logits, gradient = Backpropagation(network)(
        np.array([[2.0]]), np.array([[1.0]]), np.array([[1.0]])
    )
    assert logits.tolist() == [[0.0]]
    assert gradient.tolist() == [4.0, 2.0, -0.375, -0.5]


@pytest.mark.parametrize("hidden", [(3,), (20, 30)])
def test_the_gradient_is_linear_in_the_row_weights(hidden):
    case = Case(10, hidden, "tanh", "softmax")
    whole = case.gradient()
    rows = case.row_weights
    parts = []
    for row in range(ROWS):
        case.row_weights = np.where(np.arange(ROWS)[:, None] == row, rows, 0.0)
        parts.append(case.gradient())
    np.testing.assert_allclose(np.sum(parts, axis=0), whole, rtol=0, atol=1e-10)


@pytest.mark.parametrize("hidden", [(), (3,), (20,), (3, 20), (20, 30, 25)])
@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("precision", SLICES)
def test_a_stack_of_networks_gives_each_one_s_own_bits(hidden, activation, precision):
    case = Case(11, hidden, activation, "softmax", stack=(4,))
    case.parameters[2] *= 1e-3
    together = case.gradient(precision=precision)
    assert together.shape == case.parameters.shape
    for parameters, gradient in zip(case.parameters, together, strict=True):
        assert case.gradient(parameters, precision).tobytes() == gradient.tobytes()


@pytest.mark.parametrize("hidden", [(3,), (20, 30)])
def test_buffers_carry_nothing_over(hidden):
    case = Case(12, hidden, "relu", "softmax")
    expected = case.gradient()
    network = Network(case.sizes, case.activations, case.output, case.parameters, SLOPE)
    passes = Backpropagation(network)
    for features in (case.features * 1e3, case.features * -7.0, case.features, case.features):
        _, gradient = passes(features, case.targets, case.row_weights)
        few = features[:3], case.targets[:3], case.row_weights[:3]
        passes(*few)  # other rows in between have buffers of their own
    assert gradient.tobytes() == expected.tobytes()
    network.parameters += 1.0  # seen at once: the layers are views
    _, moved = passes(case.features, case.targets, case.row_weights)
    assert moved.tobytes() == case.gradient().tobytes()


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("activation", SQUASH)
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_the_gradient_in_single_precision(output, activation, depth):
    # An error is what is left of two numbers: of large ones, it would have few right digits.
    case = Case(depth, WIDTHS["large"][:depth], activation, output, small_logits=True)
    gradient = case.gradient(precision="single")
    for _ in range(3):
        case.check(case.source.standard_normal(gradient.shape), gradient, tolerance=1e-5)
    error = np.linalg.norm(gradient - case.gradient()) / np.linalg.norm(gradient)
    assert 0 < error < 2.0**-20


@pytest.mark.parametrize("precision", SLICES)
def test_the_gradient_does_not_depend_on_the_order_of_adding(monkeypatch, precision):
    case = Case(13, (20, 30), "tanh", "softmax", rows=700)
    expected = case.gradient(precision=precision)
    monkeypatch.setattr(np, "matmul", backward)
    assert case.gradient(precision=precision).tobytes() == expected.tobytes()


def test_arguments_are_not_changed():
    case = Case(14, (20,), "relu", "sigmoid")
    before = case.features.copy(), case.targets.copy(), case.row_weights.copy()
    case.gradient()
    for array, copy in zip((case.features, case.targets, case.row_weights), before, strict=True):
        np.testing.assert_array_equal(array, copy)
