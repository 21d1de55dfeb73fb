from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.neural_network import MLPClassifier

from nn.arithmetic.blocks import ROWS_AT_A_TIME
from nn.errors import InputError
from nn.network.network import Network, parameter_count


def random_network(sizes, activations, output, seed=0, stack=()):
    parameters = np.random.default_rng(seed).standard_normal((*stack, parameter_count(sizes)))
    return Network(sizes, activations, output, parameters, negative_slope=0.1)


def features_of(rows, columns, seed=1):
    return np.random.default_rng(seed).standard_normal((rows, columns))


def test_worked_by_hand():
    # Layer by layer: the weights of each input, then the biases.
    parameters = np.array([1.0, 2.0, -1.0, 0.5, 0.25, -1.0, 3.0, -2.0, 0.5])
    network = Network((2, 2, 1), ("relu",), "sigmoid", parameters)
    assert [w.tolist() for w in network.weights] == [[[1.0, 2.0], [-1.0, 0.5]], [[3.0], [-2.0]]]
    assert [b.tolist() for b in network.biases] == [[0.25, -1.0], [0.5]]
    # (1, 2): 1 - 2 + 0.25 = -0.75 -> 0; 2 + 1 - 1 = 2; 3 * 0 - 2 * 2 + 0.5 = -3.5
    # (2, 0): 2.25; 3; 6.75 - 6 + 0.5 = 1.25
    features = np.array([[1.0, 2.0], [2.0, 0.0]])
    assert network.logits(features).tolist() == [[-3.5], [1.25]]
    given_by_layer = network.activate(features)
    assert [a.tolist() for a in given_by_layer[1:]] == [[[0.0, 2.0], [2.25, 3.0]], [[-3.5], [1.25]]]
    one = [1 / (1 + np.exp(3.5)), 1 / (1 + np.exp(-1.25))]
    expected = [[1 - p, p] for p in one]
    np.testing.assert_allclose(network.probabilities(features), expected, rtol=1e-14)
    np.testing.assert_allclose(network.log_probabilities(features), np.log(expected), rtol=1e-14)


def test_without_hidden_layers_it_is_linear():
    network = Network((2, 2), (), "softmax", np.array([1.0, -1.0, 2.0, 0.0, 0.5, 0.25]))
    assert network.logits(np.array([[3.0, 4.0]])).tolist() == [[11.5, -2.75]]


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
@pytest.mark.parametrize("hidden", [(), (3,), (20, 30), (4, 50, 6)])
@pytest.mark.parametrize("output", ["sigmoid", "softmax"])
def test_probabilities_are_scikit_learn_s(activation, hidden, output):
    classes = 2 if output == "sigmoid" else 3
    sizes = (5, *hidden, 1 if output == "sigmoid" else 3)
    network = random_network(sizes, (activation,) * len(hidden), output)
    features = features_of(40, 5)
    name = "logistic" if activation == "sigmoid" else activation
    other = MLPClassifier(hidden, activation=name, max_iter=1)
    other.partial_fit(features[:classes], np.arange(classes), classes=np.arange(classes))
    other.coefs_ = [w.copy() for w in network.weights]
    other.intercepts_ = [b.copy() for b in network.biases]
    expected = other.predict_proba(features)
    # Where BLAS multiplies, sums are rounded to a grid of some 1e-12.
    tolerance = 2e-11 if max(sizes) > 10 else 1e-15
    np.testing.assert_allclose(network.probabilities(features), expected, rtol=0, atol=tolerance)


def test_an_activation_for_each_layer():
    network = random_network((2, 3, 4, 1), ("leaky_relu", "tanh"), "sigmoid")
    features = features_of(9, 2)
    w, b = network.weights, network.biases
    first = features @ w[0] + b[0]
    first = np.where(first > 0, first, 0.1 * first)
    expected = np.tanh(first @ w[1] + b[1]) @ w[2] + b[2]
    np.testing.assert_allclose(network.logits(features), expected, rtol=1e-11)


@given(st.lists(st.integers(1, 9), min_size=2, max_size=5))
def test_the_parameters_are_the_weights_and_biases_and_nothing_else(sizes):
    network = random_network(sizes, ["relu"] * (len(sizes) - 2), "softmax")
    assert [w.shape for w in network.weights] == [*pairwise(sizes)]
    assert [b.shape for b in network.biases] == [(size,) for size in sizes[1:]]
    count = sum(w.size + b.size for w, b in zip(network.weights, network.biases, strict=True))
    assert parameter_count(sizes) == network.parameters.size == count
    for view in (*network.weights, *network.biases):
        view += 10.0  # each is a view of its own part
    before = random_network(sizes, ["relu"] * (len(sizes) - 2), "softmax").parameters
    np.testing.assert_array_equal(network.parameters, before + 10.0)


