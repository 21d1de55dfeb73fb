"""Parting a table into training, validation and test rows, as params.yaml says."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic.randomness import random_source
from nn.splitting import Split, split_rows


def split_table(
    labels: NDArray[np.int64],
    classes: Sequence[str],
    *,
    test_size: float,
    validation_size: float,
    stratify: bool,
    seed: int,
) -> Split:
    """Draw the rows of each part; `labels`, (rows,), are places in `classes`.

    The other arguments are the section `split` of params.yaml. Raises InputError where there are
    too few rows, of which it names the class.
    """
    names = np.array(classes)[labels]
    source = random_source(seed, "split")
    return split_rows(names, test_size, validation_size, stratify, source)
