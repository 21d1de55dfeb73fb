"""Repeat an experiment with other seeds, to see what is chance: `python -m stages.replicate KEY`.

One split and one set of initial weights is one draw of many. Here the table is split, scaled,
trained on and judged again and again, each replicate with seeds of its own. Or, where rows are few,
it is split into folds, and each replicate is tested on another of them. The intervals are
Student's, of the mean over such seeds and this table; they do not cover what other rows would
change.

What takes longer than a moment is trained on all processors of this machine or, where the
environment variable DASK_SCHEDULER_ADDRESS names one, on a Dask cluster: with the same bytes.
"""

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from numpy.typing import NDArray

from nn.arithmetic import random_source, release
from nn.errors import TrainingDiverged
from nn.judging.intervals import spread
from nn.judging.registry import METRICS, metrics_for
from nn.network.outputs import CLASSIFICATION
from nn.preparing.preprocessing import features_of, fit_preprocessing
from nn.preparing.target import fit_target, scaled_targets
from nn.splitting import Split, fold_table, split_table
from nn.training.alarms import COLLAPSED
from nn.training.outcome import Outcome
from nn.training.problem import Problem
from stages.executing.checkpoints import checkpoints
from stages.executing.progress import Progress
from stages.executing.training import train_everywhere
from stages.judging.baselines import linear_model, linear_model_diverged
from stages.judging.cautions import TRAINING_ROWS_ONLY
from stages.judging.parts import judge_parts
from stages.judging.tasks import TASKS
from stages.judging.thresholds import Rule
from stages.running.artifacts import (
    Rows,
    SplitTable,
    judged_part,
    new_array,
    read_split,
    taken,
)
from stages.running.command import run, warn
from stages.running.files import write_csv, write_json
from stages.running.parameters.file import load_params
from stages.running.parameters.sections import Experiment, ReplicateParams

Values = list[Any]
"""One for each replicate."""


class Seeds(NamedTuple):
    """The `split.seed` and `train.seed` that make the experiment itself this replicate."""

    split: int
    train: int


def main(key: str) -> None:
    """Write `results/KEY-replicates.json`, and a row a replicate, `curves/KEY-replicates.csv`.

    In a regression the rows are in `curves/KEY-replicates-numbers.csv`, as `dvc plots` draws one
    column of a file. Of the two files, the other has but a header.
    """
    with checkpoints("replicate", key) as folder, tables_of(key) as tables:
        replicate_and_write(key, folder, tables)


@contextmanager
def tables_of(key: str) -> Iterator[Path]:
    """Make a folder for the tables of all replicates, which may not fit into memory."""
    folder = Path(f"artifacts/{key}/.replicate.tables")
    shutil.rmtree(folder, ignore_errors=True)  # of a run that was killed
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def replicate_and_write(key: str, folder: Path, tables: Path) -> None:
    """Train what no earlier run has, by the checkpoints in a folder, and write what came of all."""
    experiment = load_params().experiment(key)
    table = read_split(key)
    deciding, task = experiment.evaluate.deciding, experiment.data.task

    folds = experiment.replicate.folds
    seeds = replicate_seeds(experiment.replicate)
    with Progress(f"replicate {key}: tables", "tables", len(seeds)) as progress:
        parts = prepared_parts(table, experiment, seeds, tables, progress)
    judged = judged_part(parts[0])
    networks, linear_models = train_all(
        key, parts, table.classes, experiment, seeds, folder, is_drawn=table.keys is None
    )
    with Progress(f"replicate {key}: judged", "networks", 2 * len(seeds)) as progress:
        of_networks = metrics_of(progress.over(networks), parts, metrics_for(task), deciding)
        names = TASKS[task].linear_metrics
        linear = metrics_of(progress.over(linear_models), parts, names, deciding)
    columns = {
        "replicate": list(range(len(seeds))),
        **{f"{name}_seed": [getattr(each, name) for each in seeds] for name in Seeds._fields},
        "outcome": [outcome_of(network) for network in networks],
        **of_networks,
    }
    report: dict[str, Any] = {
        "replicates": {
            "count": len(seeds),
            **({} if folds is None else {"folds": folds}),
            **{name: columns["outcome"].count(name) for name in ("collapsed", "diverged")},
            **summary_of(columns, linear, judged),
        },
    }
    # Of folds, all that are tested: each once.
    judged_rows = [len(each[judged].labels) for each in parts]
    report["replicates"][judged]["rows"] = judged_rows[0] if folds is None else sum(judged_rows)
    columns |= {f"linear_{name}": values for name, values in linear.items()}
    report["each"] = {name: columns[name] for name in columns if name != "replicate"}
    if judged == "train":
        report["note"] = TRAINING_ROWS_ONLY
    report["warnings"] = warnings_of(report["replicates"], task)

    for warning in report["warnings"]:
        warn(f"{key}: {warning}")
    files = ("replicates", "replicates-numbers")
    own, other = files if task == CLASSIFICATION else reversed(files)
    write_csv(f"curves/{key}-{own}.csv", list(columns), columns.values())
    write_csv(f"curves/{key}-{other}.csv", ["replicate"], [[]])
    write_json(f"results/{key}-replicates.json", report)


