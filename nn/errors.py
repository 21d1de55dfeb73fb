"""Errors that tell a person what to change."""

import difflib
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any


class InputError(ValueError):
    """What a person handed in cannot be used.

    The message is one line for each problem: the thing, its value and the remedy.
    """


class ModelFileError(InputError):
    """A file is not a model that this version of the project can read."""


class OutOfRange(InputError):
    """An element of an array is no number, or too large or too small to be computed with."""

    def __init__(self, value: float, index: tuple[int, ...], lowest: float, highest: float) -> None:
        self.value, self.index, self.lowest, self.highest = value, index, lowest, highest
        super().__init__(
            f"{value} at index {[*index]} cannot be computed with, only "
            f"numbers from {lowest:g} to {highest:g}: is one missing, or has one grown too large?"
        )

    @property
    def network(self) -> int:
        """The place of the network, where the array is (networks, rows, columns) and not of one."""
        return self.index[0] if len(self.index) > 2 else 0

    def of_one_network(self) -> "OutOfRange":
        """Tell the row and column alone."""
        return OutOfRange(self.value, self.index[-2:], self.lowest, self.highest)


class TrainingDiverged(InputError):
    """The loss grew beyond all bounds; the message names the epoch and the remedy."""


class PackageMissing(InputError, ImportError):
    """An optional package is not installed; the message names the command that does it."""

    def __init__(self, user: str, package: str, extra: str) -> None:
        super().__init__(f"{user} needs {package}: pip install '.[{extra}]'")


def nearest(word: str, words: Iterable[Any], used: Container[Any] = ()) -> str:
    """End a message about an unknown word: with the most similar one, or else all there are.

    Those that are `used` have a meaning of their own, and are only named where there is no other.
    """
    words = list(words)
    others = [each for each in words if isinstance(each, str) and each not in used]
    by_letters = {each.casefold(): each for each in reversed(others)}
    for similar in difflib.get_close_matches(word.casefold(), by_letters, n=1):
        return f"; did you mean {by_letters[similar]!r}?"
    listed = ", ".join(map(repr, others or words)) or "none"
    return f"; there is {listed}" if others or not words else f"; there is only {listed}"


def counted(number: int, one: str, several: str | None = None) -> str:
    """Write a number with what is counted: `1 row`, `2 rows`; `1 row is`, `2 rows are`."""
    return f"{number} {one if number == 1 else several or f'{one}s'}"


def shortened(text: str, characters: int = 600) -> str:
    """Cut the middle out of a long text: it ends with the remedy."""
    if len(text) <= characters:
        return text
    beginning, ending = characters * 2 // 3, characters // 3
    return f"{text[:beginning]} ... {text[-ending:]}"


def first_few(findings: Sequence[object], few: int = 5) -> list[str]:
    """Write the first findings one by one, and count the rest."""
    more = len(findings) - few
    return [*map(str, findings[:few]), *([f"and {more} more"] if more > 0 else [])]


@contextmanager
def problems_of(thing: object) -> Iterator[None]:
    """Put the name of a thing, such as a table's path, before each problem that is raised here."""
    try:
        yield
    except InputError as error:
        problems = str(error).splitlines()
        raise InputError("\n".join(f"{thing}: {problem}" for problem in problems)) from error
