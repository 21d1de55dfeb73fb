"""Training an ensemble: by its members trained alone, and by scikit-learn's mean of them."""

from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import VotingClassifier, VotingRegressor

from nn.errors import TrainingDiverged
from nn.exports.estimator import NetworkClassifier, NetworkRegressor
from nn.network.network import Network
from nn.training.ensemble import members_of
from nn.training.loop import train, train_together
from nn.training.outcome import Training
from nn.training.problem import Problem
from nn.training.settings import Settings

SOURCE = np.random.default_rng(1)
ROWS, WATCHED = SOURCE.normal(size=(90, 3)), SOURCE.normal(size=(30, 3))
BASE: dict[str, Any] = {
    "hidden": (6,),
    "activation": "relu",
    "output": "softmax",
    "initializer": "he",
    "seed": 3,
    "optimizer": "adam",
    "betas": (0.9, 0.999),
    "epsilon": 1e-8,
    "learning_rate": 0.03,
    "epochs": 25,
    "batch_size": 16,
    "early_stopping": {"patience": 3, "min_delta": 0.0},
}


def classes_of(rows):
    return (rows[:, 0] * rows[:, 1] > 0).astype(np.int64) + (rows[:, 2] > 0.7)


def problem(is_drawn=True, **changes):
    settings = Settings(**BASE | {"ensemble": 4} | changes)
    validation = WATCHED, classes_of(WATCHED)
    return Problem(ROWS, classes_of(ROWS), 3, settings, validation, is_drawn)


def train_of(given, **more):
    features, labels, classes, settings, validation, is_drawn = given
    return train(features, labels, classes, settings, validation, is_drawn=is_drawn, **more)


def test_each_member_is_what_is_trained_alone():
    whole = train_of(problem(), snapshots=5)
    alone = [train_of(member, snapshots=5) for member in members_of(problem())]
    for member, parameters, one in zip(
        whole.network.members, whole.network.parameters, alone, strict=True
    ):
        np.testing.assert_array_equal(parameters, one.network.parameters)
        np.testing.assert_array_equal(member.logits(ROWS), one.network.logits(ROWS))
    assert len({one.network.parameters.tobytes() for one in alone}) == 4
    assert whole.best_epoch == max(one.best_epoch for one in alone)


def test_the_first_member_is_the_network_without_an_ensemble():
    single = train_of(problem(ensemble=1))
    assert type(single.network) is Network
    np.testing.assert_array_equal(
        train_of(problem()).network.members[0].parameters, single.network.parameters
    )


def test_with_one_member_nothing_is_another_than_without():
    one, without = train_of(problem(ensemble=1)), train_of(problem())
    assert one.held_out is None and without.held_out is not None
    assert [*one.history] == ["loss", "accuracy", "validation_loss", "validation_accuracy"]


def test_each_member_watches_rows_of_its_own_and_learns_from_the_others():
    first, *others = members_of(problem())
    assert first.features is ROWS and first.validation and first.validation[0] is WATCHED
    all_rows = {row.tobytes() for row in [*ROWS, *WATCHED]}
    watched = []
    for member in others:
        assert member.validation
        learnt = {row.tobytes() for row in member.features}
        watched.append({row.tobytes() for row in member.validation[0]})
        assert (len(learnt), len(watched[-1])) == (90, 30)
        assert learnt | watched[-1] == all_rows
        for features, labels in ((member.features, member.labels), member.validation):
            np.testing.assert_array_equal(labels, classes_of(features))
        counts = np.bincount(member.validation[1]) / 30
        whole = np.bincount(classes_of(np.concatenate([ROWS, WATCHED]))) / 120
        np.testing.assert_allclose(counts, whole, atol=1.01 / 30)
    assert len({frozenset(rows) for rows in watched}) == 3
    held_out = train_of(problem()).held_out
    assert held_out[0].all()
    for marks, rows in zip(held_out[1:], watched, strict=True):
        assert marks.tolist() == [row.tobytes() in rows for row in WATCHED]


