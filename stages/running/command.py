"""Running a program from the command line: its exit code, and a line for each problem."""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from nn.errors import InputError, shortened


def run(stage: Callable[..., None], arguments: Sequence[str] = ("KEY",)) -> None:
    """Run a stage with the arguments of `python -m stages.NAME KEY`; exit where it fails.

    With --help, print the docstring of its file.
    """
    usage = " ".join([f"usage: python -m stages.{Path(sys.argv[0]).stem}", *arguments])
    if {*sys.argv[1:]} & {"-h", "--help"}:
        print(f"{usage}\n\n{sys.modules['__main__'].__doc__ or ''}".rstrip())
        return
    if len(sys.argv) != 1 + len(arguments) or sys.argv[-1].startswith("--"):
        sys.exit(usage)
    if code := exit_code(lambda: stage(*sys.argv[1:])):
        sys.exit(code)


def exit_code(work: Callable[[], int | None], failure: int = 1) -> int:
    """Do a program's work and return its exit code: what `work` returns, None meaning 0.

    What a person can mend (InputError, whatever the operating system refuses, too little memory)
    becomes a line for each problem on stderr, and the code `failure`. An interruption (Ctrl-C)
    gives 130 and one line, which ends with what the KeyboardInterrupt says. SIGTERM ends the work
    as an error would, so that temporary files and processes do not outlive it. Anything else is a
    mistake in the program and keeps its traceback.
    """
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        code = work()
        if sys.stdout:  # None where the caller has closed it
            sys.stdout.flush()
        return code or 0
    except InputError as error:
        return _fail(failure, str(error))
    except BrokenPipeError:  # whoever read the output, as `head` does, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return failure
    except OSError as error:
        path = error.filename2 or error.filename  # of two the second: the first is to replace it
        reason = error.strerror or str(error)
        return _fail(failure, f"{path}: {reason}" if path else reason)
    except MemoryError as error:
        return _fail(failure, f"not enough memory: {error}" if str(error) else "not enough memory")
    except KeyboardInterrupt as interruption:
        print(": ".join(["interrupted", *map(str, interruption.args)]), file=sys.stderr)
        return 130
    finally:
        signal.signal(signal.SIGTERM, before)


def warn(message: str) -> None:
    """Tell a person of something odd that does not stop the work."""
    print(f"warning: {shortened(message)}", file=sys.stderr)


def _fail(code: int, problems: str) -> int:
    for problem in problems.splitlines():
        print(f"error: {shortened(problem)}", file=sys.stderr)
    return code


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)
