"""Features that lie in a file, handed to another process of this machine by the file's name."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nn.training.problem import Problem


class InFile(NamedTuple):
    """Where an array lies: what `np.memmap` needs to open it."""

    filename: str
    dtype: str
    offset: int
    shape: tuple[int, ...]


def in_files(problem: Problem) -> Problem:
    """Put in place of features that are all of a file where they lie."""
    return _with(problem, _in_file)


def opened(problem: Problem) -> Problem:
    """Open the features again."""
    return _with(problem, _opened)


def _with(problem: Problem, change: Any) -> Problem:
    problem = problem._replace(features=change(problem.features))
    if problem.validation:
        features, labels = problem.validation
        problem = problem._replace(validation=(change(features), labels))
    return problem


def _in_file(array: NDArray[Any]) -> Any:
    owner: Any = array
    while isinstance(owner, np.ndarray) and not isinstance(owner, np.memmap):
        owner = owner.base
    if not isinstance(owner, np.memmap) or owner.filename is None:
        return array
    if array.shape != owner.shape or array.strides != owner.strides:
        return array
    return InFile(str(owner.filename), owner.dtype.str, owner.offset, owner.shape)


def _opened(array: Any) -> NDArray[Any]:
    if not isinstance(array, InFile):
        return np.asarray(array)
    filename, dtype, offset, shape = array
    return np.asarray(np.memmap(filename, dtype, "r", offset, shape))
