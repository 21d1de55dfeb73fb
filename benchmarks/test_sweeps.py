"""A sweep beside scikit-learn's RandomizedSearchCV over its MLPClassifier: `make bench`.

What counts is the ratio within a group, the figure in brackets. Both try so many settings of one
space on the same rows, training part and validation part as they are, for the same epochs, on the
same number of processors with one BLAS thread each; their processes' start counts for both.
"""

import warnings
from functools import partial

import numpy as np
import pytest
from scipy.stats import loguniform
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import PredefinedSplit, RandomizedSearchCV
from sklearn.neural_network import MLPClassifier

from commands.sweeping.rows import sweep_data
from commands.sweeping.session import run_sweep
from commands.sweeping.trial import run_batch
from stages.executing.cores import cores
from stages.executing.workers import workers_for
from stages.running.parameters.file import load_params, with_training
from stages.running.parameters.sections import SweepParams

WORKERS = min(cores(), 8)
UNITS = (8, 16, 32)
RATES, PENALTIES = (1e-3, 0.1), (1e-5, 0.1)
TRIALS = 40 * WORKERS
EPOCHS = {"breast_cancer": 100, "large": 100}
SOLVERS = {
    "breast_cancer": {"solver": "adam", "batch_size": 32},
    "large": {"solver": "sgd", "momentum": 0.0, "batch_size": 1600},
}


def sweep_of(experiment, trials):
    return SweepParams.model_validate(
        {
            "method": "random",
            "trials": trials,
            "seed": 0,
            "metric": "log_loss",
            "replicates": 1,
            "validation_size": None if experiment.split.validation_size else 0.2,
            "space": {
                "hidden": [[units] for units in UNITS],
                "learning_rate": {"log_range": list(RATES)},
                "l2": {"log_range": list(PENALTIES)},
            },
        }
    )


def ours(key, experiment, data, folder, monkeypatch):
    sweep = sweep_of(experiment, TRIALS - 1)  # and the present setting

    def run():
        for file in folder.glob("sweeps/*"):
            file.unlink()
        rows = run_sweep(
            key, experiment, sweep, data, workers_for(partial(run_batch, data), WORKERS)
        )
        assert len(rows) == TRIALS
        assert all(row.outcome.outcome == "finished" for row in rows)

    monkeypatch.chdir(folder)
    return run


def scikit_learn(key, experiment, data, folder, monkeypatch):
    (training, validation), *_ = data.splits
    features = np.concatenate([training.features, validation.features])
    labels = np.concatenate([training.labels, validation.labels])
    fold = np.repeat([-1, 0], [len(training.labels), len(validation.labels)])
    epochs = experiment.train.epochs
    network = MLPClassifier(max_iter=epochs, n_iter_no_change=epochs + 1, tol=0.0, **SOLVERS[key])
    space = {
        "hidden_layer_sizes": [(units,) for units in UNITS],
        "learning_rate_init": loguniform(*RATES),
        "alpha": loguniform(*PENALTIES),
    }
    search = RandomizedSearchCV(
        network,
        space,
        n_iter=TRIALS,
        scoring="neg_log_loss",
        cv=PredefinedSplit(fold),
        refit=False,
        n_jobs=WORKERS,
        random_state=0,
    )
    monkeypatch.setenv("PYTHONWARNINGS", f"ignore::{ConvergenceWarning.__mro__[1].__name__}")
    return lambda: search.fit(features, labels)


@pytest.mark.parametrize("contender", [ours, scikit_learn], ids=["commands.sweep", "scikit-learn"])
@pytest.mark.parametrize("key", EPOCHS)
def test_many_trials(benchmark, key, contender, tmp_path, monkeypatch):
    experiment = load_params().experiment(key)
    train = {"epochs": EPOCHS[key], "early_stopping": None}
    experiment = with_training(experiment, key, train)
    data = sweep_data(experiment, sweep_of(experiment, TRIALS))
    run = contender(key, experiment, data, tmp_path, monkeypatch)
    benchmark.group = f"{key}: {TRIALS} trials, {EPOCHS[key]} epochs, {WORKERS} processors"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        benchmark.pedantic(run, rounds=2)
    benchmark.extra_info["trials per second"] = TRIALS / benchmark.stats.stats.min