@pytest.mark.parametrize("changes", [{"early_stopping": None}, {"is_drawn": False}])
def test_all_watch_the_same_rows_where_nothing_is_stopped_or_a_column_splits(changes):
    for member in members_of(problem(**changes)):
        assert member.features is ROWS and member.validation and member.validation[0] is WATCHED
    assert train_of(problem(**changes)).held_out is None


def test_the_history_has_each_member_and_their_mean():
    whole = train_of(problem())
    alone = [train_of(member) for member in members_of(problem())]
    epochs = max(len(one.history["loss"]) for one in alone)
    assert len({len(one.history["loss"]) for one in alone}) > 1  # one has stopped before another
    for name in ("loss", "validation_accuracy"):
        kept = []
        for number, one in enumerate(alone, 1):
            own = one.history[name]
            told = whole.history[f"member_{number}_{name}"]
            assert len(told) == epochs and told[: len(own)] == own
            assert np.isnan(told[len(own) :]).all()
            kept.append(own + [own[one.best_epoch]] * (epochs - len(own)))
        np.testing.assert_allclose(whole.history[name], np.mean(kept, axis=0), rtol=1e-15)


def test_snapshots_end_with_what_each_member_kept():
    whole = train_of(problem(), snapshots=6)
    alone = [train_of(member, snapshots=6) for member in members_of(problem())]
    assert whole.snapshots.parameters.shape == (len(whole.snapshots.epochs), 4, 45)
    for place, epoch in enumerate(whole.snapshots.epochs.tolist()):
        for own, one in zip(whole.snapshots.parameters[place], alone, strict=True):
            kept = dict(zip(one.snapshots.epochs.tolist(), one.snapshots.parameters, strict=True))
            expected = kept[epoch] if epoch < one.best_epoch else one.network.parameters
            np.testing.assert_array_equal(own, expected)


def test_ensembles_go_together_with_other_trainings():
    ensemble, single = problem(), problem(ensemble=1, seed=8)
    for given, outcome in zip((single, ensemble), train_together([single, ensemble]), strict=True):
        alone = train_of(given)
        assert isinstance(outcome, Training)
        np.testing.assert_array_equal(outcome.network.parameters, alone.network.parameters)
        np.testing.assert_array_equal(outcome.held_out, alone.held_out)


def test_a_member_that_diverges_is_named():
    hot = problem(learning_rate=1e200, optimizer="gradient_descent", betas=None, epsilon=None)
    with pytest.raises(TrainingDiverged, match=r"^member 1 of 4: training diverged in epoch"):
        train_of(hot)
    (outcome,) = train_together([hot])
    assert isinstance(outcome, TrainingDiverged)


def test_what_is_wrong_with_some_members_says_of_how_many():
    dead = problem(learning_rate=30.0, early_stopping=None, ensemble=6)
    whole = train_of(dead)
    alone = [train_of(member).warnings for member in members_of(dead)]
    for warning in {each for warnings in alone for each in warnings}:
        count = sum(warning in warnings for warnings in alone)
        told = warning if count == 6 else f"in {count} of 6 members, {warning}"
        assert told in whole.warnings
    assert whole.warnings


def test_scikit_learn_votes_alike():
    settings = {key: BASE[key] for key in ("hidden", "epochs", "learning_rate", "batch_size")}
    labels = classes_of(ROWS)
    whole = NetworkClassifier(**settings, seed=3, ensemble=4).fit(ROWS, labels)
    seeds = [
        member.settings.seed for member in members_of(Problem(ROWS, labels, 3, whole.settings()))
    ]
    voters = [(str(seed), NetworkClassifier(**settings, seed=seed)) for seed in seeds]
    voted = VotingClassifier(voters, voting="soft").fit(ROWS, labels)
    np.testing.assert_allclose(
        whole.predict_proba(WATCHED), voted.predict_proba(WATCHED), rtol=1e-13
    )
    numbers = ROWS[:, 0] * 3.0 + 100.0
    regressor = NetworkRegressor(**settings, seed=3, ensemble=4).fit(ROWS, numbers)
    voters = [(str(seed), NetworkRegressor(**settings, seed=seed)) for seed in seeds]
    voted = VotingRegressor(voters).fit(ROWS, numbers)
    np.testing.assert_allclose(regressor.predict(WATCHED), voted.predict(WATCHED), rtol=1e-13)
