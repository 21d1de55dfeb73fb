"""A neural network from scratch, in NumPy, with the same bits on every machine.

What is named here is imported when it is first used, so that a part of the package costs no more
than itself: ``from nn.judging.metrics import accuracy`` does not load the training loop.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nn.model_file import Model, load_model
    from nn.network.network import Network
    from nn.training.loop import train
    from nn.training.outcome import Training
    from nn.training.settings import Settings

_HOMES = {
    "Model": "nn.model_file",
    "Network": "nn.network.network",
    "Settings": "nn.training.settings",
    "Training": "nn.training.outcome",
    "load_model": "nn.model_file",
    "train": "nn.training.loop",
}
__all__ = ["Model", "Network", "Settings", "Training", "load_model", "train"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'nn' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
