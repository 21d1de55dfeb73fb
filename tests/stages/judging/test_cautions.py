"""Each caution on figures that call for it, and none on figures that do not."""

import numpy as np
import pytest

from stages.judging.cautions import cautions

SOURCE = np.random.default_rng(0)
LABELS = np.arange(200) % 2
NOISE = SOURCE.normal(size=(200, 2))


def report(
    train=0.93, test=0.92, interval=(0.87, 0.95), majority=0.5, linear=0.8, losses=(0.2, 0.7, 0.4)
):
    """Figures that speak for a network, but for those that are given."""
    of_network, of_majority, of_linear = losses

    def both(value, loss):
        return {part: {"accuracy": value, "log_loss": loss} for part in ("train", "test")}

    return {
        "train": {"accuracy": train, "log_loss": of_network},
        "test": {
            "accuracy": test,
            "log_loss": of_network,
            "rows": 100,
            "intervals": {"accuracy": interval},
        },
        "baseline": {"majority": both(majority, of_majority), "linear": both(linear, of_linear)},
    }


def cautions_of(figures, features=NOISE, labels=LABELS):
    judged = "test" if "test" in figures else "train"
    return cautions(figures, judged, ["height", "weight"], features, labels)


def test_good_figures_call_for_none():
    assert cautions_of(report()) == []


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ({"linear": 0.92}, "no better than a linear model: test accuracy 0.920 against 0.920"),
        ({"test": 0.9, "majority": 0.95, "linear": 0.1}, "guessing the most frequent class"),
        (
            {"losses": (0.0823, 0.7, 0.033)},
            "no better than a linear model: test log loss 0.0823 against 0.033",
        ),
        (
            {"losses": (1.41, 0.59, 1.5)},
            "probabilities that are worse than the shares of the classes: test log loss 1.41 "
            "against 0.59; raise l2, or stop earlier",
        ),
        ({"majority": 0.85}, "one class has 85% of the rows"),
        ({"interval": (0.6, 0.95)}, "100 test rows are few"),
        ({"train": 1.0, "test": 0.85}, "lie far apart: 1.000 and 0.850"),
    ],
)
def test_figures_that_call_for_one(figures, expected):
    assert expected in "\n".join(cautions_of(report(**figures)))


@pytest.mark.parametrize("losses", [(0.2, None, 0.4), (0.2, 0.3, 0.2001)])
def test_losses_that_call_for_none(losses):
    assert cautions_of(report(losses=losses)) == []


def test_of_a_linear_model_one_thing_is_said():
    (caution,) = cautions_of(report(linear=0.95, losses=(0.5, 0.7, 0.4)))
    assert "accuracy" in caution


def with_costs(of_network, of_one_class, of_linear, **figures):
    costing = report(**figures)
    costing["test"]["cost"] = of_network
    costing["baseline"]["majority"]["test"]["cost"] = of_one_class
    costing["baseline"]["linear"]["test"]["cost"] = of_linear
    return costing


@pytest.mark.parametrize(
    ("costs", "expected"),
    [
        ((0.3, 0.5, 0.4), []),
        (
            (0.5, 0.5, 0.6),
            ["deciding for one class in all rows: test cost of a row 0.5 against 0.5"],
        ),
        ((45.0, 50.0, 40.0), ["a linear model: test cost of a row 45 against 40"]),
    ],
)
def test_of_decisions_by_cost_it_is_cost_that_is_compared(costs, expected):
    figures = with_costs(*costs, train=0.6, test=0.6, majority=0.7, linear=0.9, interval=(0.5, 0.7))
    assert cautions_of(figures) == [f"no better than {each}" for each in expected]


def test_a_log_loss_is_compared_where_the_cost_is_better():
    (caution,) = cautions_of(with_costs(0.3, 0.5, 0.4, losses=(0.5, 0.7, 0.4)))
    assert caution == "no better than a linear model: test log loss 0.5 against 0.4"


@pytest.mark.parametrize("sign", [1, -1])
def test_a_column_that_gives_the_answer_away_is_named(sign):
    leaking = NOISE.copy()
    leaking[:, 1] = sign * (LABELS + 0.1 * NOISE[:, 1])
    (caution,) = cautions_of(report(), leaking)
    assert "'weight'" in caution
    assert "'height'" not in caution


def test_of_three_classes_no_column_is_accused():
    assert cautions_of(report(), np.stack([LABELS, LABELS], axis=1), np.arange(200) % 3) == []


def test_without_test_rows_only_what_training_rows_show():
    figures = report(linear=0.95)
    del figures["test"]
    assert cautions_of(figures) == [
        "no better than a linear model: train accuracy 0.930 against 0.950"
    ]
