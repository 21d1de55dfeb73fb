"""The rows of a sweep: training and validation rows of an experiment, and never a test row."""

from pathlib import Path

import numpy as np

from commands.sweeping.trial import SweepData
from nn.arithmetic.randomness import random_source
from nn.errors import InputError
from nn.preparing.preprocessing import features_of, fit_preprocessing
from nn.splitting import kinds_of, split_rows, split_table
from stages.running.artifacts import Rows
from stages.running.parameters.sections import GENERATED, Experiment, SweepParams
from stages.tables.table import read_table


def sweep_data(experiment: Experiment, sweep: SweepParams) -> SweepData:
    """Read the table and split it as the stage `split` does, without the test rows.

    With a validation part, trials are judged by it, as a training in the pipeline is. Without one,
    each replicate draws its own from the training rows, and the spread of its scores shows how much
    depends on that draw. Features are prepared as the stage `normalize` does, fitted on the rows
    that are trained on.
    """
    path = Path(experiment.data.path)
    if path.parent == GENERATED and not path.is_file():
        raise InputError(f"{path.as_posix()}: is missing; make it: dvc repro generate@{path.stem}")
    table = read_table(**experiment.data.model_dump())
    split = experiment.split
    parts = split_table(table.labels, table.classes, **split.model_dump())
    if len(parts.validation):
        chosen = [(parts.train, parts.validation)]
    else:
        chosen = []
        for replicate in range(sweep.replicates):
            source = random_source(split.seed, f"sweep, replicate {replicate}")
            size = sweep.validation_size or 0.0
            kinds = kinds_of(table.labels[parts.train], table.classes)
            inner = split_rows(kinds, 0.0, size, split.stratify, source)
            chosen.append((parts.train[inner.train], parts.train[inner.validation]))

    def prepared(training: np.ndarray, validation: np.ndarray) -> tuple[Rows, Rows]:
        missing = experiment.data.missing
        normalize = experiment.normalize.model_dump(exclude_none=True)
        fitted = fit_preprocessing(table.features[training], table.columns, missing, **normalize)
        features = features_of(fitted, table.features, table.columns)
        watched = Rows(features[validation], table.labels[validation])
        return Rows(features[training], table.labels[training]), watched

    return SweepData(
        tuple(prepared(*rows) for rows in chosen),
        len(table.classes),
        sweep.metric,
        experiment.evaluate.threshold,
    )
