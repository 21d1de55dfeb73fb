"""`Settings(...)` as in a notebook: NumPy's numbers, and mistakes in one line each."""

from typing import Any

import numpy as np
import pytest

from nn import Settings
from nn.errors import InputError

PLAIN: dict[str, Any] = {
    "hidden": [4],
    "activation": "relu",
    "output": "sigmoid",
    "initializer": "he",
    "seed": 1,
    "optimizer": "gradient_descent",
    "learning_rate": 0.1,
    "epochs": 12,
}


def test_numbers_of_numpy_are_numbers():
    given = {
        "hidden": (np.int64(4),),
        "seed": np.uint32(1),
        "learning_rate": np.float64(0.1),
        "epochs": np.int8(12),
    }
    settings = Settings(**PLAIN | given)
    assert settings == Settings(**PLAIN) == Settings(**PLAIN | {"hidden": np.array([4])})
    assert {type(each) for each in (settings.seed, settings.epochs, *settings.hidden)} == {int}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"epochs": 0}, ["epochs: 0 should be greater than or equal to 1"]),
        ({"hidden": [4, 0]}, ["hidden[1]: 0 should be greater than or equal to 1"]),
        ({"seed": np.float64(1.5)}, ["seed: 1.5 should be a valid integer"]),
        ({"epoch": 3}, ["epoch: unknown key; did you mean 'epochs'?"]),
        (
            {"optimizer": "adam"},
            [
                "betas: is missing; optimizer adam needs it",
                "epsilon: is missing; optimizer adam needs it",
            ],
        ),
        (
            {"momentum": 0.9},
            ["momentum: is only for optimizer momentum or nesterov; take it out"],
        ),
        (
            {"epochs": -1, "seed": "one"},
            [
                'seed: "one" should be a valid integer',
                "epochs: -1 should be greater than or equal to 1",
            ],
        ),
    ],
)
def test_a_mistake_is_a_line_that_names_key_value_and_remedy(changes, told):
    with pytest.raises(InputError) as raised:
        Settings(**PLAIN | changes)
    assert sorted(str(raised.value).splitlines()) == sorted(told)
    assert raised.value.__context__ is None or raised.value.__suppress_context__


def test_a_section_within_another_says_its_key():
    with pytest.raises(InputError, match=r"^early_stopping\.patience: 0 should be greater"):
        Settings(**PLAIN | {"early_stopping": {"patience": 0, "min_delta": 0.0}})
