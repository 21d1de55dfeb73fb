"""One epoch of learning: steps over shuffled mini-batches, or one over all rows."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic import Array
from nn.backpropagation import Backpropagation
from nn.early_stopping import EarlyStopping
from nn.network import Network
from nn.optimizers import OPTIMIZERS, Optimizer
from nn.randomness import random_source


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
        if self.settings.batch_size is None or self.settings.batch_size >= rows:
            if not self.passes:
                self._passes(rows).set_features(self.features)
            return self._step(self._passes(rows), self.targets, self.row_weights / rows, rate)
        logits = np.empty_like(self.targets)
        for batch in self._batches():
            passes = self._passes(len(batch))
            passes.set_features(self.features[batch])
            weights = self.row_weights[batch] / len(batch)
            logits[batch] = self._step(passes, self.targets[batch], weights, rate)
        return logits

    def _batches(self) -> Iterator[NDArray[np.int64]]:
        assert self.settings.batch_size is not None
        order = self.shuffles.permutation(len(self.features))
        for start in range(0, len(order), self.settings.batch_size):
            yield order[start : start + self.settings.batch_size]

    def _passes(self, rows: int) -> Backpropagation:
        if rows not in self.passes:
            self.passes[rows] = Backpropagation(self.network, rows)
        return self.passes[rows]

    def _step(
        self, passes: Backpropagation, targets: Array, row_weights: Array, rate: float
    ) -> Array:
        logits = passes.logits()
        gradient = passes.gradient_at(logits, targets, row_weights)
        if self.settings.l2:
            gradient += self.shrinkage * self.network.parameters
        step, self.state = self.optimizer.update(gradient, self.state, rate)
        self.network.parameters += step
        return logits
