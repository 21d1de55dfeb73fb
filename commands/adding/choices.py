"""The settings that suit a table, each with its reason."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

ROWS_FOR_VALIDATION = 200  # below it, rows are worth more in training than in validation
SEED = 42


class Choice(NamedTuple):
    """A setting: its full key within an experiment, its value, and the reason for it."""

    key: str
    value: Any
    reason: str


def choose(
    rows: int, features: int, classes: int, smallest: int, given: Mapping[str, Any]
) -> list[Choice]:
    """Choose the settings for a table with so many rows, features and classes, 0 for numbers.

    `smallest` is the number of rows of its rarest class. What is `given` on the command line, by
    the last part of its key and not None, replaces a choice; a seed replaces all seeds.
    """
    validated = rows >= ROWS_FOR_VALIDATION and (smallest >= 3 or not classes)
    learnt = rows * (0.6 if validated else 0.8)
    batch, most = (_by(rows, choices) for choices in (BATCHES, EPOCHS))
    size = rows * max(features, USUAL_FEATURES) // USUAL_FEATURES  # in rows of the usual length
    members, replicates = (_by(size, choices) for choices in (MEMBERS, REPLICATES))
    epochs = most if validated else min(most, EPOCHS_UNWATCHED)
    beside = "watched for early stopping" if validated else f"{rows} rows are few: all are needed"
    choices = [
        Choice("split.test_size", 0.2, "rows that training never sees, to judge by"),
        Choice("split.validation_size", 0.2 if validated else 0.0, beside),
        *_split_by(classes, given),
        Choice("split.seed", SEED, ""),
        Choice(
            "normalize.method", "smooth_clip", "columns of all units on one scale, none far out"
        ),
        Choice("normalize.clip", 3.0, ""),
        Choice("train.ensemble", members, _members_told(size, rows)),
        Choice("train.hidden", [64, 64], "two hidden layers"),
        Choice("train.activation", "relu", ""),
        Choice("train.output", *OUTPUTS[min(classes, 3)]),
        Choice("train.initializer", "he", "goes with relu"),
        Choice("train.seed", SEED, ""),
        Choice("train.optimizer", "adam", "adapts the step of each weight: little to tune"),
        Choice("train.betas", [0.9, 0.999], ""),
        Choice("train.epsilon", 1.0e-8, ""),
        Choice("train.learning_rate", 0.003, "adam's usual range"),
        Choice("train.learning_rate_decay", 0.0, ""),
        Choice("train.epochs", epochs, "at most, early stopping ends it" if validated else ""),
        Choice("train.batch_size", batch, f"by the {rows} rows"),
        Choice(
            "train.l2", float(f"{L2 / learnt:.2g}"), "against overfitting: more, the fewer rows"
        ),
        Choice("train.class_weights", None, ""),
        Choice("train.precision", "single", "trained faster, to the same quality"),
        Choice("train.early_stopping", PATIENCE if validated else None, ""),
        *([Choice("evaluate.threshold", 0.5, "")] if classes else []),
        *([] if classes else [Choice("evaluate.interval", INTERVAL, INTERVAL_TOLD)]),
        Choice("evaluate.baseline", _baseline(rows, features, classes, learnt), ""),
        Choice("replicate.count", replicates, _replicates_told(size, rows, features)),
        Choice("replicate.seed", SEED, ""),
        Choice("plot.frames", 40, ""),
        Choice("plot.resolution", 150, ""),
    ]
    return _consistent([_replaced(choice, given) for choice in choices])


# Chosen by `python -m benchmarks.tables --choosing`. What is by the rows is so by their number.
BATCHES = ((200, 32), (10_000, 64), (100_000, 256), (float("inf"), 512))
EPOCHS = ((10_000, 300), (100_000, 100), (float("inf"), 30))
EPOCHS_UNWATCHED = 100
USUAL_CLASSES = 20  # of more, an epoch of the linear model takes so much longer
USUAL_FEATURES = 100  # of more, members and replicates cost so much more
MEMBERS = ((10_000, 8), (100_000, 4), (1_000_000, 2), (float("inf"), 1))
REPLICATES = ((1000, 30), (10_000, 5), (float("inf"), 3))
L2 = 3.0  # for one training row
PATIENCE = {"patience": 20, "min_delta": 0.0}
OUTPUTS = {
    0: ("linear", "a number"),
    2: ("sigmoid", "two classes"),
    3: ("softmax", "more than two classes"),
}
STRATIFY = (
    (True, "each part gets small and large numbers in the table's proportion"),
    (True, "each part gets each class in the table's proportion"),
)
INTERVAL = 0.9
INTERVAL_TOLD = "the share of numbers that an interval should hold, by validation rows"


def _split_by(classes: int, given: Mapping[str, Any]) -> list[Choice]:
    """Choose what rows are drawn by: classes or quantiles, a group as well, or an order alone."""
    if given.get("order") is not None:
        no_classes = "rows in an order are not drawn by class"
        return [
            Choice("split.stratify", False, no_classes),
            Choice("split.order", given["order"], ""),
        ]
    stratify = Choice("split.stratify", *STRATIFY[classes > 0])
    if given.get("group") is None:
        return [stratify]
    return [stratify, Choice("split.group", given["group"], "")]


def _replaced(choice: Choice, given: Mapping[str, Any]) -> Choice:
    value = given.get(choice.key.split(".")[1])
    return choice if value is None else choice._replace(value=value, reason="as you say")


def _consistent(choices: list[Choice]) -> list[Choice]:
    """Stop early where there is a validation part to watch, and nowhere else."""
    (size,) = (choice.value for choice in choices if choice.key == "split.validation_size")
    stopping = None if size == 0.0 else PATIENCE
    choices = [
        choice for choice in choices if choice.key != "evaluate.interval" or stopping is not None
    ]
    return [
        choice._replace(value=stopping) if choice.key == "train.early_stopping" else choice
        for choice in choices
    ]


def _by(size: int, choices: Sequence[tuple[float, int]]) -> int:
    return next(value for limit, value in choices if size < limit)


def _members_told(size: int, rows: int) -> str:
    told = "networks, of which the mean answers: it is off by less than one of them"
    return told if size < MEMBERS[0][0] else f"{told}; few, as each may hold all {rows} rows"


def _replicates_told(size: int, rows: int, features: int) -> str:
    told = "trainings with other seeds, to see what is chance"
    if size < REPLICATES[0][0]:
        return told
    wide = f" of {features} features" if features > USUAL_FEATURES else ""
    return f"{told}; few, as {rows} rows{wide} take long"


def _baseline(rows: int, features: int, classes: int, learnt: float) -> dict[str, Any]:
    """Choose the training of the linear model: the more features, the shorter its steps.

    Its penalty is that of scikit-learn's LogisticRegression() and Ridge(): the sum of all rows'
    losses, and half the sum of squared weights; so for a mean loss it goes by the rows learnt from.

    The squared error curves more than the cross-entropy: with steps above 1 / features it could
    grow, where features say much the same.
    """
    short = 0.5 if features <= 30 else float(f"{15 / features:.1g}")
    return {
        "optimizer": "nesterov",
        "momentum": 0.9,
        "learning_rate": short if classes else min(0.5, float(f"{1 / features:.1g}")),
        "epochs": 500 if rows * max(classes, USUAL_CLASSES) < 100_000 * USUAL_CLASSES else 100,
        "l2": float(f"{1 / learnt:.1g}"),
    }
