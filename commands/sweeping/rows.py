"""The rows of a sweep: training and validation rows of an experiment, and never a test row."""

from pathlib import Path

import numpy as np

from commands.sweeping.scores import Rows
from commands.sweeping.trial import SweepData
from nn.errors import InputError
from nn.randomness import random_source
from nn.scaling import fit_scaling
from nn.splitting import split_rows
from stages.params import GENERATED, Experiment, SweepParams
from stages.tables import read_table


def sweep_data(experiment: Experiment, sweep: SweepParams) -> SweepData:
    """Read the table and part it as the stage `split` does; drop the test rows.

    With a validation part, trials are judged by it, as a training in the pipeline is. Without one
    each replicate draws its own from the training rows: a score then tells also how much depends on
    which rows those are, and no row is used up for good. Features are scaled as the stage
    `normalize` does, by the rows that are trained on.
    """
    path = Path(experiment.data.path)
    if path.parent == GENERATED and not path.is_file():
        raise InputError(f"{path.as_posix()}: is missing; make it: dvc repro generate@{path.stem}")
    table = read_table(experiment.data.path, experiment.data.target)
    names, split = np.array(table.classes)[table.labels], experiment.split
    parts = split_rows(
        names,
        split.test_size,
        split.validation_size,
        split.stratify,
        random_source(split.seed, "split"),
    )
    if len(parts.validation):
        chosen = [(parts.train, parts.validation)]
    else:
        chosen = []
        for replicate in range(sweep.replicates):
            source = random_source(split.seed, f"sweep, replicate {replicate}")
            size = sweep.validation_size or 0.0
            inner = split_rows(names[parts.train], 0.0, size, split.stratify, source)
            chosen.append((parts.train[inner.train], parts.train[inner.validation]))

    def scaled(training: np.ndarray, validation: np.ndarray) -> tuple[Rows, Rows]:
        method, epsilon = experiment.normalize.method, experiment.normalize.epsilon or 0.0
        scaling = fit_scaling(table.features[training], method, epsilon)
        first, second = (
            Rows(scaling.apply(table.features[rows]), table.labels[rows])
            for rows in (training, validation)
        )
        return first, second

    return SweepData(
        tuple(scaled(*rows) for rows in chosen),
        len(table.classes),
        sweep.metric,
        experiment.evaluate.threshold,
    )
