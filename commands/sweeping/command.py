"""Try many settings of an experiment's training, and tell which is best on validation rows.

What is tried stands in params.yaml, under `sweep` beside the experiment's other sections. Every
trial is kept as it ends: started again, the same command goes on where it was stopped.

Exit code: 0 when every trial has its outcome, 1 when that cannot be, 130 when interrupted.
"""

import argparse
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

from commands.shared.cores import cores
from commands.shared.parsers import parser_of
from commands.sweeping.change import apply_setting
from commands.sweeping.picture import write_picture
from commands.sweeping.rows import sweep_data
from commands.sweeping.search import best_of
from commands.sweeping.session import run_sweep
from commands.sweeping.space import plain
from commands.sweeping.summary import summary
from commands.sweeping.table import write_table
from commands.sweeping.workers import cluster, processes
from nn.errors import InputError
from stages.parameters.file import load_params


def main(arguments: Sequence[str] | None = None) -> int:
    """Sweep, print the best setting, and return the exit code."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _stop)  # so that the processes are stopped then, too
    try:
        sweep(options)
    except InputError as error:
        print("\n".join(f"error: {line}" for line in str(error).splitlines()), file=sys.stderr)
        return 1
    except (FileNotFoundError, PermissionError) as error:
        print(f"error: {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted: what is done is kept; the same command goes on", file=sys.stderr)
        return 130
    return 0


def sweep(options: argparse.Namespace) -> None:
    """Do what the options say; write `sweeps/KEY.csv` and, of finished trials, `.png`."""
    key: str = options.experiment
    experiment = load_params().experiment(key)
    params = experiment.sweep
    if params is None:
        raise InputError(f"experiments.{key}.sweep: is missing; it is to say what to try")
    data = sweep_data(experiment, params)
    workers = (
        cluster(data, options.scheduler)
        if options.scheduler
        else processes(data, options.workers or cores())
    )
    rows = run_sweep(key, experiment, params, data, workers)
    write_table(f"sweeps/{key}.csv", rows, params)
    best = best_of(rows, params.metric)
    if best is None:
        raise InputError(f"no trial has a score; sweeps/{key}.csv says why, trial by trial")
    write_picture(f"sweeps/{key}.png", key, rows, best, params)
    print(summary(key, rows, best, params, data))
    if options.apply and best.candidate.number:
        old, new = plain(experiment.train), plain(best.candidate.train)
        apply_setting("params.yaml", key, old, new)
        print(f"It stands in params.yaml now; rebuild with: dvc repro plot@{key}")


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)


def _parser() -> argparse.ArgumentParser:
    parser = parser_of("sweep", __doc__)
    parser.add_argument("experiment", metavar="EXPERIMENT", help="a key of params.yaml")
    parser.add_argument(
        "--apply", action="store_true", help="write the best setting into params.yaml"
    )
    place = parser.add_mutually_exclusive_group()
    place.add_argument(
        "--workers", type=_count, metavar="N", help="processes on this machine (one a processor)"
    )
    place.add_argument(
        "--scheduler", metavar="ADDRESS", help="of a Dask cluster to use, as in tcp://HOST:8786"
    )
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of processes: 1 or more")
    return int(text)
