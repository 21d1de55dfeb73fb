"""The rows of a sweep: training and validation rows of an experiment, and never a test row."""

from pathlib import Path

import numpy as np

from commands.sweeping.trial import SweepData
from nn.errors import InputError
from nn.preparing.preprocessing import features_of, fit_preprocessing
from nn.splitting import split_table
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
    table = read_table(**experiment.data.model_dump(), **experiment.split.reading())
    split = experiment.split.drawing()
    parts = split_table(table.labels, table.classes, table.keys, **split)
    if len(parts.validation):
        chosen = [(parts.train, parts.validation)]
    else:
        chosen = []
        keys = None if table.keys is None else table.keys[parts.train]
        split |= {"test_size": 0.0, "validation_size": sweep.validation_size or 0.0}
        for replicate in range(sweep.replicates):
            purpose = f"sweep, replicate {replicate}"
            inner = split_table(
                table.labels[parts.train], table.classes, keys, **split, purpose=purpose
            )
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
        experiment.evaluate.deciding,
        table.keys is None,
    )
