"""`Network.logits` beside the same layers in plain NumPy: `make bench`.

What counts is the ratio within a group, the figure in brackets: at most 6 where a block of rows
takes more than ten million multiplications, 12 elsewhere.
"""

from collections.abc import Callable

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from nn.network.network import Network, parameter_count

SIZES = {  # rows, features, hidden units
    "2000x2-16": (2000, 2, (16,)),
    "2000x30-16": (2000, 30, (16,)),
    "20000x30-64-32": (20000, 30, (64, 32)),
    "2000x100-256-128": (2000, 100, (256, 128)),
    "2000x784-128": (2000, 784, (128,)),
    "1000x3000-64": (1000, 3000, (64,)),
}


def exact(network, features) -> Callable[[], object]:
    return lambda: network.logits(features)


def plain_numpy(network, features) -> Callable[[], object]:
    def logits():
        values = features
        for layer, (weights, biases) in enumerate(
            zip(network.weights, network.biases, strict=True)
        ):
            sums = values @ weights + biases
            values = np.maximum(sums, 0.0) if layer < len(network.hidden) else sums
        return values

    return logits


@pytest.mark.parametrize("contender", [exact, plain_numpy])
@pytest.mark.parametrize("size", SIZES)
def test_logits(benchmark, size, contender):
    rows, features, hidden = SIZES[size]
    random = np.random.default_rng(0)
    sizes = (features, *hidden, 1)
    parameters = random.standard_normal(parameter_count(sizes)) / np.sqrt(features)
    network = Network(sizes, ["relu"] * len(hidden), "sigmoid", parameters)
    benchmark.group = f"logits {size}"
    with threadpool_limits(1):
        benchmark(contender(network, random.standard_normal((rows, features))))