def seeds_of(seed: int, number: int) -> Seeds:
    """Draw the seeds of a replicate; they do not depend on how many replicates there are."""
    return Seeds(
        *(
            int(random_source(seed, f"replicate {number}: {name}").integers(2**32))
            for name in Seeds._fields
        )
    )


def replicate_seeds(replicate: ReplicateParams) -> list[Seeds]:
    """Draw the seeds of all replicates; folds, which are of one split, share its seed."""
    if replicate.folds is None:
        assert replicate.count is not None  # one of them is given
        return [seeds_of(replicate.seed, number) for number in range(replicate.count)]
    split = int(random_source(replicate.seed, f"{replicate.folds} folds").integers(2**32))
    trainings = (seeds_of(replicate.seed, number).train for number in range(replicate.folds))
    return [Seeds(split, training) for training in trainings]


def splits_of(
    table: SplitTable, labels: NDArray[Any], experiment: Experiment, seeds: Sequence[Seeds]
) -> Iterator[Split]:
    """Split the table for each replicate: by its seed, or into folds."""
    drawing, folds = experiment.split.drawing(), experiment.replicate.folds
    if folds is not None:
        del drawing["test_size"]  # a fold is tested
        drawing["seed"] = seeds[0].split
        yield from fold_table(labels, table.classes, table.keys, folds, **drawing)
        return
    for seed in seeds:
        drawing["seed"] = seed.split
        yield split_table(labels, table.classes, table.keys, **drawing)


def prepared_parts(
    table: SplitTable,
    experiment: Experiment,
    seeds: Sequence[Seeds],
    folder: Path,
    progress: Progress,
) -> list[dict[str, Rows]]:
    """Split the table for each replicate, and scale it by what its training rows then show.

    Features are in files of the folder. A part without rows is left out.
    """
    values, labels = table.whole(folder)
    normalize = experiment.normalize.model_dump(exclude_none=True)
    replicates = []
    splits = progress.over(splits_of(table, labels, experiment, seeds))
    for number, split in enumerate(splits):
        preprocessing = fit_preprocessing(
            values, table.columns, table.missing, rows=split.train, **normalize
        )
        width = len(preprocessing.feature_names)
        parts = {}
        for part, rows in split._asdict().items():
            if not len(rows):
                continue
            features = new_array(folder / f"{number}-{part}.npy", (len(rows), width))
            start = 0
            for block in taken(values, rows, width):
                features[start : start + len(block)] = features_of(
                    preprocessing, block, table.columns
                )
                start += len(block)
                release(features)
            parts[part] = Rows(features, labels[rows])
        replicates.append(parts)
    return replicates


