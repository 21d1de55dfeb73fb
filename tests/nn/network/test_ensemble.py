"""Several networks that answer as one: by the members alone, and by hand."""

import pickle

import numpy as np
import pytest

from nn.network.ensemble import Ensemble
from nn.network.network import Network, parameter_count
from nn.network.outputs import CLASSIFICATION, OUTPUTS, outputs_for

FEATURES = np.random.default_rng(5).normal(scale=3.0, size=(200, 4))


def ensemble(output, members=5, classes=3, scale=1.0):
    sizes = (4, 6, OUTPUTS[output].units(classes))
    shape = (members, parameter_count(sizes))
    parameters = scale * np.random.default_rng([members, classes]).normal(size=shape)
    return Ensemble(sizes, ("tanh",), output, parameters)


@pytest.mark.parametrize("output", outputs_for(CLASSIFICATION))
@pytest.mark.parametrize("classes", [2, 3])
def test_the_probability_is_the_mean_of_the_members(output, classes):
    classes = 2 if output == "sigmoid" else classes
    both = ensemble(output, classes=classes)
    expected = np.mean([each.probabilities(FEATURES) for each in both.members], axis=0)
    np.testing.assert_allclose(both.probabilities(FEATURES), expected, rtol=2e-14)
    np.testing.assert_allclose(
        both.log_probabilities(FEATURES), np.log(expected), rtol=0, atol=2e-14
    )


def test_two_opinions_by_hand():
    parameters = np.array([[np.log(3.0)], [-np.log(9.0)]])  # the biases: 3 to 1, and 1 to 9
    both = Ensemble((1, 1), (), "sigmoid", np.concatenate([[[0.0], [0.0]], parameters], axis=1))
    mean = (0.75 + 0.1) / 2
    np.testing.assert_allclose(both.probabilities(np.zeros((1, 1))), [[1 - mean, mean]], rtol=1e-15)
    np.testing.assert_allclose(both.logits(np.zeros((1, 1))), [[np.log(mean / (1 - mean))]])
    np.testing.assert_allclose(both.deviations(np.zeros((1, 1))), [[0.325, 0.325]], rtol=1e-15)


def test_a_mean_of_certainties_keeps_what_is_left():
    """The members give 1 - 1e-30 and 1 - 3e-30, which both round to 1."""
    biases = -np.log([[1e-30], [3e-30]])
    both = Ensemble((1, 1), (), "sigmoid", np.concatenate([np.zeros((2, 1)), biases], axis=1))
    (against, _), *_ = both.log_probabilities(np.zeros((1, 1)))
    np.testing.assert_allclose(np.exp(against), 2e-30, rtol=1e-13)


@pytest.mark.parametrize("output", ["linear", "huber"])
def test_the_number_is_the_mean_of_the_members(output):
    both = ensemble(output, classes=0)
    each = np.array([member.logits(FEATURES) for member in both.members])
    np.testing.assert_allclose(both.logits(FEATURES), each.mean(axis=0), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(both.deviations(FEATURES), each.std(axis=0), rtol=1e-12)


@pytest.mark.parametrize("output", OUTPUTS)
def test_members_that_agree_answer_as_one(output):
    classes = {"linear": 0, "huber": 0, "sigmoid": 2}.get(output, 3)
    (one,) = ensemble(output, 1, classes, scale=0.3).members
    same = Ensemble(one.sizes, one.activations, output, np.tile(one.parameters, (8, 1)))
    if classes:
        np.testing.assert_allclose(
            same.probabilities(FEATURES), one.probabilities(FEATURES), rtol=1e-14
        )
    else:
        np.testing.assert_array_equal(same.logits(FEATURES), one.logits(FEATURES))


@pytest.mark.parametrize("output", OUTPUTS)
def test_a_held_out_row_is_answered_by_the_members_that_did_not_learn_from_it(output):
    classes = {"linear": 0, "huber": 0, "sigmoid": 2}.get(output, 3)
    both = ensemble(output, 3, classes)
    held_out = np.array([[True, True, True], [False, True, False], [False, True, True]])
    found = both.held_out_logits(FEATURES[:3], held_out)
    for row, members in enumerate([[0], [0, 1, 2], [0, 2]]):
        few = Ensemble(both.sizes, both.activations, output, both.parameters[members])
        np.testing.assert_allclose(found[row], few.logits(FEATURES[[row]])[0], rtol=1e-13)


def test_a_row_does_not_depend_on_the_others():
    both = ensemble("softmax")
    whole = both.logits(FEATURES)
    for row in (0, 77, 199):
        np.testing.assert_array_equal(both.logits(FEATURES[[row]])[0], whole[row])


def test_it_is_copied_and_described_as_what_it_is():
    both = ensemble("softmax")
    again = pickle.loads(pickle.dumps(both))
    assert type(again) is type(both.over(both.parameters)) is Ensemble
    np.testing.assert_array_equal(again.logits(FEATURES), both.logits(FEATURES))
    assert both.architecture == "5 × 4-6-3"
    assert "5 members, each 4 → 6 tanh → 3 softmax, 51 parameters" in repr(both)
    assert [type(member) for member in both.members] == [Network] * 5
