"""What makes a trial the same trial: hashes of the code, the rows and the settings."""

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from modulefinder import ModuleFinder
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parents[2]
TRIAL = "commands.sweeping.trial"  # turns rows and settings into scores


@cache
def code_hash() -> str:
    """Hash the project's code that decides a score, as it lies beside this file."""
    return hash_of_code(ROOT)


def hash_of_code(root: Path) -> str:
    """Hash the code below a folder; git may give its files other line ends on another machine."""
    return hash_of(
        {
            path.relative_to(root).as_posix(): path.read_bytes().replace(b"\r\n", b"\n").hex()
            for path in code_files(root)
        }
    )


def code_files(root: Path) -> list[Path]:
    """List the project's files that TRIAL imports, directly or through others, wherever they do."""
    finder = ModuleFinder(path=[str(root)])  # and so without packages from elsewhere
    finder.import_hook(TRIAL)
    names = (getattr(module, "__file__", None) for module in finder.modules.values())
    return [Path(name) for name in names if name]


def rows_hash(arrays: Iterable[NDArray[Any]]) -> str:
    """Hash arrays of numbers: their shapes and values, not how they lie in memory."""
    return hash_of(
        [
            [array.shape, hashlib.sha256(np.ascontiguousarray(array, "<f8").tobytes()).hexdigest()]
            for array in arrays
        ]
    )


def hash_of(content: object) -> str:
    """Hash what JSON can say: 32 hexadecimal digits."""
    text = json.dumps(content, sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:32]
