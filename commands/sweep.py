"""Try many settings of an experiment's training: `python -m commands.sweep EXPERIMENT`.

The settings to try stand in params.yaml, under `sweep` beside the experiment's other sections. They
are judged by validation rows. The outcome of each trial is kept as soon as it ends: after an
interruption, the same command continues with the trials that are left.

Trials run on all processors of this machine or, where the environment variable
DASK_SCHEDULER_ADDRESS names one (as in tcp://HOST:8786), on a Dask cluster.

Exit code: 0 when every trial has an outcome, 1 when that cannot be, 130 when interrupted.
"""

import argparse
import sys
from collections.abc import Sequence

from commands.shared.parsers import parser_of
from stages.running.command import exit_code


def main(arguments: Sequence[str] | None = None) -> int:
    """Sweep, and return the exit code."""
    options = _parser().parse_args(arguments)
    return exit_code(lambda: _sweep(options))


def _sweep(options: argparse.Namespace) -> None:
    # Each process that trains imports this file before anything else. It needs nothing of this
    # module, which takes a second to import.
    from commands.sweeping.steps import sweep

    sweep(options.experiment, options.workers, options.apply)


def _parser() -> argparse.ArgumentParser:
    parser = parser_of("sweep", __doc__)
    parser.add_argument("experiment", metavar="EXPERIMENT", help="a key of params.yaml")
    parser.add_argument(
        "--apply", action="store_true", help="write the best setting into params.yaml"
    )
    parser.add_argument(
        "--workers", type=_count, metavar="N", help="run in N processes of this machine"
    )
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of processes: 1 or more")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
