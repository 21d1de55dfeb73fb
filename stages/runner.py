"""Running a stage from the command line: `python -m stages.NAME KEY`."""

import sys
from collections.abc import Callable
from pathlib import Path

from nn.errors import InputError


def run(stage: Callable[[str], None]) -> None:
    """Call a stage with the key from the command line, and exit with code 1 where it cannot work.

    What a person can mend (InputError, a file that is missing or may not be read) becomes one line
    a problem on stderr. Anything else is a mistake in the program and keeps its traceback.
    """
    if len(sys.argv) != 2:
        sys.exit(f"usage: python -m stages.{Path(sys.argv[0]).stem} KEY")
    try:
        stage(sys.argv[1])
    except InputError as error:
        sys.exit("\n".join(f"error: {problem}" for problem in str(error).splitlines()))
    except (FileNotFoundError, PermissionError) as error:
        sys.exit(f"error: {error.filename}: {error.strerror}")


def warn(message: str) -> None:
    """Tell a person of something odd that does not stop the work."""
    print(f"warning: {message}", file=sys.stderr)
