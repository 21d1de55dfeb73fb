"""One epoch of learning: steps over shuffled mini-batches, or one over all rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic import Array, total
from nn.arithmetic.randomness import random_source
from nn.errors import InputError
from nn.network.network import Network
from nn.training.backpropagation import Backpropagation
from nn.training.early_stopping import EarlyStopping
from nn.training.optimizers import OPTIMIZERS, Optimizer, some_of

Order = NDArray[np.int64]
Index = tuple[Any, ...]

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
    arithmetic: str = "portable"


def make_optimizer(settings: Sequence[Settings], stacked: bool) -> Optimizer:
    """Make the optimizer that the settings name, with the constants that it needs."""

    def constant(name: str) -> Any:
        return abreast([getattr(one, name) for one in settings], stacked)

    match name := settings[0].optimizer:
        case "momentum" | "nesterov":
            return OPTIMIZERS[name](constant("momentum"))
        case "adam":
            betas = zip(*(one.betas or () for one in settings), strict=True)
            return OPTIMIZERS[name](
                tuple(abreast(list(values), stacked) for values in betas), constant("epsilon")
            )
        case _:
            return OPTIMIZERS[name]()


def abreast(values: Sequence[Any], stacked: bool) -> Any:
    """Give the number of the one network there is, or an array (networks, 1) of several's."""
    return np.array(values)[:, None] if stacked else values[0]


class Learner:
    """A network, the rows that it learns from, and the state of its optimizer.

    Where the network has a leading axis, several learn in step, each from rows of its own.
    """

    def __init__(
        self,
        network: Network,
        features: Array,
        targets: Array,
        row_weights: Array,
        settings: Sequence[Settings],
    ) -> None:
        """Take features (..., rows, k), targets (..., rows, outputs), row weights (..., rows, 1).

        There are settings for each network; they may differ in numbers and seeds, not in what is
        computed.
        """
        self.network = network
        self.features, self.targets, self.row_weights = features, targets, row_weights
        self.settings = settings
        stacked = network.parameters.ndim > 1
        self.rate = abreast([one.learning_rate for one in settings], stacked)
        self.decay = abreast([one.learning_rate_decay for one in settings], stacked)
        self.optimizer = make_optimizer(settings, stacked)
        self.state = self.optimizer.init(network.parameters)
        self.has_l2 = settings[0].l2 > 0.0
        self.shrinkage = np.zeros_like(network.parameters)
        l2 = np.asarray(abreast([one.l2 for one in settings], stacked))
        for layer in network.layers_of(self.shrinkage):
            layer[..., :-1, :] = l2[..., None]  # weights only: a bias does not bend the network
        rows = features.shape[-2]
        self.batch_size = min(settings[0].batch_size or rows, rows)
        counts = {self.batch_size, rows % self.batch_size} - {0}  # the last batch may be smaller
        self.shares = {count: row_weights / count for count in counts}
        self.shuffles = (
            [random_source(one.seed, "mini-batches") for one in settings]
            if self.batch_size < rows
            else []
        )
        self.order: Order | None = None
        self.ordered_epoch = -1
        self.passes: dict[int, Backpropagation] = {}

    def only(self, which: int | list[int]) -> "Learner":
        """Go on with the networks at these places, or with one, without a leading axis."""
        places = [which] if isinstance(which, int) else which
        some = Learner(
            self.network.over(self.network.parameters[which].copy()),
            self.features[which],
            self.targets[which],
            self.row_weights[which],
            [self.settings[place] for place in places],
        )
        some.state = some_of(self.state, which)
        if self.shuffles:
            some.shuffles = [self.shuffles[place] for place in places]
        some.order = None if self.order is None else self.order[which]
        some.ordered_epoch = self.ordered_epoch
        return some

    def run_epoch(self, epoch: int) -> Array:
        """Learn from every row once; return the logits, each from before its own batch's step.

        Raises InputError when a number grows too large; all is then as before the epoch.
        """
        rate = self.rate / (1.0 + self.decay * epoch)
        rows = self.features.shape[-2]
        order = self._order(epoch)
        logits = np.empty_like(self.targets)
        before = self.network.parameters.copy(), self.state
        try:
            for start in range(0, rows, self.batch_size):
                stop = min(start + self.batch_size, rows)
                gradient = self._gradient(start, stop, order, logits)
                if self.has_l2:
                    gradient += self.shrinkage * self.network.parameters
                step, self.state = self.optimizer.update(gradient, self.state, rate)
                self.network.parameters += step
        except InputError:
            self.network.parameters[...], self.state = before
            raise
        return logits

    def _order(self, epoch: int) -> Order | None:
        """Shuffle the rows (..., rows) anew for each epoch, unless they are all in one batch."""
        if self.shuffles and epoch > self.ordered_epoch:
            rows = self.features.shape[-2]
            orders = [shuffles.permutation(rows) for shuffles in self.shuffles]
            self.order = np.stack(orders) if self.features.ndim > 2 else orders[0]
            self.ordered_epoch = epoch
        return self.order

    def _gradient(self, start: int, stop: int, order: Order | None, logits: Array) -> Array:
        """Add up the gradient of a batch, in parts of rows that fit into the cache."""
        gradients = []
        shares = self.shares[stop - start]
        for first in range(start, stop, ROWS_AT_A_TIME):
            last = min(first + ROWS_AT_A_TIME, stop)
            rows = self._places(first, last, order)
            passes = self._passes_over(rows, last - first, order is None)
            logits[rows] = part = passes.logits()
            gradient = passes.gradient_at(part, self.targets[rows], shares[rows])
            if last - first == stop - start:
                return gradient
            gradients.append(gradient.copy())  # the next part writes over it
        return total(np.stack(gradients), axis=0)

    def _places(self, first: int, last: int, order: Order | None) -> Index:
        """Find where the rows of a part stand in an array (..., rows, columns)."""
        if order is None:
            return ..., slice(first, last), slice(None)
        if order.ndim == 1:
            return (order[first:last],)
        return np.arange(len(order))[:, None], order[:, first:last]

    def _passes_over(self, rows: Index, count: int, in_order: bool) -> Backpropagation:
        """Find the buffers for so many rows, and put the rows in unless they are there for good."""
        always_all = in_order and count == self.features.shape[-2]
        if count not in self.passes:
            arithmetic = self.settings[0].arithmetic
            self.passes[count] = Backpropagation(self.network, count, arithmetic)
        elif always_all:
            return self.passes[count]
        self.passes[count].set_features(self.features[rows])
        return self.passes[count]
