"""Which settings a sweep tries, in which rounds, and which it calls the best."""

import itertools
import math

import numpy as np
import pytest

from commands.sweeping.search import Evaluation, best_of, ranked, rungs, search
from commands.sweeping.space import candidates, plain
from commands.sweeping.trial import SweepData, TrialOutcome
from nn.errors import InputError
from stages.running.parameters.sections import SweepParams
from tests.commands.sweeps import GRID, experiment_in, make_project

RANDOM = {"method": "random", "trials": 30, "seed": 1, "metric": "log_loss", "replicates": 1}


@pytest.fixture
def tried(tmp_path):
    """List the settings that a sweep tries, as dicts of what is in its space."""

    def settings(sweep, **more):
        make_project(tmp_path, sweep, **more)
        experiment = experiment_in(tmp_path)
        found = candidates("mine", experiment, experiment.sweep)
        assert [each.number for each in found] == list(range(len(found)))
        return [{key: plain(each.train)[key] for key in sweep["space"]} for each in found]

    return settings


def test_a_grid_is_every_combination_in_the_order_of_the_file_after_the_present_one(tried):
    expected = [
        {"learning_rate": rate, "hidden": hidden}
        for rate, hidden in itertools.product([0.05, 0.5], [[3], [6]])
    ]
    assert tried(GRID) == [{"learning_rate": 0.1, "hidden": [4]}, *expected]


def test_steps_of_a_range_are_even_and_those_of_a_log_range_even_in_the_logarithm(tried):
    space = {
        "l2": {"range": [0, 0.3], "steps": 4},
        "learning_rate": {"log_range": [0.001, 1.0], "steps": 4},
        "batch_size": {"range": [8, 10], "steps": 5},
    }
    found = tried(GRID | {"space": space})[1:]
    assert sorted({each["l2"] for each in found}) == [0.0, 0.1, 0.2, 0.3]
    assert sorted({each["learning_rate"] for each in found}) == [0.001, 0.01, 0.1, 1.0]
    assert sorted({each["batch_size"] for each in found}) == [8, 9, 10]
    assert len(found) == 4 * 4 * 3


def test_draws_stay_within_their_ranges_and_fill_them(tried):
    space = {
        "learning_rate": {"log_range": [1e-4, 1]},
        "l2": {"range": [0.5, 1.5]},
        "batch_size": {"range": [3, 6]},
        "output": ["sigmoid", "softmax"],
    }
    found = tried(RANDOM | {"trials": 400, "space": space})[1:]
    assert len(found) == 400
    logs = [math.log10(each["learning_rate"]) for each in found]
    assert np.histogram(logs, bins=4, range=(-4, 0))[0].min() > 70  # of 100 expected
    assert np.histogram([e["l2"] for e in found], bins=4, range=(0.5, 1.5))[0].min() > 70
    for key, values in (("batch_size", [3, 4, 5, 6]), ("output", ["sigmoid", "softmax"])):
        counts = [sum(each[key] == value for each in found) for value in values]
        assert sum(counts) == 400
        assert min(counts) > 0.7 * 400 / len(values)
    assert all(float(f"{each['learning_rate']:.4g}") == each["learning_rate"] for each in found)


def test_draws_depend_on_the_seed_alone_and_more_trials_only_add_some(tried):
    space = {"learning_rate": {"log_range": [1e-4, 1]}, "hidden": [[2], [3], [4]]}
    first = tried(RANDOM | {"space": space})
    assert tried(RANDOM | {"space": space}) == first
    assert tried(RANDOM | {"space": space, "trials": 50})[: len(first)] == first
    assert tried(RANDOM | {"space": space, "seed": 2}) != first


def test_each_setting_is_tried_once_and_a_small_space_wholly(tried):
    found = tried(RANDOM | {"space": {"hidden": [[2], [3], [4]], "seed": {"range": [7, 9]}}})
    assert len(found) == 9  # of 30 trials; the present setting is one of them
    assert {(str(each["hidden"]), each["seed"]) for each in found} == {
        (str([units]), seed) for units in (2, 3, 4) for seed in (7, 8, 9)
    }


def test_keys_without_use_beside_other_values_do_not_make_settings_differ(tried):
    space = {"optimizer": ["gradient_descent", "momentum"], "momentum": [0.5, 0.9]}
    found = tried(GRID | {"space": space})
    assert found == [
        {"optimizer": "gradient_descent", "momentum": None},
        {"optimizer": "momentum", "momentum": 0.5},
        {"optimizer": "momentum", "momentum": 0.9},
    ]


