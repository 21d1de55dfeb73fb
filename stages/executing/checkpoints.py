"""Checkpoints: what long trainings have come to, on disk, for the run after one that was killed.

The clock decides when one is written, and nothing of what is computed: a training goes on from it
to the same bits. It is read again only where data, settings and code are those that it was made of.
"""

import hashlib
import math
import pickle
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from nn.arithmetic import row_blocks
from nn.errors import TrainingDiverged
from nn.training.outcome import Outcome
from nn.training.problem import Problem
from nn.training.stack import Stack
from nn.training.watching import Watcher, resume, state_of
from stages.executing.project_code import code_hash, hash_of
from stages.running.command import warn
from stages.running.files import write_bytes

SECONDS = 10.0  # between two checkpoints: more of a training is not lost
SHARE = 20  # times as long as a checkpoint took: so long there is no other
GOES_ON = "the same command goes on from the last checkpoint"
DIGEST = 32  # bytes, of SHA-256


@contextmanager
def checkpoints(stage: str, key: str) -> Iterator[Path]:
    """Name a folder for a stage's checkpoints, which is deleted when the stage has done its work.

    The folder need not exist. It is hidden beside the outputs, where neither DVC nor git looks.
    """
    folder = Path(f"artifacts/{key}/.{stage}.checkpoints")
    try:
        yield folder
    except KeyboardInterrupt:
        raise KeyboardInterrupt(*[GOES_ON] if folder.exists() else []) from None
    except TrainingDiverged:  # and would again
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)


class Checkpoint(Watcher):
    """Writes down every few seconds what a training has come to; begins where one was killed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.paths: dict[Stack, Path] = {}  # of the stack that learns

    def path(self, stack: Stack) -> Path:
        """Name a stack's file by all that decides what comes of it."""
        if stack not in self.paths:
            name = fingerprint((stack.problems, stack.snapshots))
            self.paths = {stack: self.folder / name}
        return self.paths[stack]

    def begin(self, stack: Stack) -> None:
        """Let the stack stand where a run that was killed left it."""
        state = read(self.path(stack)) if self.folder.exists() else None
        if state:
            resume(stack, state)
            print(f"{self.folder}: goes on after epoch {stack.epoch}", file=sys.stderr)
        self.due = time.monotonic() + SECONDS

    def after_epoch(self, stack: Stack) -> None:
        """Write a checkpoint, if it is time."""
        began = time.monotonic()
        if began >= self.due:
            is_written = write(self.path(stack), state_of(stack))
            ended = time.monotonic()
            pause = max(SECONDS, SHARE * (ended - began))
            self.due = ended + pause if is_written else math.inf


class Outcomes:
    """What came of trainings that have ended, while others of the same stage still run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def of(self, problems: Sequence[Problem]) -> list[Outcome] | None:
        """Read the outcomes of an earlier run; None where it did not end these trainings."""
        return read(self._path(problems)) if self.folder.exists() else None

    def keep(self, problems: Sequence[Problem], outcomes: Sequence[Outcome]) -> None:
        """Write outcomes down."""
        write(self._path(problems), list(outcomes))

    def _path(self, problems: Sequence[Problem]) -> Path:
        return self.folder / f"{fingerprint(tuple(problems))}.outcomes"


def fingerprint(trained: object) -> str:
    """Hash the code of all trainings, and what is trained: tuples of problems and numbers."""
    return hash_of([code_hash(__name__), _described(trained)])


def write(path: Path, content: object) -> bool:
    """Write a checkpoint whole or not at all; a disk that takes none does not end the training."""
    body = pickle.dumps(content)
    try:
        write_bytes(path, hashlib.sha256(body).digest() + body)
    except OSError as error:
        reason = error.strerror or error
        warn(f"{path.parent}: no checkpoint could be written ({reason}); the training goes on")
        return False
    return True


def read(path: Path) -> Any:
    """Read a checkpoint; None where there is none, or the disk did not keep it whole."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    digest, body = content[:DIGEST], content[DIGEST:]
    return pickle.loads(body) if hashlib.sha256(body).digest() == digest else None


def _described(value: object) -> object:
    """Put a value into what JSON can say; of an array a hash of its numbers."""
    match value:
        case np.ndarray():
            digest = hashlib.sha256()
            for block in row_blocks(value, value[:1].size):
                digest.update(np.ascontiguousarray(block).view(np.uint8).data)
            return [value.dtype.str, value.shape, digest.hexdigest()]
        case tuple():
            return [_described(part) for part in value]
    return repr(value)
