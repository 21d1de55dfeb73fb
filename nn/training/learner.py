"""An epoch of learning: for each mini-batch the gradient, the L2 penalty, the optimizer's step."""

from collections.abc import Iterator, Sequence

import numpy as np

from nn.arithmetic import Array, Part, rows_at, rows_in_turn, without_axis
from nn.network.network import Network
from nn.network.outputs import OUTPUTS, AnyLabels
from nn.network.registry import values_needed
from nn.training.backpropagation import Backpropagation
from nn.training.batches import MiniBatches
from nn.training.optimizers import OPTIMIZERS, Optimizer
from nn.training.settings import Settings


class Learner:
    """A network, the rows that it learns from, and the state of its optimizer.

    A leading axis holds several networks, or the only one; each learns from rows of its own.
    """

    def __init__(
        self,
        network: Network,
        features: Array,
        labels: AnyLabels,
        row_weights: Array,
        settings: Sequence[Settings],
    ) -> None:
        """Take features (networks, rows, k), labels (networks, rows), row weights.

        These are what each row counts, (networks, rows, 1), 1 on average. There are settings for
        each network.
        """
        shared, rows = settings[0], features.shape[-2]
        self.network, self.settings = network, settings
        self.features, self.labels, self.row_weights = features, labels, row_weights
        self.rate = np.array([[each.learning_rate] for each in settings])
        self.decay = np.array([[each.learning_rate_decay] for each in settings])
        self.penalty = l2_penalty(network, settings)
        self.batches = MiniBatches(rows, shared.batch_size, [each.seed for each in settings])
        self.output, self.classes = OUTPUTS[network.output], network.sizes[-1]
        self.rows = [without_axis(each) for each in (features, labels[..., None], row_weights)]
        alone = network.over(without_axis(network.parameters))
        self.backpropagation = Backpropagation(alone, shared.precision)
        self.optimizer = optimizer_of(settings)
        self.state = self.optimizer.init(network.parameters)

    def run_epoch(self, epoch: int) -> Iterator[Part]:
        """Learn from every row once, and give the logits of each batch, from before its step.

        Raises OutOfRange when a number grows too large, somewhere within the epoch.
        """
        rate = self.rate / (1.0 + self.decay * epoch)
        parameters = self.network.parameters
        taken = rows_in_turn(self.rows[0], (places for _, places in self.batches))
        for (count, places), features in zip(self.batches, taken, strict=True):
            labels, weights = (rows_at(each, places) for each in self.rows[1:])
            targets = self.output.targets(labels[..., 0], self.classes)
            logits, gradient = self.backpropagation(features, targets, weights / count)
            logits = logits.copy()
            if self.penalty is not None:
                gradient = gradient + self.penalty * parameters
            step, self.state = self.optimizer.update(gradient, self.state, rate)
            parameters += step
            yield Part(places, logits.reshape(-1, *logits.shape[-2:]))


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
