"""How often each text is in a column, counted block by block in bounded memory.

Of a column with few different texts all are counted. Of one with very many, those that came first;
of the others one of each shape stands for all of its shape, as 123.45 for every number of three
digits and two behind a point. So nothing that is written in its own way is missed.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

SAMPLED = 10  # texts of each block that are counted all the same: days change along a file
MOST_SHAPES = 2000  # a column with more is of texts to be read, not of numbers
HASHES = 1 << 14  # by which different texts are estimated, to one per cent
DIGITS = str.maketrans("012345678", "9" * 9)


class Tally:
    """The texts of a column so far, and how many rows have each."""

    def __init__(self, most: int) -> None:
        """Count so many different texts one by one."""
        self.most = most
        self.counts = Counter[str]()
        self.first: dict[str, int] = {}
        """In which line of the file each text is first."""
        self.shapes: dict[str, str] | None = None
        """Of a column with very many texts, the one that stands for a shape."""
        self.hashes = np.empty(0, dtype=np.uint64)
        """Of the different texts of such a column, the smallest ones."""

    @property
    def is_exact(self) -> bool:
        """Whether every text is counted by itself."""
        return self.shapes is None

    @property
    def different(self) -> int:
        """How many different texts there are; of very many an estimate.

        By the k-th smallest of their hashes, which lie evenly (Bar-Yossef et al., Counting
        Distinct Elements in a Data Stream, 2002).
        """
        if self.shapes is None or len(self.hashes) < HASHES:
            return max(len(self.counts), len(self.hashes))
        return round((HASHES - 1) / (float(self.hashes[-1]) * 2.0**-64))

    def add(self, texts: NDArray[np.object_], lines: NDArray[np.int64]) -> None:
        """Count the texts of the next rows, which begin in these lines."""
        listed = texts.tolist()
        here = Counter(listed)
        new = [text for text in here if text not in self.counts]
        if self.shapes is None and len(self.counts) + len(new) > self.most:
            self.shapes = {}
            self._hash([*self.counts])
            self._know(self.counts)
        if self.shapes is not None:
            self._hash(new)
            room = max(self.most - len(self.counts), 0)
            self._know(new[:room])
            self._count_by_shape(here, new[room:])
        if kept := [text for text in new if text in here]:
            line_of = dict(zip(reversed(listed), reversed(lines.tolist()), strict=True))
            self.first |= {text: line_of[text] for text in kept}
        for text, rows in here.items():
            self.counts[text] += rows

    def add_alike(self, text: str, rows: int) -> None:
        """Count further rows under a text that stands for theirs."""
        self.counts[text] += rows

    def _know(self, texts: Iterable[str]) -> None:
        """Let texts stand for their shapes, those that came first."""
        assert self.shapes is not None
        for text in texts:
            self.shapes.setdefault(shape_of(text), text)

    def _count_by_shape(self, here: Counter[str], new: Sequence[str]) -> None:
        """Count new texts under those that stand for their shapes, but for some of them.

        Those of too many shapes are not counted.
        """
        assert self.shapes is not None
        sampled = {*new[:: max(len(new) // SAMPLED, 1)]}
        for text in new:
            shape = shape_of(text)
            is_known, is_full = shape in self.shapes, len(self.shapes) >= MOST_SHAPES
            if is_full or (is_known and text not in sampled):
                rows = here.pop(text)
                if is_known:
                    here[self.shapes[shape]] += rows
            else:
                self.shapes.setdefault(shape, text)

    def _hash(self, texts: Sequence[str]) -> None:
        from pandas.util import hash_array

        if texts:
            hashes = hash_array(np.array(texts, dtype=object), categorize=False)
            self.hashes = np.unique(np.concatenate([self.hashes, hashes]))[:HASHES]


def shape_of(text: str) -> str:
    """Write every digit as 9, the first one as 0 where it is: what it is made of, not which."""
    shape = text.translate(DIGITS)
    first = shape.find("9")
    return shape if first < 0 or text[first] != "0" else f"{shape[:first]}0{shape[first + 1 :]}"
