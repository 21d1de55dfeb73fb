"""What the section `sweep` may say."""

import copy

import pytest
import yaml

from nn.errors import InputError
from stages.running.parameters.file import load_params, with_training
from tests.stages.running.parameters.test_file import MINIMAL

SWEEP = {
    "method": "random",
    "trials": 10,
    "seed": 1,
    "metric": "log_loss",
    "replicates": 2,
    "space": {"learning_rate": {"log_range": [0.001, 1]}, "hidden": [[8, 4], [2, 2]]},
}
START = "experiments.first.sweep"


@pytest.fixture
def load(tmp_path):
    """Load the minimal file with a sweep section, changed in some keys and without others."""

    def load_changed(changes, without=(), validation_size=0.1):
        content = yaml.safe_load(MINIMAL.replace("1e-8", "1.0e-8"))
        sweep = copy.deepcopy(SWEEP) | changes
        content["experiments"]["first"]["sweep"] = {
            key: value for key, value in sweep.items() if key not in without
        }
        content["experiments"]["first"]["split"]["validation_size"] = validation_size
        if validation_size == 0:
            content["experiments"]["first"]["train"]["early_stopping"] = None
        path = tmp_path / "params.yaml"
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
        return load_params(path).experiment("first")

    return load_changed


def problems(load, *arguments, **more):
    with pytest.raises(InputError) as error:
        load(*arguments, **more)
    return [line.split("params.yaml: ")[1] for line in str(error.value).splitlines()]


def test_a_sweep_is_read(load):
    sweep = load({}).sweep
    assert sweep.space["learning_rate"].log_range == (0.001, 1)
    assert sweep.space["hidden"].values == ([8, 4], [2, 2])


def test_an_experiment_needs_none(tmp_path):
    path = tmp_path / "params.yaml"
    path.write_text(MINIMAL, encoding="utf-8")
    assert load_params(path).experiment("first").sweep is None


@pytest.mark.parametrize(
    ("space", "told"),
    [
        (
            {"lerning_rate": [1]},
            "lerning_rate: there is no such training key; did you mean 'learning_rate'?",
        ),
        ({"learning_rate": [0.1, -1]}, "learning_rate[1]: -1 should be greater than 0"),
        (
            {"learning_rate": {"range": [0, 1]}},
            "learning_rate.range[0]: 0 should be greater than 0",
        ),
        ({"epochs": [10, 2.5]}, "epochs[1]: 2.5 should be a valid integer"),
        ({"batch_size": {"range": [8, 9.5]}}, "batch_size.range[1]: 9.5 should be a valid integer"),
        ({"hidden": [[8, 0]]}, "hidden[0][1]: 0 should be greater than or equal to 1"),
        ({"hidden": {"range": [1, 2]}}, "hidden.range[0]: 1 should be a list"),
        (
            {"early_stopping": [{"patiense": 1, "min_delta": 0.0, "patience": 1}]},
            "early_stopping[0].patiense: unknown key; did you mean 'patience'?",
        ),
        ({"optimizer": ["sgd"]}, "optimizer[0]: \"sgd\" should be 'gradient_descent', 'momentum'"),
        ({"l2": {"log_range": [0, 1]}}, "l2.log_range: [0, 1] should rise from a number above 0"),
        ({"l2": {"range": [1, 1]}}, "l2.range: [1, 1] should rise"),
        ({"l2": {"range": [0, 1], "steps": 3}}, "l2.steps: is only for a range in a grid"),
        ({"l2": {"range": [0, 1], "stps": 3}}, "l2.stps: unknown key; did you mean 'steps'?"),
        ({"l2": []}, "l2: should be a list of one value or more, {range: [LOW, HIGH]}"),
        ({"l2": {"range": [0, 1], "log_range": [1, 2]}}, "l2: should be a list of one value"),
        ({"l2": {"range": [0, 1, 2]}}, "l2.range: "),
        ({"l2": 0.1}, "l2: 0.1 should be a section with keys"),
    ],
)
def test_what_cannot_be_tried_is_told_with_its_full_key(load, space, told):
    line, *_ = problems(load, {"space": space})  # both ends of a range may be wrong
    assert line.startswith(f"{START}.space.{told}")


@pytest.mark.parametrize(
    ("changes", "without", "told"),
    [
        ({}, ["trials"], "trials: is missing; method random needs it"),
        ({"factor": 3}, [], "factor: is only for method halving; take it out"),
        ({"method": "halving"}, [], "factor: is missing; method halving needs it"),
        ({"method": "halving", "factor": 1}, [], "factor: 1 should be greater than or equal to 2"),
        (
            {"method": "halving", "factor": 3, "space": {"epochs": [1, 2]}},
            [],
            "space.epochs: halving itself decides how many epochs a trial gets; take it out",
        ),
        (
            {"method": "grid", "space": {"l2": {"range": [0, 1]}}},
            ["trials", "seed"],
            "space.l2.steps: is missing; a grid needs the number of values to take from a range",
        ),
        ({"metric": "loss"}, [], "metric: \"loss\" should be 'accuracy', 'roc_auc', 'log_loss'"),
        ({"validation_size": 0.5}, [], "validation_size: trials are judged by the validation part"),
        ({"space": {}}, [], "space: {} "),
        ({"trails": 3}, [], "trails: unknown key; did you mean 'trials'?"),
    ],
)
def test_what_cannot_be_made_of_a_sweep_is_told(load, changes, without, told):
    (line,) = problems(load, changes, without)
    assert line.startswith(f"{START}.{told}")


def test_without_a_validation_part_a_sweep_says_how_much_to_set_aside(load):
    (line,) = problems(load, {}, validation_size=0.0)
    assert line.startswith(f"{START}.validation_size: is missing")
    assert load({"validation_size": 0.3}, validation_size=0.0).sweep.validation_size == 0.3


def test_a_setting_is_checked_as_the_training_section_is(load):
    experiment = load({})
    changed = with_training(experiment, "first", {"optimizer": "momentum", "momentum": 0.5})
    assert (changed.train.momentum, changed.train.betas, changed.train.epsilon) == (0.5, None, None)
    assert experiment.train.optimizer == "adam"
    for changes, told in (
        ({"optimizer": "momentum"}, "experiments.first.train.momentum: is missing"),
        ({"hidden": [3]}, "experiments.first.train.activation: 2 activations for 1 hidden layer"),
        ({"epochs": 0}, "experiments.first.train.epochs: 0 should be greater than or equal to 1"),
    ):
        with pytest.raises(InputError, match=told):
            with_training(experiment, "first", changes)


def test_early_stopping_is_not_tried_where_the_pipeline_would_refuse_it(load):
    experiment = load({"validation_size": 0.3}, validation_size=0.0)
    with pytest.raises(InputError, match="early_stopping: needs a validation part"):
        with_training(experiment, "first", {"early_stopping": {"patience": 3, "min_delta": 0.0}})
