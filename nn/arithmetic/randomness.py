"""Where every random number comes from: a seed and a purpose, never a global state."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def random_source(seed: int, purpose: str) -> np.random.Generator:
    """Make the random source of one use.

    Two purposes under one seed draw independent numbers, so that a change of what is drawn for
    the one (more epochs, say) never changes the other (the split). The generator is PCG64, which
    is integer arithmetic and so the same on every machine; `seed` must not be negative.
    """
    entropy = [seed, *purpose.encode("utf-8")]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))


def drawn_order(source: np.random.Generator, count: int) -> NDArray[np.integer[Any]]:
    """Draw an order of so many things, (count,): as `permutation` does, in half the memory."""
    order: NDArray[Any] = np.arange(count, dtype=np.int32 if count < 2**31 else np.int64)
    source.shuffle(order)
    return order
