import copy
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.neural_network._stochastic_optimizers import AdamOptimizer, SGDOptimizer

from nn.training.optimizers import OPTIMIZERS, adam, gradient_descent, momentum, nesterov

RATE = 0.25
MAKERS = {
    "gradient_descent": gradient_descent,
    "momentum": lambda: momentum(0.9),
    "nesterov": lambda: nesterov(0.9),
    "adam": lambda: adam((0.9, 0.999), 1e-8),
}
gradient_lists = arrays(
    np.float64, st.tuples(st.integers(1, 12), st.just(3)), elements=st.floats(-100, 100)
)


def steps(optimizer, gradients, rate=RATE):
    """The steps that follow on some gradients, one after the other."""
    state = optimizer.init(np.zeros(gradients.shape[1:]))
    taken = []
    for gradient in gradients:
        step, state = optimizer.update(gradient, state, rate)
        taken.append(step)
    return np.array(taken)


def test_every_optimizer_is_tested():
    assert {*MAKERS} == {*OPTIMIZERS}


GRADIENTS = np.array([[4.0], [8.0], [-4.0]])


@pytest.mark.parametrize(
    ("optimizer", "expected"),
    [
        (gradient_descent(), [-1.0, -2.0, 1.0]),
        # v = -1; 0.5 * -1 - 2 = -2.5; 0.5 * -2.5 + 1 = -0.25
        (momentum(0.5), [-1.0, -2.5, -0.25]),
        # The same v, and each step 0.5 v - rate g: -0.5 - 1; -1.25 - 2; -0.125 + 1
        (nesterov(0.5), [-1.5, -3.25, 0.875]),
    ],
)
def test_worked_by_hand(optimizer, expected):
    assert steps(optimizer, GRADIENTS)[:, 0].tolist() == expected


def test_adam_worked_by_hand():
    # Halves of the old mean and the new gradient: 2; 1 + 4 = 5; 2.5 - 2 = 0.5.
    # A quarter of the old square, three of the new: 12; 3 + 48 = 51; 12.75 + 12 = 24.75.
    # Divided by 1 - 1/2, 3/4, 7/8, and by the roots of the squares over 3/4, 15/16, 63/64.
    expected = [-4 / 16**0.5, -(5 / 0.75) / 54.4**0.5, -(0.5 / 0.875) / (24.75 * 64 / 63) ** 0.5]
    taken = steps(adam((0.5, 0.25), 0.0), GRADIENTS, rate=1.0)
    np.testing.assert_allclose(taken[:, 0], expected, rtol=1e-15)


@given(gradient_lists)
def test_momentum_written_out(gradients):
    """Every gradient so far counts, 0.9 to the power of its age: in rational numbers."""
    decay = Fraction(0.9)
    for name, ahead in (("momentum", 0), ("nesterov", 1)):
        taken = steps(MAKERS[name](), gradients)[-1]
        for parameter in range(3):
            column = [Fraction(g) for g in gradients[::-1, parameter].tolist()]
            velocity = sum(decay**age * g for age, g in enumerate(column))
            step = -Fraction(RATE) * (decay * velocity + column[0] if ahead else velocity)
            assert taken[parameter] == pytest.approx(float(step), rel=1e-12, abs=1e-11)


