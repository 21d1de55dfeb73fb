"""The cells of a table, collected chunk by chunk in files: it may be larger than the memory."""

from collections.abc import Mapping, Sequence
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from nn.arithmetic import row_blocks
from nn.preparing.forms import Kind
from stages.tables.cells import Chunk

Array = NDArray[np.float64]


class Collected:
    """A table's features and its target, in a file each; texts are numbered as they first occur."""

    def __init__(
        self,
        names: Sequence[str],
        target: str,
        kinds: Mapping[str, Kind],
        file: BinaryIO,
        file_of_target: BinaryIO,
    ) -> None:
        """Take the features' names, the target's, what columns hold, and two empty files."""
        self.names, self.target = names, target
        self.texts: dict[str, dict[str, float]] = {
            name: {} for name in (*names, target) if kinds[name] in ("text", "class")
        }
        """By column, the number of each text, "" not among them."""
        self.rows, self.file, self.file_of_target = 0, file, file_of_target

    def add(self, chunk: Chunk) -> None:
        """Take the next rows."""
        *features, target = (
            self._coded(name, chunk.columns[name]) if name in self.texts else chunk.columns[name]
            for name in (*self.names, self.target)
        )
        self.file.write(np.stack(features, axis=1).tobytes())
        self.file_of_target.write(target.tobytes())
        self.rows += len(chunk.lines)

    def targets(self) -> Array:
        """Give the numbers to predict, or those of texts, (rows,), mapped from the file."""
        if not self.rows:
            return np.empty(0)
        self.file_of_target.flush()
        return np.asarray(np.memmap(self.file_of_target, np.float64, "r", shape=(self.rows,)))

    def features(self, categories: Mapping[str, Sequence[str] | None]) -> Array:
        """Give the features, (rows, columns), mapped from the file.

        Of a column of texts they are the places among its categories, NaN where one is missing.
        """
        self.file.flush()
        mapped = np.asarray(
            np.memmap(self.file, np.float64, "r+", shape=(self.rows, len(self.names)))
        )
        for place, name in enumerate(self.names):
            if (ordered := categories[name]) is not None:
                new = places_in(ordered, self.texts[name])
                for block in row_blocks(mapped, len(self.names)):
                    known = ~np.isnan(block[:, place])
                    block[known, place] = new[block[known, place].astype(np.int64)]
        return mapped

    def _coded(self, name: str, texts: NDArray[np.object_]) -> Array:
        from pandas import factorize  # here, so that whoever reads no table need not wait for it

        numbers = self.texts[name]
        places, different = factorize(texts)
        for text in different:
            if text and text not in numbers:
                numbers[text] = float(len(numbers))
        return np.array([numbers.get(text, np.nan) for text in different])[places]


def places_in(ordered: Sequence[str], numbers: Mapping[str, float]) -> Array:
    """Find the place of each text among those in order, by its number: (texts,)."""
    places = {text: float(place) for place, text in enumerate(ordered)}
    return np.array([places[text] for text in numbers], dtype=np.float64)
