"""Which settings a sweep tries: a grid, or random draws from a seed."""

import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from nn.arithmetic import exp, log
from nn.arithmetic.randomness import random_source
from nn.errors import InputError
from nn.training.settings import Settings
from stages.running.parameters.file import with_training
from stages.running.parameters.sections import Dimension, Experiment, SweepParams, is_whole

DIGITS = 4  # of a number from a range: more would make no difference, and are harder to read
REPEATED_DRAWS = 1000  # in succession, after which no new setting is expected


class Candidate(NamedTuple):
    """A training setting to try, with its number in the table."""

    number: int
    train: Settings


def candidates(key: str, experiment: Experiment, sweep: SweepParams) -> list[Candidate]:
    """List the settings to try, each once; number 0 is the present one of params.yaml.

    They are fewer than `trials` where the space has no more. Raises InputError for values that do
    not go together.
    """
    found = [Candidate(0, experiment.train)]
    seen = {experiment.train.model_dump_json()}
    repeated = 0
    for changes in proposals(sweep):
        try:
            train = with_training(experiment, key, changes).train
        except InputError as error:
            setting = ", ".join(f"{name} {value}" for name, value in changes.items())
            problem = str(error).splitlines()[0]
            raise InputError(f"experiments.{key}.sweep.space: with {setting}: {problem}") from error
        identity = train.model_dump_json()
        repeated = repeated + 1 if identity in seen else 0
        if not repeated:
            seen.add(identity)
            found.append(Candidate(len(found), train))
        if len(found) - 1 == sweep.trials or repeated == REPEATED_DRAWS:
            break
    return found


def proposals(sweep: SweepParams) -> Iterator[dict[str, Any]]:
    """Yield changes to the training section: those of a grid in order, or endless random draws."""
    if sweep.method == "grid":
        values = [points(key, dimension) for key, dimension in sweep.space.items()]
        for combined in itertools.product(*values):
            yield dict(zip(sweep.space, combined, strict=True))
        return
    # A source for each key, so that another key in the space leaves the draws of these as they are.
    sources = {key: random_source(sweep.seed or 0, f"sweep, {key}") for key in sweep.space}
    while True:
        yield {key: draw(key, sweep.space[key], source) for key, source in sources.items()}


def points(key: str, dimension: Dimension) -> list[Any]:
    """List the values of a key in a grid: equal steps from one end of a range to the other."""
    if dimension.values:
        return list(dimension.values)
    steps = dimension.steps or 2
    numbers = [between(key, dimension, step / (steps - 1)) for step in range(steps)]
    return list(dict.fromkeys(numbers))  # of whole numbers some may coincide


def draw(key: str, dimension: Dimension, source: np.random.Generator) -> Any:
    """Draw a value of a key, each with the same probability."""
    if dimension.values:
        return dimension.values[source.integers(len(dimension.values))]
    if dimension.range and is_whole(key):
        low, high = map(int, dimension.range)
        return int(source.integers(low, high, endpoint=True))
    return between(key, dimension, source.random())


def between(key: str, dimension: Dimension, share: float) -> float | int:
    """Find the number at a share, from 0 to 1, of the way along a range."""
    low, high = dimension.ends or (0, 0)
    if share in (0.0, 1.0):
        return low if share == 0.0 else high
    if dimension.log_range:
        number = low * float(exp(share * log(np.array(high / low))))
    else:
        number = low + share * (high - low)
    number = round(number) if is_whole(key) else float(f"{number:.{DIGITS}g}")
    return min(max(number, low), high)


def plain(train: Settings) -> dict[str, Any]:
    """Describe a setting by the keys and values that params.yaml has for it."""
    values = train.model_dump(mode="json")
    if len(train.activation) == 1:
        (values["activation"],) = train.activation
    return values
