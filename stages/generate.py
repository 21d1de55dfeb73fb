"""Write a synthetic table: `python -m stages.generate KEY`, a key of `generators`."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic.randomness import random_source
from nn.datasets import DATASETS
from stages.running.command import run
from stages.running.files import write_csv
from stages.running.parameters.file import load_params
from stages.running.parameters.sections import GENERATED


def main(key: str) -> None:
    """Draw the table and write `data/generated/KEY.csv`, its numbers with 6 decimals.

    Features are x1 and x2, or x if there is one; the target is label, or y if it is a number.
    """
    generator = load_params().generator(key)

    shape = generator.model_dump(exclude={"kind", "seed"}, exclude_none=True)
    source = random_source(generator.seed, "generate")
    features, targets = DATASETS[generator.kind](**shape, source=source)

    columns = dict(zip(("x1", "x2") if features.shape[1] == 2 else ("x",), features.T, strict=True))
    columns["label" if targets.dtype.kind == "i" else "y"] = targets
    write_csv(GENERATED / f"{key}.csv", [*columns], [written(each) for each in columns.values()])


def written(values: NDArray[Any]) -> Iterable[object]:
    """Write numbers with 6 decimals, which cuts off what libm's last bits could change."""
    if values.dtype.kind == "i":
        return values
    return (f"{value:.6f}" for value in np.round(values, 6) + 0.0)  # never -0.0


if __name__ == "__main__":
    run(main)
