"""Thirty trainings together beside one alone and beside thirty, one after the other: `make bench`.

What counts is the ratio within a group, the figure in brackets, between `alone` and the others.
Each is an experiment of params.yaml as to network, optimizer and batch, for fewer epochs, on random
rows of its table's shape.
"""

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from nn.training.loop import train, train_together
from nn.training.problem import Problem
from stages.running.parameters.file import load_params

REPLICATES = 30
SIZES = {  # training rows, features, epochs
    "body": (8, 3, 100),
    "basic": (10, 2, 300),
    "circles": (800, 2, 20),
    "large": (1600, 2, 20),
    "breast_cancer": (369, 30, 5),
}


def problems(key):
    rows, features, epochs = SIZES[key]
    settings = load_params().experiment(key).train
    found = []
    for seed in range(REPLICATES):
        random = np.random.default_rng(seed)
        table = random.standard_normal((rows, features))
        labels = (table[:, 0] * table[:, 1] > 0).astype(np.int64)
        own = settings.model_copy(update={"seed": seed, "epochs": epochs, "early_stopping": None})
        found.append(Problem(table, labels, 2, own))
    return found


def alone(some):
    train(*some[0])


def one_by_one(some):
    for problem in some:
        train(*problem)


@pytest.mark.parametrize("way", [alone, train_together, one_by_one], ids=lambda way: way.__name__)
@pytest.mark.parametrize("key", SIZES)
def test_thirty_trainings(benchmark, key, way):
    benchmark.group = key
    with threadpool_limits(1):
        benchmark(way, problems(key))