def test_values_that_do_not_go_together_are_told_before_any_training(tried):
    with pytest.raises(InputError) as error:
        tried(GRID | {"space": {"optimizer": ["gradient_descent", "adam"]}})
    assert str(error.value) == (
        "experiments.mine.sweep.space: with optimizer adam: experiments.mine.train.betas: "
        "is missing; optimizer adam needs it"
    )


@pytest.mark.parametrize(
    ("settings", "factor", "epochs", "expected"),
    [
        (27, 3, 270, [(27, 10), (9, 30), (3, 90), (1, 270)]),
        (10, 2, 100, [(10, 13), (5, 25), (2, 50), (1, 100)]),
        (10, 4, 7, [(10, 2), (2, 7)]),
        (2, 3, 50, [(2, 50)]),
    ],
)
def test_halving_keeps_the_best_of_every_few_and_gives_them_as_many_times_the_epochs(
    settings, factor, epochs, expected
):
    sweep = SweepParams.model_validate(
        RANDOM | {"method": "halving", "factor": factor, "space": {"hidden": [[1]]}}
    )
    assert rungs(sweep, settings, epochs) == expected


DATA = SweepData((), 2, "log_loss", 0.5)


def test_halving_goes_on_with_the_best_and_takes_the_present_setting_along(tmp_path):
    sweep = RANDOM | {
        "method": "halving",
        "factor": 2,
        "trials": 4,
        "space": {"learning_rate": [0.5, 0.4, 0.3, 0.2]},
    }
    make_project(tmp_path, sweep)
    experiment = experiment_in(tmp_path)
    settings = candidates("mine", experiment, experiment.sweep)
    asked = []

    def run(trials):
        """Score: a rate of 0.3 wins, 0.4 diverges, and the present 0.1 does worst."""
        asked.append([(t.replicates[0].learning_rate, t.replicates[0].epochs) for t in trials])
        scores = {0.1: 9.0, 0.2: 3.0, 0.3: 1.0, 0.5: 2.0}
        rates = {trial.key: trial.replicates[0].learning_rate for trial in trials}
        return {
            key: TrialOutcome(key, "finished", (scores[rate],))
            if rate in scores
            else TrialOutcome(key, "diverged")
            for key, rate in rates.items()
        }

    rows = search(settings, rungs(experiment.sweep, 4, 20), experiment.sweep, DATA, run)
    assert [sorted(each) for each in asked] == [
        [(0.1, 5), (0.2, 5), (0.3, 5), (0.4, 5), (0.5, 5)],
        [(0.1, 10), (0.3, 10), (0.5, 10)],
        [(0.1, 20), (0.3, 20)],
    ]
    assert len(rows) == 10
    best = best_of(rows, "log_loss")
    assert best is not None
    assert (best.candidate.train.learning_rate, best.epochs, best.rung) == (0.3, 20, 3)


def row(candidate, *scores):
    return Evaluation(candidate, 1, 1, TrialOutcome("", "finished", scores))


def test_less_loss_and_more_accuracy_are_better_and_the_earlier_of_equals(tmp_path):
    make_project(tmp_path, GRID)
    experiment = experiment_in(tmp_path)
    first, second, third, fourth, fifth = candidates("mine", experiment, experiment.sweep)
    rows = [row(first, 0.5), row(second, 0.2, 0.4), row(third, 0.3), row(fourth), row(fifth, 0.1)]
    order = [each.candidate.number for each in ranked(rows, "log_loss")]
    assert order == [4, 2, 1, 0]  # 0.2 and 0.4 average to a hair above 0.3
    assert [each.candidate.number for each in ranked(rows[:1] + rows[2:], "accuracy")] == [0, 2, 4]
    equal = [row(first, 0.25), row(second, 0.25)]
    assert best_of(equal, "brier") == equal[0]
    assert best_of([row(first)], "brier") is None


def test_mean_and_deviation_are_those_of_the_replicates(tmp_path):
    make_project(tmp_path, GRID)
    experiment = experiment_in(tmp_path)
    present = candidates("mine", experiment, experiment.sweep)[0]
    scores = (0.5, 0.75, 2.5)
    assert row(present, *scores).mean == pytest.approx(np.mean(scores), rel=1e-15)
    assert row(present, *scores).deviation == pytest.approx(np.std(scores, ddof=1), rel=1e-15)
    assert row(present, 0.5).deviation is None
