"""Repeat an experiment with other seeds, to see what is chance: `python -m stages.replicate KEY`.

One split and one set of initial weights is one draw of many. Here the table is split, scaled,
trained on and judged again and again, each replicate with seeds of its own. The intervals are
Student's, of the mean over such seeds, with this table: what other rows than the table's would
change, they do not know.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from nn.arithmetic.randomness import random_source
from nn.errors import TrainingDiverged
from nn.judging.intervals import spread
from nn.training.alarms import COLLAPSED
from nn.training.outcome import Outcome
from nn.training.problem import Problem
from nn.training.together import train_together
from stages.judging.scores import (
    LINEAR,
    LINEAR_METRICS,
    TRAINING_ROWS_ONLY,
    linear_settings,
    network_scores,
)
from stages.judging.thresholds import decision_threshold
from stages.normalize import fitted_features
from stages.parameters.file import load_params
from stages.parameters.sections import EvaluateParams, Experiment
from stages.running.command import run, warn
from stages.running.files import write_csv, write_json
from stages.running.trained import Rows
from stages.split import split_table
from stages.tables.table import Table, read_table

METRICS = (
    "accuracy",
    "precision",
    "recall",
    "f1",
    "roc_auc",
    "log_loss",
    "brier",
    "calibration_error",
)
Column = list[Any]


class Seeds(NamedTuple):
    """What to write into `split.seed` and `train.seed` to get a replicate as the experiment."""

    split: int
    train: int


def main(key: str) -> None:
    """Write `metrics/KEY-replicates.json`, and a row a replicate, `curves/KEY-replicates.csv`."""
    experiment = load_params().experiment(key)
    table = read_table(**experiment.data.model_dump())
    judged = "test" if experiment.split.test_size > 0 else "train"

    seeds = [seeds_of(experiment.replicate.seed, n) for n in range(experiment.replicate.count)]
    parts = [prepared_parts(table, experiment, each.split) for each in seeds]
    networks, lines = train_all(parts, table.classes, experiment, seeds)
    columns = {
        "replicate": list(range(len(seeds))),
        **{f"{name}_seed": [getattr(each, name) for each in seeds] for name in Seeds._fields},
        "outcome": [outcome_of(network) for network in networks],
        **scores_of(networks, parts, judged, METRICS, table.classes, experiment.evaluate),
    }
    linear = scores_of(lines, parts, judged, LINEAR_METRICS, table.classes, experiment.evaluate)
    report: dict[str, Any] = {
        "replicates": {
            "count": len(seeds),
            **{name: columns["outcome"].count(name) for name in ("collapsed", "diverged")},
            judged: {
                "rows": len(parts[0][judged].labels),
                **{name: spread(columns[name])._asdict() for name in METRICS},
            },
            "linear": {judged: {name: spread(linear[name])._asdict() for name in linear}},
            "minus_linear": {
                judged: {
                    name: spread(differences(columns[name], linear[name]))._asdict()
                    for name in linear
                }
            },
        },
    }
    columns |= {f"linear_{name}": values for name, values in linear.items()}
    report["each"] = {name: columns[name] for name in columns if name != "replicate"}
    if judged == "train":
        report["note"] = TRAINING_ROWS_ONLY
    report["warnings"] = warnings_of(report["replicates"])

    for warning in report["warnings"]:
        warn(f"{key}: {warning}")
    write_csv(f"curves/{key}-replicates.csv", list(columns), columns.values())
    write_json(f"metrics/{key}-replicates.json", report)


def seeds_of(seed: int, number: int) -> Seeds:
    """Draw the seeds of a replicate; how many there are in all does not change them."""
    return Seeds(
        *(
            int(random_source(seed, f"replicate {number}: {name}").integers(2**32))
            for name in Seeds._fields
        )
    )


def prepared_parts(table: Table, experiment: Experiment, seed: int) -> dict[str, Rows]:
    """Split the table by another seed, and prepare it by what its training rows then show."""
    split = split_table(table, experiment.split.model_copy(update={"seed": seed}))
    missing, normalize = experiment.data.missing, experiment.normalize
    features = fitted_features(table.features, table.columns, split.train, missing, normalize)
    return {
        part: Rows(features[rows], table.labels[rows])
        for part, rows in split._asdict().items()
        if len(rows)
    }


def train_all(
    parts: Sequence[dict[str, Rows]],
    classes: Sequence[str],
    experiment: Experiment,
    seeds: Sequence[Seeds],
) -> tuple[list[Outcome], list[Outcome]]:
    """Train the network and the linear model of each replicate.

    Raises InputError when a linear model diverges: there is nothing to compare with then.
    """
    networks = [
        Problem(
            *each["train"],
            len(classes),
            experiment.train.model_copy(update={"seed": seed.train}),
            each.get("validation"),
        )
        for each, seed in zip(parts, seeds, strict=True)
    ]
    linear = linear_settings(classes, experiment.evaluate)
    lines = train_together([Problem(*each["train"], len(classes), linear) for each in parts])
    for line in lines:
        if isinstance(line, TrainingDiverged):
            raise TrainingDiverged(f"{LINEAR}: {line}") from line
    return train_together(networks), lines


def outcome_of(network: Outcome) -> str:
    """Say in a word how a training ended."""
    if isinstance(network, TrainingDiverged):
        return "diverged"
    collapsed = any(warning.startswith(COLLAPSED) for warning in network.warnings)
    return "collapsed" if collapsed else "trained"


def scores_of(
    outcomes: Sequence[Outcome],
    parts: Sequence[dict[str, Rows]],
    judged: str,
    names: Sequence[str],
    classes: Sequence[str],
    params: EvaluateParams,
) -> dict[str, Column]:
    """Score each replicate on its own rows of one part: a column for each metric.

    None stands where the rows do not define it, or where the training diverged.
    """
    scores: list[dict[str, Any]] = []
    for outcome, rows in zip(outcomes, parts, strict=True):
        if isinstance(outcome, TrainingDiverged):
            scores.append({})
        else:
            threshold = decision_threshold(params.threshold, outcome.network, rows)
            scores.append(network_scores(outcome.network, rows[judged], classes, threshold))
    return {name: [each.get(name) for each in scores] for name in names}


def differences(ones: Column, others: Column) -> Column:
    """Subtract what belongs to the same replicate, where there is both."""
    return [
        None if one is None or other is None else one - other
        for one, other in zip(ones, others, strict=True)
    ]


def warnings_of(report: dict[str, Any]) -> list[str]:
    """Say how many replicates came to nothing."""
    meanings = {
        "collapsed": "predict one class for every training row",
        "diverged": "diverged, and have no part in the figures",
    }
    return [
        f"{report[name]} of {report['count']} replicates {meaning}"
        for name, meaning in meanings.items()
        if report[name]
    ]


if __name__ == "__main__":
    run(main)
