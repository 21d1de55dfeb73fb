"""What another process opens is what was to be handed to it, and no copy where it is large."""

import pickle

import numpy as np
import pytest

from nn.training.loop import NUMBERS_IN_STEP, networks_in_step, train_together
from nn.training.outcome import Training
from nn.training.problem import Problem
from nn.training.settings import Settings
from stages.executing.files import in_files, opened
from stages.running.artifacts import new_array

SETTINGS = Settings(
    hidden=(3,),
    activation=("relu",),
    output="sigmoid",
    initializer="he",
    optimizer="gradient_descent",
    learning_rate=0.1,
    epochs=3,
    seed=1,
)


@pytest.fixture
def problem(tmp_path):
    features = new_array(tmp_path / "features.npy", (5000, 4))
    features[...] = np.random.default_rng(0).normal(size=features.shape)
    labels = (features[:, 0] > 0).astype(np.int64)
    return Problem(features, labels, 2, SETTINGS, (features[:50], labels[:50]))


def test_features_in_a_file_are_handed_over_by_its_name(problem):
    assert len(pickle.dumps(in_files(problem).features)) < 1000 < problem.features.nbytes
    again = opened(in_files(problem))
    np.testing.assert_array_equal(again.features, problem.features)
    assert problem.validation and again.validation
    np.testing.assert_array_equal(again.validation[0], problem.validation[0])
    np.testing.assert_array_equal(parameters_of(again), parameters_of(problem))


def parameters_of(problem):
    (outcome,) = train_together([problem])
    assert isinstance(outcome, Training)
    return outcome.network.parameters


def test_some_rows_of_a_file_and_features_in_memory_are_handed_over_themselves(problem):
    in_memory = problem.features.copy()
    given = in_files(Problem(in_memory, problem.labels, 2, SETTINGS, problem.validation))
    assert given.features is in_memory
    assert given.validation and given.validation[0] is problem.validation[0]
    assert opened(in_files(problem._replace(validation=None))).validation is None


def test_networks_of_a_long_table_are_not_trained_side_by_side(problem):
    settings = SETTINGS.model_copy(update={"batch_size": 512})
    few = problem._replace(settings=settings)
    assert networks_in_step(few) > 1
    long = np.broadcast_to(0.0, (NUMBERS_IN_STEP, 4))
    assert networks_in_step(few._replace(features=long)) == 1
