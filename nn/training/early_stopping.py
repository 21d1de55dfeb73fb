"""Early stopping: end when the validation loss falls no longer, and go back to its lowest."""

from nn.arithmetic import Array
from nn.training.settings import EarlyStopping


class Best:
    """The parameters of the lowest loss so far."""

    def __init__(self, rule: EarlyStopping) -> None:
        self.rule = rule
        self.epoch = 0
        self.loss: float | None = None
        self.parameters: Array | None = None

    def is_final(self, epoch: int, loss: float, parameters: Array) -> bool:
        """Note the loss before an epoch; say whether it is time to stop."""
        if self.loss is None or loss < self.loss - self.rule.min_delta:
            self.epoch, self.loss, self.parameters = epoch, loss, parameters.copy()
        return epoch - self.epoch >= self.rule.patience
