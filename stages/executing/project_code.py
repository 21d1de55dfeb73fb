"""Whether a worker has the same code as the process that sends it work."""

import hashlib
import json
import os
import socket
from collections.abc import Callable
from functools import cache, partial
from modulefinder import ModuleFinder
from pathlib import Path
from typing import Any

from nn.errors import InputError

ROOT = Path(__file__).parents[2]


class OtherCode(RuntimeError):
    """A worker has other code than the process that sends it work."""


@cache
def code_hash(module: str, root: Path = ROOT) -> str:
    """Hash a module and all of the project's code that it imports, as it lies in a folder.

    Git may give the files other line ends on another machine; they count for nothing.
    """
    return hash_of(
        {
            path.relative_to(root).as_posix(): path.read_bytes().replace(b"\r\n", b"\n").hex()
            for path in code_files(module, root)
        }
    )


def code_files(module: str, root: Path = ROOT) -> list[Path]:
    """List the project's files that a module imports, directly or through others."""
    finder = ModuleFinder(path=[str(root)])  # and so without packages from elsewhere
    finder.import_hook(module)
    names = (getattr(found, "__file__", None) for found in finder.modules.values())
    return [Path(name) for name in names if name]


def hash_of(content: object) -> str:
    """Hash what JSON can say: 32 hexadecimal digits."""
    text = json.dumps(content, sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:32]


def code_of(work: Callable[..., Any]) -> str:
    """Hash the code of a function, or of the function that a partial one calls."""
    return code_hash((work.func if isinstance(work, partial) else work).__module__)


def call_if_same(code: str, work: Callable[[Any], Any], batch: Any) -> Any:
    """Call `work(batch)` in a worker.

    Raises OtherCode where `code` is not the hash of the code here: what comes of it would count as
    that of the sender's code.
    """
    if code_of(work) != code:
        raise OtherCode(f"the worker {worker_name()} has other code than this folder")
    try:
        return work(batch)
    except InputError as error:  # some of its subclasses cannot be sent to another process
        raise InputError(str(error)) from None


def worker_name() -> str:
    """Name this process among those of all machines."""
    return f"{socket.gethostname()}:{os.getpid()}"
