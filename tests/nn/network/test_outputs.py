import mpmath
import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import log_loss

from nn.errors import InputError
from nn.network.outputs import CLASSIFICATION, OUTPUTS, one_hot, outputs_for

LABELS = np.array([0, 1, 2, 1])
ONE_HOT = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 0]]

# What each output means, in 50 digits: logits of a row to the probability of each class ...
PROBABILITIES = {
    "sigmoid": lambda z: [sigma(-z[0]), sigma(z[0])],
    "sigmoid_per_class": lambda z: shares([sigma(x) for x in z]),
    "softmax": lambda z: shares([mpmath.exp(x) for x in z]),
}
# ... and logits and label of a row to its loss.
LOSSES = {
    "sigmoid": lambda z, label: -mpmath.log(sigma(z[0] if label else -z[0])),
    "sigmoid_per_class": lambda z, label: (
        -sum(mpmath.log(sigma(x if unit == label else -x)) for unit, x in enumerate(z))
    ),
    "softmax": lambda z, label: -mpmath.log(PROBABILITIES["softmax"](z)[label]),
}
# Up to the size at which 50 digits of e**z still hold; beyond it, see the tests by hand.
LOGITS = [-700.0, -35.0, -2.0, -1e-9, 0.0, 1e-12, 0.7, 3.0, 40.0, 690.0]


def sigma(x):
    return 1 / (1 + mpmath.exp(-x))


def shares(values):
    return [value / sum(values) for value in values]


def table(name):
    """Logits of many rows, every unit at every size, and a label for each."""
    source = np.random.default_rng(5)
    units = OUTPUTS[name].units(3 if name != "sigmoid" else 2)
    logits = np.concatenate([source.choice(LOGITS, (60, units)), source.normal(0, 3, (40, units))])
    return logits, source.integers(0, max(units, 2), len(logits)), max(units, 2)


def exactly(function, logits, *others):
    with mpmath.workdps(700):  # 1 - s(690) has 300 digits before its first
        rows = [list(map(mpmath.mpf, row)) for row in logits.tolist()]
        return np.array(
            [
                list(map(float, np.atleast_1d(function(row, *(o[i] for o in others)))))
                for i, row in enumerate(rows)
            ]
        )


@pytest.mark.parametrize("name", outputs_for(CLASSIFICATION))
def test_losses_and_probabilities_in_fifty_digits(name):
    output = OUTPUTS[name]
    logits, labels, classes = table(name)
    losses = output.losses(logits, output.targets(labels, classes))
    expected = exactly(LOSSES[name], logits, labels.tolist())[:, 0]
    # e**z is as near as z is: half a unit of 700 is 6e-14. Below 1e-308 digits are lost.
    np.testing.assert_allclose(losses, expected, rtol=2e-13, atol=1e-320)
    probabilities = exactly(PROBABILITIES[name], logits)
    np.testing.assert_allclose(output.probabilities(logits), probabilities, rtol=2e-13, atol=1e-320)
    logarithms = exactly(lambda row: [mpmath.log(p) for p in PROBABILITIES[name](row)], logits)
    np.testing.assert_allclose(
        output.log_probabilities(logits), logarithms, rtol=2e-13, atol=1e-320
    )


