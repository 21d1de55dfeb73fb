"""Ten epochs of training beside plain NumPy's, scikit-learn's and PyTorch's: `make bench`.

What counts is the ratio within a group, the figure in brackets: all of a group run in one process,
one after the other. PyTorch takes part where it is installed.
"""

import warnings
from collections.abc import Callable
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from benchmarks.plain import make_epoch
from nn.arithmetic import tuned_numpy
from nn.training.loop import train
from nn.training.problem import Problem
from nn.training.settings import EarlyStopping, Settings
from nn.training.stack import Stack

EPOCHS = 10
SIZES = {  # rows, features, hidden units, rows in a batch
    "8x3-4": (8, 3, (4,), 8),
    "800x2-16": (800, 2, (16,), 800),
    "1600x2-5": (1600, 2, (5,), 1600),
    "455x30-16": (455, 30, (16,), 455),
    "1600x30-64-32": (1600, 30, (64, 32), 1600),
    "20000x2-16": (20000, 2, (16,), 20000),
    "200000x100-256-128": (200000, 100, (256, 128), 1024),
}


def repeated(epoch: Callable[[], None]) -> Callable[[], None]:
    def epochs() -> None:
        for _ in range(EPOCHS):
            epoch()

    return epochs


def ours(precision, features, labels, hidden, batch_size) -> Callable[[], object]:
    settings = Settings(
        hidden=hidden,
        activation=("relu",),
        output="sigmoid",
        initializer="he",
        seed=0,
        optimizer="gradient_descent",
        learning_rate=0.01,
        epochs=1,
        batch_size=batch_size,
        precision=precision,
    )
    stack = Stack([Problem(features, labels, 2, settings)], snapshots=0)

    def epochs() -> None:
        with tuned_numpy():  # as `train` does
            for epoch in range(EPOCHS):
                stack.learn(epoch, lambda share: None)

    return epochs


def plain_numpy(features, labels, hidden, batch_size) -> Callable[[], object]:
    random = np.random.default_rng(0)
    sizes = (features.shape[1], *hidden, 1)
    shapes = list(pairwise(sizes))
    weights = [random.standard_normal(shape) * np.sqrt(2 / shape[0]) for shape in shapes]
    biases = [np.zeros((1, outputs)) for _, outputs in shapes]
    targets = labels[:, None].astype(float)
    return repeated(make_epoch(features, targets, weights, biases, batch_size))


def scikit_learn(features, labels, hidden, batch_size) -> Callable[[], object]:
    network = MLPClassifier(
        hidden,
        solver="sgd",
        momentum=0.0,
        alpha=0.0,
        batch_size=batch_size,
        learning_rate_init=0.01,
        max_iter=EPOCHS,
        n_iter_no_change=EPOCHS + 1,
    )
    return lambda: network.fit(features, labels)


def pytorch(dtype, features, labels, hidden, batch_size) -> Callable[[], object]:
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    sizes = (features.shape[1], *hidden)
    layers = []
    for inputs, outputs in pairwise(sizes):
        layers += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
    network = torch.nn.Sequential(*layers, torch.nn.Linear(sizes[-1], 1)).to(getattr(torch, dtype))
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01)
    loss = torch.nn.BCEWithLogitsLoss()
    x, y = (
        torch.from_numpy(array).to(getattr(torch, dtype)) for array in (features, labels[:, None])
    )

    def epoch() -> None:
        order = torch.randperm(len(x)) if batch_size < len(x) else None
        for start in range(0, len(x), batch_size):
            batch = slice(None) if order is None else order[start : start + batch_size]
            optimizer.zero_grad()
            loss(network(x[batch]), y[batch]).backward()
            optimizer.step()

    return repeated(epoch)


CONTENDERS: dict[str, Callable[..., Callable[[], object]]] = {
    "double": partial(ours, "double"),
    "single": partial(ours, "single"),
    "plain_numpy": plain_numpy,
    "scikit_learn": scikit_learn,
    "pytorch_float32": partial(pytorch, "float32"),
    "pytorch_float64": partial(pytorch, "float64"),
}


@pytest.mark.parametrize("contender", CONTENDERS)
@pytest.mark.parametrize("size", SIZES)
def test_ten_epochs(benchmark, size, contender):
    rows, features, hidden, batch_size = SIZES[size]
    random = np.random.default_rng(0)
    table = random.standard_normal((rows, features))
    labels = (table[:, 0] * table[:, 1] > 0).astype(np.int64)
    benchmark.group = size
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        benchmark(CONTENDERS[contender](table, labels, hidden, batch_size))


@pytest.mark.parametrize("precision", ["double", "single"])
def test_a_training_with_validation_rows_and_early_stopping(benchmark, precision):
    random = np.random.default_rng(0)
    table = random.standard_normal((600, 30))
    labels = (table[:, 0] * table[:, 1] > 0).astype(np.int64)
    settings = Settings(
        hidden=(16,),
        activation=("relu",),
        output="sigmoid",
        initializer="he",
        seed=0,
        optimizer="adam",
        betas=(0.9, 0.999),
        epsilon=1e-8,
        learning_rate=0.003,
        epochs=30,
        batch_size=32,
        early_stopping=EarlyStopping(patience=30, min_delta=0.0),
        precision=precision,
    )
    benchmark.group = "30 epochs of 455x30-16 in batches of 32, validated"
    with threadpool_limits(1):
        benchmark(train, table[:455], labels[:455], 2, settings, (table[455:], labels[455:]))
