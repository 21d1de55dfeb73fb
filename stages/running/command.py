"""Running a stage from the command line: `python -m stages.NAME KEY`."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from nn.errors import InputError


def run(stage: Callable[..., None], arguments: Sequence[str] = ("KEY",)) -> None:
    """Call a stage with what the command line gives, and exit with code 1 where it cannot work.

    What a person can mend (InputError, a file that is missing or may not be read) becomes one line
    a problem on stderr. Anything else is a mistake in the program and keeps its traceback.
    """
    if len(sys.argv) != 1 + len(arguments):
        sys.exit(" ".join([f"usage: python -m stages.{Path(sys.argv[0]).stem}", *arguments]))
    try:
        stage(*sys.argv[1:])
    except InputError as error:
        sys.exit("\n".join(f"error: {problem}" for problem in str(error).splitlines()))
    except (FileNotFoundError, PermissionError) as error:
        sys.exit(f"error: {error.filename}: {error.strerror}")


def warn(message: str) -> None:
    """Tell a person of something odd that does not stop the work."""
    print(f"warning: {message}", file=sys.stderr)
