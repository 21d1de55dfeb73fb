"""Parts of messages that several commands have in common."""

from collections.abc import Sequence

from nn.judging.registry import METRICS
from nn.network.outputs import CLASSIFICATION
from stages.figures.numbers import Write, four_decimals, short

FEW = 3


def first_few(names: Sequence[str]) -> str:
    """Join the first three names, and say how many more there are."""
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return ", ".join(names[:FEW]) + more


def in_a_line(text: str, most: int | None = None) -> str:
    """Escape what would tear a line apart, and cut what is longer than `most` characters."""
    whole = text if text.isprintable() else repr(text)[1:-1]
    return whole if most is None or len(whole) <= most else f"{whole[:most]}..."


def writer_of(metric: str) -> Write:
    """Choose how a metric is written: with four decimals, or in a target's units as these need."""
    return four_decimals if METRICS[metric].task == CLASSIFICATION else short