@given(gradient_lists)
def test_adam_written_out(gradients):
    """Both means as weighted sums (Kingma & Ba, section 3), corrected as in their algorithm 1."""
    beta1, beta2, epsilon = 0.9, 0.999, 1e-8
    ages = np.arange(len(gradients))[::-1, None]
    count = len(gradients)
    mean = (1 - beta1) * (beta1**ages * gradients).sum(axis=0) / (1 - beta1**count)
    square = (1 - beta2) * (beta2**ages * gradients**2).sum(axis=0) / (1 - beta2**count)
    # In the efficient order epsilon stands beside a root that is not yet corrected.
    expected = -RATE * mean / (square**0.5 + epsilon / (1 - beta2**count) ** 0.5)
    taken = steps(adam((beta1, beta2), epsilon), gradients)[-1]
    np.testing.assert_allclose(taken, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", MAKERS)
def test_against_scikit_learn(name):
    gradients = np.random.default_rng(0).standard_normal((50, 3))
    parameters = [np.array([0.5, -1.0, 2.0])]
    if name == "adam":
        other = AdamOptimizer(parameters, RATE, beta_1=0.9, beta_2=0.999, epsilon=1e-8)
    else:
        decay = 0.0 if name == "gradient_descent" else 0.9
        other = SGDOptimizer(parameters, RATE, momentum=decay, nesterov=name == "nesterov")
    ours = parameters[0] + np.cumsum(steps(MAKERS[name](), gradients), axis=0)
    for gradient, expected in zip(gradients, ours, strict=True):
        other.update_params(parameters, [gradient])
        np.testing.assert_allclose(expected, parameters[0], rtol=1e-12, atol=1e-13)


def test_adam_makes_much_of_a_gradient_s_last_digits():
    # Two sequences of gradients next to 0 that differ by 1e-12 at most, as products on our grid do
    # from exact ones. Adam divides by their size; near epsilon that is a factor of rate / epsilon.
    # scikit-learn's makes the same of them: so test_training.py compares weights of large layers
    # to 1e-6 after Adam, but to 1e-10 after the others.
    source = np.random.default_rng(0)
    gradients = 1e-10 * source.standard_normal((50, 1000))
    other_gradients = gradients + 1e-12 * source.uniform(-1, 1, (50, 1000))
    ends = []
    for sequence in (gradients, other_gradients):
        ours = steps(MAKERS["adam"](), sequence, rate=0.01).sum(axis=0)
        parameters = [np.zeros(1000)]
        other = AdamOptimizer(parameters, 0.01, beta_1=0.9, beta_2=0.999, epsilon=1e-8)
        for gradient in sequence:
            other.update_params(parameters, [gradient])
        np.testing.assert_allclose(ours, parameters[0], rtol=0, atol=1e-13)
        ends.append(ours)
    apart = np.abs(ends[0] - ends[1])
    assert 1e-7 < apart.max() < 1e-4
    still = [
        steps(MAKERS["momentum"](), each, 0.01).sum(axis=0) for each in (gradients, other_gradients)
    ]
    assert np.abs(still[0] - still[1]).max() < 1e-11


@pytest.mark.parametrize("name", MAKERS)
@given(gradients=gradient_lists, stop=st.integers(0, 12))
def test_resuming_is_going_on(name, gradients, stop):
    whole = steps(MAKERS[name](), gradients)
    optimizer = MAKERS[name]()
    state = optimizer.init(np.zeros(3))
    for gradient in gradients[:stop]:
        _, state = optimizer.update(gradient, state, RATE)
    kept, optimizer = copy.deepcopy(state), MAKERS[name]()
    optimizer.update(np.full(3, 7.0), state, RATE)  # must not reach what was kept
    for gradient, expected in zip(gradients[stop:], whole[stop:], strict=True):
        step, kept = optimizer.update(gradient, kept, RATE)
        assert step.tobytes() == expected.tobytes()


@pytest.mark.parametrize("name", MAKERS)
def test_update_changes_neither_gradient_nor_state(name):
    optimizer = MAKERS[name]()
    _, state = optimizer.update(np.ones(3), optimizer.init(np.zeros(3)), RATE)
    before, gradient = copy.deepcopy(state), np.array([1.0, -2.0, 3.0])
    first, _ = optimizer.update(gradient, state, RATE)
    second, _ = optimizer.update(gradient, state, RATE)
    assert gradient.tolist() == [1.0, -2.0, 3.0]
    assert repr(state) == repr(before)
    assert first.tobytes() == second.tobytes()


@pytest.mark.parametrize("name", MAKERS)
def test_the_rate_may_change_at_every_step(name):
    optimizer = MAKERS[name]()
    state = optimizer.init(np.zeros(1))
    first, state = optimizer.update(np.ones(1), state, 1.0)
    second, _ = optimizer.update(np.zeros(1), state, 0.0)
    assert first[0] < 0
    # What was learnt at a rate of 1 carries on in the velocity; Adam remembers gradients instead.
    carried = {"gradient_descent": 0.0, "momentum": -0.9, "nesterov": -0.81, "adam": 0.0}
    assert second[0] == pytest.approx(carried[name])


@pytest.mark.parametrize("name", MAKERS)
def test_every_optimizer_finds_the_bottom_of_a_bowl(name):
    optimizer = MAKERS[name]()
    place = np.array([3.0, -4.0])
    state = optimizer.init(place)
    for _ in range(2000):
        step, state = optimizer.update(np.array([1.0, 0.1]) * place, state, 0.05)
        place = place + step
    np.testing.assert_allclose(place, 0.0, atol=1e-3)
