"""The settings that suit a table, each with its reason."""

from argparse import Namespace
from typing import Any, NamedTuple

ROWS_FOR_VALIDATION = 200  # below it, rows are worth more in training than beside it
SEED = 42


class Choice(NamedTuple):
    """A setting by its full key within an experiment, its value and why."""

    key: str
    value: Any
    reason: str


def choose(rows: int, features: int, classes: int, smallest: int, given: Namespace) -> list[Choice]:
    """Choose the settings for a table with so many rows, features and classes.

    `smallest` is the number of rows of its rarest class; what is `given` on the command line (not
    None) takes the place of a choice.
    """
    validated = rows >= ROWS_FOR_VALIDATION and smallest >= 3
    batch = next(size for limit, size in BATCHES if rows < limit)
    epochs = next(count for limit, count in EPOCHS if rows < limit) if validated else 500
    replicates = next(count for limit, count in REPLICATES if rows < limit)
    width = 8 if rows < 100 else 16 if rows < 5000 else 32
    beside = "watched for early stopping" if validated else f"{rows} rows are few: all are needed"
    choices = [
        Choice("split.test_size", 0.2, "rows that training never sees, to judge by"),
        Choice("split.validation_size", 0.2 if validated else 0.0, beside),
        Choice("split.stratify", True, "each part gets each class in the table's proportion"),
        Choice("split.seed", SEED, ""),
        Choice("normalize.method", "zscore", "columns of all units on one scale"),
        Choice("normalize.epsilon", 0.0, ""),
        Choice("train.hidden", [width], f"one hidden layer, its units by the {rows} rows"),
        Choice("train.activation", "relu", ""),
        Choice("train.output", *OUTPUTS[classes > 2]),
        Choice("train.initializer", "he", "goes with relu"),
        Choice("train.seed", SEED, ""),
        Choice("train.optimizer", "adam", "finds a step for each weight: little to tune"),
        Choice("train.betas", [0.9, 0.999], ""),
        Choice("train.epsilon", 1.0e-8, ""),
        Choice("train.learning_rate", 0.003 if batch else 0.01, "adam's usual range"),
        Choice("train.learning_rate_decay", 0.0, ""),
        Choice("train.epochs", epochs, "at most, early stopping ends it" if validated else ""),
        Choice("train.batch_size", batch, f"by the {rows} rows" if batch else "all: rows are few"),
        Choice("train.l2", 0.001, "a little, against learning rows by heart"),
        Choice("train.class_weights", None, ""),
        Choice("train.early_stopping", PATIENCE if validated else None, ""),
        Choice("evaluate.threshold", 0.5, ""),
        Choice("evaluate.baseline", _baseline(rows, features), ""),
        Choice("replicate.count", replicates, "trainings with other seeds, to see what is chance"),
        Choice("replicate.seed", SEED, ""),
        Choice("plot.frames", 40, ""),
        Choice("plot.resolution", 150, ""),
    ]
    said = {key: value for key, value in vars(given).items() if value is not None}
    return _consistent(
        [
            Choice(key, said[short], "as you say") if (short := _short(key)) in said else choice
            for choice in choices
            for key in [choice.key]
        ]
    )


BATCHES = ((200, None), (10_000, 32), (100_000, 128), (float("inf"), 512))
EPOCHS = ((10_000, 300), (100_000, 100), (float("inf"), 30))
REPLICATES = ((5000, 30), (100_000, 10), (float("inf"), 3))
PATIENCE = {"patience": 20, "min_delta": 0.0}
OUTPUTS = (("sigmoid", "two classes"), ("softmax", "more than two classes"))


def _short(key: str) -> str:
    """Name the option of a key; the two seeds are one."""
    return key.split(".")[1]


def _consistent(choices: list[Choice]) -> list[Choice]:
    """Leave out early stopping where the person wants no validation part to be watched."""
    values = {choice.key: choice.value for choice in choices}
    if values["split.validation_size"] == 0.0:
        return [
            choice._replace(value=None) if choice.key == "train.early_stopping" else choice
            for choice in choices
        ]
    return [
        choice._replace(value=PATIENCE) if choice.key == "train.early_stopping" else choice
        for choice in choices
    ]


def _baseline(rows: int, features: int) -> dict[str, Any]:
    """Give the logistic regression steps that cannot be too long for so many features."""
    return {
        "optimizer": "nesterov",
        "momentum": 0.9,
        "learning_rate": 0.5 if features <= 30 else float(f"{15 / features:.1g}"),
        "epochs": 500 if rows < 100_000 else 100,
        "l2": 0.001,
    }