@pytest.mark.parametrize("sizes", [(3, 4, 2), (30, 40, 2)])
def test_a_row_s_logits_do_not_depend_on_the_others(sizes):
    network = random_network(sizes, ("tanh",), "softmax")
    features = features_of(ROWS_AT_A_TIME + 7, sizes[0])
    logits = network.logits(features)
    assert logits.shape == (len(features), 2)
    some = [0, 5, ROWS_AT_A_TIME - 1, ROWS_AT_A_TIME, len(features) - 1]
    for row in some:
        assert network.logits(features[row : row + 1]).tobytes() == logits[row].tobytes()
    order = np.random.default_rng(0).permutation(len(features))
    assert network.logits(features[order]).tobytes() == logits[order].tobytes()
    features[1] *= 1e100
    assert network.logits(features)[some].tobytes() == logits[some].tobytes()


@pytest.mark.parametrize("sizes", [(3, 4, 2), (30, 40, 2)])
@pytest.mark.parametrize("rows", [5, ROWS_AT_A_TIME + 1])
def test_a_stack_of_networks_gives_each_one_s_logits(sizes, rows):
    stack = random_network(sizes, ("relu",), "softmax", stack=(3,))
    features = features_of(rows, sizes[0])
    logits = stack.logits(features)
    assert logits.shape == (3, rows, 2)
    for index, parameters in enumerate(stack.parameters):
        alone = Network(sizes, ("relu",), "softmax", parameters)
        assert alone.logits(features).tobytes() == logits[index].tobytes()


def test_no_rows():
    network = random_network((3, 4, 2), ("relu",), "sigmoid_per_class")
    assert network.logits(np.ones((0, 3))).shape == (0, 2)
    assert network.probabilities(np.ones((0, 3))).shape == (0, 2)


def test_repr_shows_the_layers():
    assert repr(random_network((2, 16, 2), ("relu",), "sigmoid_per_class")) == (
        "Network(2 → 16 relu → 2 sigmoid_per_class, 82 parameters)"
    )
    assert repr(random_network((3, 1), (), "sigmoid")) == "Network(3 → 1 sigmoid, 4 parameters)"
    assert repr(random_network((1, 2, 3, 1), ("tanh", "relu"), "sigmoid", stack=(7,))) == (
        "Network(1 → 2 tanh → 3 relu → 1 sigmoid, 17 parameters)"
    )


@pytest.mark.parametrize(
    ("features", "told"),
    [
        (np.ones((4, 2)), r"features have shape \(4, 2\), not \(rows, 3\)"),
        (np.ones(3), r"features have shape \(3,\), not \(rows, 3\)"),
        (1.0, r"features have shape \(\), not \(rows, 3\)"),
        ([["a", "b", "c"]], "could not convert string to float"),
    ],
)
@pytest.mark.parametrize("ask", ["logits", "probabilities", "log_probabilities", "activate"])
def test_features_of_another_shape_are_told_in_a_line(ask, features, told):
    network = random_network((3, 4, 1), ("relu",), "sigmoid")
    with pytest.raises(ValueError, match=told):
        getattr(network, ask)(features)


def test_lists_and_texts_of_numbers_are_as_good_as_arrays():
    network, rows = random_network((3, 4, 1), ("relu",), "sigmoid"), features_of(5, 3)
    expected = network.logits(rows)
    np.testing.assert_array_equal(network.logits(rows.tolist()), expected)
    np.testing.assert_array_equal(network.logits(rows.astype(str)), expected)


@pytest.mark.parametrize(
    ("activations", "output", "count", "told"),
    [
        (("relu",), "sigmoid", 20, r"parameters have shape \(20,\), not \(..., 21\) as sizes"),
        ((), "sigmoid", 21, r"activations are \(\), not a name for each of 1 hidden layer$"),
        (("rely",), "sigmoid", 21, "there is no activation 'rely'; did you mean 'relu'"),
        (("relu",), "sigmoids", 21, "there is no output 'sigmoids'; did you mean 'sigmoid'"),
    ],
)
def test_what_does_not_make_a_network_is_told_in_a_line(activations, output, count, told):
    with pytest.raises(InputError, match=told):
        Network((3, 4, 1), activations, output, np.zeros(count))
