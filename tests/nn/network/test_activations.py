import math
from types import SimpleNamespace

import mpmath
import numpy as np
import pytest

from nn.errors import InputError
from nn.network.activations import ACTIVATIONS
from nn.network.registry import make

POINTS = [-745.0, -40.0, -3.7, -1.0, -0.3, -1e-8, 1e-8, 0.2, 1.0, 2.5, 40.0, 745.0]
SLOPE = 0.125
EXACT = {
    "relu": lambda z: max(z, 0),
    "leaky_relu": lambda z: z if z > 0 else z * SLOPE,
    "tanh": mpmath.tanh,
    "sigmoid": lambda z: 1 / (1 + mpmath.exp(-z)),
}


def activation(name, slope=SLOPE):
    return make(ACTIVATIONS[name], SimpleNamespace(negative_slope=slope))


def test_every_activation_is_tested():
    assert {*EXACT} == {*ACTIVATIONS}


@pytest.mark.parametrize("name", EXACT)
def test_values(name):
    with mpmath.workdps(50):
        expected = [float(EXACT[name](mpmath.mpf(point))) for point in POINTS]
    values = activation(name).function(np.array(POINTS))
    smallest = 5e-324  # e**-745 is half of it
    np.testing.assert_allclose(values, expected, rtol=1e-15, atol=smallest)


@pytest.mark.parametrize("name", EXACT)
def test_derivatives(name):
    points = POINTS[1:-1]
    with mpmath.workdps(60):
        step = mpmath.mpf(10) ** -20
        expected = [
            float((EXACT[name](point + step) - EXACT[name](point - step)) / (2 * step))
            for point in map(mpmath.mpf, points)
        ]
    function, derivative = activation(name)
    # 1 - a² and a (1 - a) know no more than a does, which is 1 to the last bit where z is 40.
    np.testing.assert_allclose(
        derivative(function(np.array(points))), expected, rtol=1e-9, atol=2.0**-52
    )


@pytest.mark.parametrize(
    ("name", "values", "derivatives"),
    [
        ("relu", [0.0, 0.0, 2.0], [0.0, 0.0, 1.0]),
        ("leaky_relu", [-0.25, 0.0, 2.0], [SLOPE, SLOPE, 1.0]),
        (
            "tanh",
            [-math.tanh(2), 0.0, math.tanh(2)],
            [1 / math.cosh(2) ** 2, 1.0, 1 / math.cosh(2) ** 2],
        ),
        (
            "sigmoid",
            [0.11920292202211755, 0.5, 0.8807970779778823],
            [0.1049935854, 0.25, 0.1049935854],
        ),
    ],
)
def test_worked_by_hand_with_the_kink_at_zero(name, values, derivatives):
    function, derivative = activation(name)
    given = function(np.array([-2.0, 0.0, 2.0]))
    np.testing.assert_allclose(given, values, rtol=1e-15)
    np.testing.assert_allclose(derivative(given), derivatives, rtol=1e-9)


@pytest.mark.parametrize("name", EXACT)
def test_shape_and_argument_are_kept(name):
    function, derivative = activation(name)
    z = np.linspace(-2, 2, 24).reshape(2, 3, 4)
    before = z.copy()
    a = function(z)
    assert a.shape == derivative(a).shape == z.shape
    assert a.dtype == (2.0 * derivative(a)).dtype == np.float64
    np.testing.assert_array_equal(z, before)


def test_the_slope_is_the_leaky_one_s_alone():
    z = np.array([-1.0, 3.0])
    assert activation("leaky_relu", 0.5).function(z).tolist() == [-0.5, 3.0]
    assert activation("relu", 0.5).function(z).tolist() == [0.0, 3.0]


def test_a_slope_that_is_missing_is_told():
    with pytest.raises(InputError, match="negative_slope is missing: leaky_relu needs it"):
        activation("leaky_relu", None)