def train_all(
    key: str,
    parts: Sequence[dict[str, Rows]],
    classes: Sequence[str],
    experiment: Experiment,
    seeds: Sequence[Seeds],
    folder: Path,
    is_drawn: bool,
) -> tuple[list[Outcome], list[Outcome]]:
    """Train the network and the linear model of each replicate.

    Raises InputError when a linear model diverges: there is nothing to compare with then.
    """
    scaled = [scaled_targets(each, fit_target(each["train"].labels)) for each in parts]
    networks = [
        Problem(
            *each["train"],
            len(classes),
            experiment.train.model_copy(update={"seed": seed.train}),
            each.get("validation"),
            is_drawn=is_drawn,
        )
        for each, seed in zip(scaled, seeds, strict=True)
    ]
    baseline = experiment.evaluate.baseline.model_dump()
    models = [linear_model(Rows(*each["train"]), classes, baseline) for each in scaled]
    linear = [Problem(*each.rows, len(classes), each.settings) for each in models]
    problems = [*networks, *linear]
    epochs = sum(problem.settings.epochs * problem.settings.ensemble for problem in problems)
    with Progress(f"replicate {key}", "epochs", epochs) as progress:
        outcomes = train_everywhere(problems, folder, progress)
    trained, linear_models = outcomes[: len(networks)], outcomes[len(networks) :]
    for outcome in linear_models:
        if isinstance(outcome, TrainingDiverged):
            raise linear_model_diverged(outcome) from outcome
    return trained, linear_models


def outcome_of(network: Outcome) -> str:
    """Say in a word how a training ended."""
    if isinstance(network, TrainingDiverged):
        return "diverged"
    collapsed = any(warning.startswith(COLLAPSED) for warning in network.warnings)
    return "collapsed" if collapsed else "trained"


def metrics_of(
    outcomes: Iterable[Outcome],
    parts: Sequence[dict[str, Rows]],
    names: Iterable[str],
    threshold: float | Rule | None,
) -> dict[str, Values]:
    """Compute metrics of each replicate on its own judged part.

    None stands where the rows do not define one, or where the training diverged.
    """
    values: dict[str, Values] = {name: [] for name in names}
    for outcome, each in zip(outcomes, parts, strict=True):
        judged = None
        if not isinstance(outcome, TrainingDiverged):
            part = judged_part(each)
            needed = {name: each[name] for name in (part, "validation") if name in each}
            target = fit_target(each["train"].labels)
            judged = judge_parts(
                outcome.network, needed, threshold, target, outcome.held_out
            ).parts[part]
        for name, column in values.items():
            column.append(None if judged is None else METRICS[name].value(judged))
    return values


def summary_of(
    network: Mapping[str, Values], linear: Mapping[str, Values], judged: str
) -> dict[str, Any]:
    """Summarise the metrics of the networks, of the linear models, and of their differences."""
    minus_linear = {name: differences(network[name], linear[name]) for name in linear}
    return {
        judged: {
            name: spread(values)._asdict() for name, values in network.items() if name in METRICS
        },
        "linear": {judged: {name: spread(linear[name])._asdict() for name in linear}},
        "minus_linear": {
            judged: {name: spread(values)._asdict() for name, values in minus_linear.items()}
        },
    }


def differences(ones: Values, others: Values) -> Values:
    """Subtract the values of the same replicate; None where one of them is not defined."""
    return [
        None if one is None or other is None else one - other
        for one, other in zip(ones, others, strict=True)
    ]


def warnings_of(report: dict[str, Any], task: str) -> list[str]:
    """Count the replicates that collapsed or diverged, in a sentence for each."""
    answer = "class" if task == CLASSIFICATION else "number"
    meanings = {
        "collapsed": f"predict one {answer} for every training row",
        "diverged": "diverged, and have no part in the figures",
    }
    return [
        f"{report[name]} of {report['count']} replicates {meaning}"
        for name, meaning in meanings.items()
        if report[name]
    ]


if __name__ == "__main__":
    run(main)
