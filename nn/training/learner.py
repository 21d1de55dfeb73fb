"""An epoch of learning: for each mini-batch the gradient, the L2 penalty, the optimizer's step."""

from collections.abc import Sequence

import numpy as np

from nn.arithmetic import Array, release, rows_at, without_axis
from nn.network.network import Network
from nn.network.registry import values_needed
from nn.training.backpropagation import Backpropagation
from nn.training.batches import MiniBatches
from nn.training.optimizers import OPTIMIZERS, Optimizer
from nn.training.settings import Settings

ROWS_IN_MEMORY = 2048  # of a table that lies in a file; the system reads far more than is asked for


class Learner:
    """A network, the rows that it learns from, and the state of its optimizer.

    A leading axis holds several networks, or the only one; each learns from rows of its own.
    """

    def __init__(
        self,
        network: Network,
        features: Array,
        targets: Array,
        row_weights: Array,
        settings: Sequence[Settings],
    ) -> None:
        """Take features (networks, rows, k), targets (networks, rows, outputs), row weights.

        These are what each row counts, (networks, rows, 1), 1 on average. There are settings for
        each network.
        """
        shared, rows = settings[0], features.shape[-2]
        self.network, self.settings = network, settings
        self.features, self.targets, self.row_weights = features, targets, row_weights
        self.rate = np.array([[each.learning_rate] for each in settings])
        self.decay = np.array([[each.learning_rate_decay] for each in settings])
        self.penalty = l2_penalty(network, settings)
        self.batches = MiniBatches(rows, shared.batch_size, [each.seed for each in settings])
        # By the rows of a batch, the last of which may be smaller: features, targets, and what each
        # row counts in its mean loss.
        self.rows = {
            count: [without_axis(each) for each in (features, targets, row_weights / count)]
            for count in self.batches.counts
        }
        alone = network.over(without_axis(network.parameters))
        self.backpropagation = Backpropagation(alone, shared.precision)
        self.optimizer = optimizer_of(settings)
        self.state = self.optimizer.init(network.parameters)

    def run_epoch(self, epoch: int) -> Array:
        """Learn from every row once; return the logits, each from before its own batch's step.

        Raises OutOfRange when a number grows too large, somewhere within the epoch.
        """
        rate = self.rate / (1.0 + self.decay * epoch)
        parameters, logits = self.network.parameters, []
        unreleased = 0
        for count, places in self.batches:
            unreleased += count
            if unreleased > ROWS_IN_MEMORY:
                release(self.features)
                unreleased = count
            rows = [rows_at(each, places) for each in self.rows[count]]
            of_batch, gradient = self.backpropagation(*rows)
            logits.append(of_batch.copy())
            if self.penalty is not None:
                gradient = gradient + self.penalty * parameters
            step, self.state = self.optimizer.update(gradient, self.state, rate)
            parameters += step
        return self.batches.in_table_order(logits)


def l2_penalty(network: Network, settings: Sequence[Settings]) -> Array | None:
    """Give each parameter the strength of its penalty, (networks, P); None where there is none.

    The derivative of the penalty is that times the parameter. Biases have none: they do not bend
    what the network computes.
    """
    if settings[0].l2 == 0.0:
        return None
    penalty = np.zeros_like(network.parameters)
    for layer in network.layers_of(penalty):
        layer[..., :-1, :] = np.array([each.l2 for each in settings])[:, None, None]
    return penalty


def optimizer_of(settings: Sequence[Settings]) -> Optimizer:
    """Make the optimizer that all settings name, each network with constants of its own."""
    factory = OPTIMIZERS[settings[0].optimizer]
    needed = [values_needed(factory, each) for each in settings]
    # Numbers become (networks, 1); pairs become two of these.
    return factory(
        **{name: np.array([each[name] for each in needed]).T[..., None] for name in needed[0]}
    )
