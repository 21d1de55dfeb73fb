"""Write a synthetic table: `python -m stages.generate KEY`, a key of `generators`."""

import numpy as np

from nn.arithmetic.randomness import random_source
from nn.datasets import DATASETS
from stages.running.command import run
from stages.running.files import write_csv
from stages.running.parameters.file import load_params
from stages.running.parameters.sections import GENERATED


def main(key: str) -> None:
    """Draw the table and write `data/generated/KEY.csv`: x1, x2 with 6 decimals, and label."""
    generator = load_params().generator(key)

    shape = generator.model_dump(exclude={"kind", "seed"}, exclude_none=True)
    source = random_source(generator.seed, "generate")
    features, labels = DATASETS[generator.kind](**shape, source=source)

    # What libm's last bits could change is cut off here. Adding 0 makes -0.0 an ordinary 0.0.
    x1, x2 = (np.round(features, 6) + 0.0).T
    write_csv(
        GENERATED / f"{key}.csv",
        ["x1", "x2", "label"],
        [(f"{x:.6f}" for x in x1), (f"{x:.6f}" for x in x2), labels],
    )


if __name__ == "__main__":
    run(main)
