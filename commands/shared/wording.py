"""Parts of messages that several commands have in common."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from nn.errors import InputError
from nn.judging.registry import METRICS
from nn.network.outputs import CLASSIFICATION
from stages.figures.numbers import Write, four_decimals, short

FEW = 3


def first_few(names: Sequence[str]) -> str:
    """Join the first three names, and say how many more there are."""
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return ", ".join(names[:FEW]) + more


@contextmanager
def problems_of(thing: object) -> Iterator[None]:
    """Put the name of a thing, such as a table's path, before each problem that is raised here."""
    try:
        yield
    except InputError as error:
        raise InputError(
            "\n".join(f"{thing}: {problem}" for problem in str(error).splitlines())
        ) from error


def writer_of(metric: str) -> Write:
    """Choose how a metric is written: with four decimals, or in a target's units as these need."""
    return four_decimals if METRICS[metric].task == CLASSIFICATION else short