@pytest.mark.parametrize("name", outputs_for(CLASSIFICATION))
def test_the_gradient_is_response_minus_targets(name):
    output = OUTPUTS[name]
    logits, labels, classes = table(name)
    logits, labels = logits[-40:], labels[-40:]
    targets = output.targets(labels, classes)

    def slope(row, label, unit):
        step = mpmath.mpf(10) ** -200
        up, down = list(row), list(row)
        up[unit] += step
        down[unit] -= step
        return (LOSSES[name](up, label) - LOSSES[name](down, label)) / (2 * step)

    expected = exactly(
        lambda row, label: [slope(row, label, unit) for unit in range(len(row))],
        logits,
        labels.tolist(),
    )
    np.testing.assert_allclose(output.response(logits) - targets, expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    ("name", "logit", "target", "loss", "error"),
    [
        ("linear", 5.0, 2.0, 4.5, 3.0),
        ("linear", -1.0, 2.0, 4.5, -3.0),
        ("linear", 2.0, 2.0, 0.0, 0.0),
        # Up to an error of 1 as the square, then straight on: 1/2, then 1 for each 1 more.
        ("huber", 2.5, 2.0, 0.125, 0.5),
        ("huber", 1.0, 2.0, 0.5, -1.0),
        ("huber", 5.0, 2.0, 2.5, 1.0),
        ("huber", -1e9, 0.0, 1e9 - 0.5, -1.0),
    ],
)
def test_numbers_worked_by_hand(name, logit, target, loss, error):
    output = OUTPUTS[name]
    logits, targets = np.array([[logit]]), output.targets(np.array([target]), 0)
    assert output.units(0) == 1
    assert output.losses(logits, targets).tolist() == [loss]
    assert output.response(logits).tolist() == [[logit]]
    assert output.error(logits, targets).tolist() == [[error]]


def test_huber_against_scipy():
    source = np.random.default_rng(3)
    logits, targets = source.normal(0, 3, (2, 200, 1))
    expected = scipy.special.huber(1.0, logits - targets)[:, 0]
    np.testing.assert_allclose(OUTPUTS["huber"].losses(logits, targets), expected, rtol=1e-14)
    assert 20 < (np.abs(logits - targets) > 1).sum() < 180


@pytest.mark.parametrize("name", outputs_for("regression"))
def test_a_number_has_no_classes(name):
    output = OUTPUTS[name]
    for function in (output.probabilities, output.log_probabilities, output.decisions):
        with pytest.raises(InputError, match="predicts a number: it has no classes"):
            function(np.zeros((2, 1)))


def test_every_output_has_a_task():
    assert outputs_for("classification") == ["sigmoid", "sigmoid_per_class", "softmax"]
    assert outputs_for("regression") == ["linear", "huber"]


@pytest.mark.parametrize(
    ("name", "logits", "label", "loss", "probabilities", "decision"),
    [
        ("sigmoid", [0.0], 1, np.log(2), [0.5, 0.5], 1),
        ("sigmoid", [1e9], 1, 0.0, [0.0, 1.0], 1),
        ("sigmoid", [1e9], 0, 1e9, [0.0, 1.0], 1),
        ("sigmoid", [-1e9], 1, 1e9, [1.0, 0.0], 0),
        ("sigmoid", [-1e9], 0, 0.0, [1.0, 0.0], 0),
        ("sigmoid_per_class", [-1e9, 1e9], 1, 0.0, [0.0, 1.0], 1),
        ("sigmoid_per_class", [-1e9, 1e9], 0, 2e9, [0.0, 1.0], 1),
        ("sigmoid_per_class", [1e9, 1e9], 0, 1e9, [0.5, 0.5], 0),
        # Both units say no, and equally so; the loss is that of the one that is wrong.
        ("sigmoid_per_class", [-1e9, -1e9], 1, 1e9, [0.5, 0.5], 0),
        # s(-1e9) / s(-1e9 + 1) = 1 / e
        (
            "sigmoid_per_class",
            [-1e9, 1 - 1e9],
            1,
            1e9 - 1,
            [0.2689414213699951, 0.7310585786300049],
            1,
        ),
        ("softmax", [1e9, -1e9, 0.0], 0, 0.0, [1.0, 0.0, 0.0], 0),
        ("softmax", [1e9, -1e9, 0.0], 1, 2e9, [1.0, 0.0, 0.0], 0),
        ("softmax", [-1e9, -1e9, -1e9], 2, np.log(3), [1 / 3, 1 / 3, 1 / 3], 0),
        ("softmax", [1e9, 1e9, -1e9], 1, np.log(2), [0.5, 0.5, 0.0], 0),
    ],
)
def test_worked_by_hand(name, logits, label, loss, probabilities, decision):
    output = OUTPUTS[name]
    z = np.array([logits])
    targets = output.targets(np.array([label]), len(probabilities))
    assert output.losses(z, targets)[0] == pytest.approx(loss, rel=1e-15, abs=1e-300)
    np.testing.assert_allclose(output.probabilities(z), [probabilities], rtol=1e-15)
    assert output.decisions(z).tolist() == [decision]
    logarithms = output.log_probabilities(z)
    assert np.isfinite(logarithms).all()
    np.testing.assert_allclose(np.exp(logarithms), [probabilities], rtol=1e-15)


