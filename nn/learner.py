"""One epoch of learning: steps over shuffled mini-batches, or one over all rows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic import Array, total
from nn.backpropagation import Backpropagation
from nn.early_stopping import EarlyStopping
from nn.network import Network
from nn.optimizers import OPTIMIZERS, Optimizer
from nn.randomness import random_source

Order = NDArray[np.int64]

ROWS_AT_A_TIME = 2048


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What decides a training, by the names of params.yaml; None where nothing needs it."""

    hidden: tuple[int, ...]
    activation: str | tuple[str, ...]
    negative_slope: float | None = None
    output: str
    initializer: str
    seed: int
    optimizer: str
    momentum: float | None = None
    betas: tuple[float, float] | None = None
    epsilon: float | None = None
    learning_rate: float
    learning_rate_decay: float = 0.0
    epochs: int
    batch_size: int | None = None
    l2: float = 0.0
    class_weights: str | None = None
    early_stopping: EarlyStopping | None = None


def make_optimizer(settings: Settings) -> Optimizer:
    """Make the optimizer that the settings name, with the constants that it needs."""
    constants: dict[str, tuple[object, ...]] = {
        "momentum": (settings.momentum,),
        "nesterov": (settings.momentum,),
        "adam": (settings.betas, settings.epsilon),
    }
    return OPTIMIZERS[settings.optimizer](*constants.get(settings.optimizer, ()))


class Learner:
    """A network, the rows that it learns from, and the state of its optimizer."""

    def __init__(
        self,
        network: Network,
        features: Array,
        targets: Array,
        row_weights: Array,
        settings: Settings,
    ) -> None:
        """Take scaled features (rows, k), targets (rows, outputs), each row's weight (rows, 1)."""
        self.network = network
        self.features, self.targets, self.row_weights = features, targets, row_weights
        self.settings = settings
        self.optimizer = make_optimizer(settings)
        self.state = self.optimizer.init(network.parameters)
        self.shuffles = random_source(settings.seed, "mini-batches")
        self.shrinkage = np.zeros_like(network.parameters)
        for layer in network.layers_of(self.shrinkage):
            layer[..., :-1, :] = settings.l2  # weights only: a bias does not bend the network
        self.passes: dict[int, Backpropagation] = {}

    def run_epoch(self, epoch: int) -> Array:
        """Learn from every row once; return the logits, each from before its own batch's step."""
        rate = self.settings.learning_rate / (1.0 + self.settings.learning_rate_decay * epoch)
        rows = len(self.features)
        batch_size = min(self.settings.batch_size or rows, rows)
        order = self.shuffles.permutation(rows) if batch_size < rows else None
        logits = np.empty_like(self.targets)
        for start in range(0, rows, batch_size):
            stop = min(start + batch_size, rows)
            gradient = self._gradient(start, stop, order, logits)
            if self.settings.l2:
                gradient += self.shrinkage * self.network.parameters
            step, self.state = self.optimizer.update(gradient, self.state, rate)
            self.network.parameters += step
        return logits

    def _gradient(self, start: int, stop: int, order: Order | None, logits: Array) -> Array:
        """Add up the gradient of a batch, in parts of rows that fit into the cache."""
        gradients = []
        for first in range(start, stop, ROWS_AT_A_TIME):
            last = min(first + ROWS_AT_A_TIME, stop)
            rows = slice(first, last) if order is None else order[first:last]
            passes = self._passes_over(rows, last - first)
            logits[rows] = part = passes.logits()
            weights = self.row_weights[rows] / (stop - start)
            gradients.append(passes.gradient_at(part, self.targets[rows], weights))
            if last < stop or gradients[1:]:
                gradients[-1] = gradients[-1].copy()  # the next part writes over it
        return gradients[0] if len(gradients) == 1 else total(np.stack(gradients), axis=0)

    def _passes_over(self, rows: slice | Order, count: int) -> Backpropagation:
        """Find the buffers for so many rows, and put the rows in unless they are there for good."""
        always_all = isinstance(rows, slice) and count == len(self.features)
        if count not in self.passes:
            self.passes[count] = Backpropagation(self.network, count)
        elif always_all:
            return self.passes[count]
        self.passes[count].set_features(self.features[rows])
        return self.passes[count]