def test_targets_and_units():
    assert one_hot(LABELS, 3).tolist() == ONE_HOT
    for name in ("sigmoid_per_class", "softmax"):
        assert OUTPUTS[name].targets(LABELS, 3).tolist() == ONE_HOT
        assert OUTPUTS[name].units(3) == 3
    assert OUTPUTS["sigmoid"].targets(np.array([0, 1, 1]), 2).tolist() == [[0.0], [1.0], [1.0]]
    assert OUTPUTS["sigmoid"].units(2) == 1


@pytest.mark.parametrize("name", outputs_for(CLASSIFICATION))
@given(data=st.data())
def test_against_scipy_and_scikit_learn(name, data):
    output = OUTPUTS[name]
    classes = 2 if name == "sigmoid" else 3
    shape = (5, output.units(classes))
    logits = data.draw(arrays(np.float64, shape, elements=st.floats(-30, 30)))
    labels = data.draw(arrays(np.int64, 5, elements=st.integers(0, classes - 1)))
    probabilities = output.probabilities(logits)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, rtol=1e-14)
    np.testing.assert_allclose(np.log(probabilities), output.log_probabilities(logits), atol=1e-12)
    losses = output.losses(logits, output.targets(labels, classes))
    if name == "sigmoid_per_class":
        signs = np.where(np.arange(3) == labels[:, None], 1, -1)
        np.testing.assert_allclose(losses, -scipy.special.log_expit(signs * logits).sum(axis=1))
        units = scipy.special.expit(logits)
        np.testing.assert_allclose(probabilities, units / units.sum(axis=1, keepdims=True), 1e-12)
    else:
        both = np.hstack([0 * logits, logits]) if name == "sigmoid" else logits
        expected = scipy.special.softmax(both, axis=1)
        np.testing.assert_allclose(probabilities, expected, rtol=1e-12)
        if expected.min() > 1e-12:  # scikit-learn's loss is of clipped probabilities
            shares_of_one = expected / expected.sum(axis=1, keepdims=True)
            mean_loss = log_loss(labels, shares_of_one, labels=range(classes))
            assert losses.mean() == pytest.approx(mean_loss, rel=1e-9)


@pytest.mark.parametrize("name", outputs_for(CLASSIFICATION))
def test_leading_axes_and_rows_stand_for_themselves(name):
    output = OUTPUTS[name]
    logits, labels, classes = table(name)
    targets = output.targets(labels, classes)
    stacked = np.stack([logits, logits[::-1]])
    alone = output.losses(logits[::-1].copy(), targets)
    assert output.losses(stacked, targets)[1].tobytes() == alone.tobytes()
    for function in (output.response, output.probabilities, output.log_probabilities):
        assert function(stacked)[1].tobytes() == function(logits[::-1].copy()).tobytes()
        assert function(logits[:1]).tobytes() == function(logits)[:1].tobytes()
    assert output.decisions(stacked).shape == (2, len(logits))


@pytest.mark.parametrize("name", outputs_for(CLASSIFICATION))
def test_the_decision_is_the_likeliest_class(name):
    logits, _, _ = table(name)
    output = OUTPUTS[name]
    distinct = logits[[len({*row}) == len(row) and 0.0 not in row for row in logits.tolist()]]
    likeliest = exactly(PROBABILITIES[name], distinct).argmax(axis=1)
    certain = np.abs(distinct).max(axis=1) < 30
    assert certain.sum() > 20
    np.testing.assert_array_equal(output.decisions(distinct)[certain], likeliest[certain])
