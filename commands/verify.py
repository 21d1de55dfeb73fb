"""Rebuild what was committed and compare it bit by bit: `python -m commands.verify`.

The last commit is cloned into a temporary folder and everything in it is built anew, with nothing
of the working tree and no cache of DVC's at hand. Then each output is compared with the one that
was recorded: in the commit, or where --against says.

Exit code: 0 when data, weights, metrics and curves have the same bits, 1 when not, 2 when that
could not be found out.
"""

import argparse
import json
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from commands.shared.findings import some
from commands.shared.parsers import parser_of
from commands.shared.repository import find_commit, uncommitted
from commands.verifying.comparison import Result
from commands.verifying.emulation import emulate
from commands.verifying.environment import Environment
from commands.verifying.outputs import compare_all, stale_entries
from commands.verifying.rebuild import Rebuilding
from commands.verifying.recorded import recorded_in
from commands.verifying.report import (
    as_json,
    environments_table,
    outputs_table,
    summary,
    trials_table,
)
from commands.verifying.targets import stages_of
from nn.errors import InputError


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify, print what was found, and return the exit code."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _stop)  # so that the temporary folder is removed then, too
    try:
        return verify(options)
    except InputError as error:
        first, *more = str(error).splitlines()
        print("\n".join([f"error: {first}", *(f"  {line}" for line in more)]), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("error: interrupted", file=sys.stderr)
        return 130


def verify(options: argparse.Namespace) -> int:
    """Do what the options say; return the exit code. Raises InputError where it cannot be told."""
    project = Path.cwd()
    commit = find_commit(project)
    recorded = recorded_in(options.against, project)
    if changed := uncommitted(project):
        _tell(f"warning: not committed, and so not verified: {some(changed)}")

    _tell(f"Rebuilding commit {commit.name} in a temporary clone, to compare with {recorded.name}.")
    with tempfile.TemporaryDirectory(prefix="verify-", ignore_cleanup_errors=True) as folder:
        rebuilding = Rebuilding(commit, Path(folder), {})
        targets = stages_of(options.targets, rebuilding.stages())
        environment: Environment = json.loads(rebuilding.environment())
        stages = rebuilding.run(targets, lambda stage: _tell(f"  {stage}"))
        rows = compare_all(recorded, stages, rebuilding.project, bool(options.targets))
    problems = stale_entries(recorded, stages, rows) if options.against is None else []
    trials = emulate(commit, recorded, rows, environment, _tell) if options.emulate else []

    judged = [row for row in rows if options.pictures or not row.is_picture]
    is_same = all(row.result == Result.SAME_BITS for row in judged) and not problems
    is_same &= not any(trial.is_failure for trial in trials)
    if options.json:
        record = as_json(commit.sha, recorded, environment, rows, trials, problems, is_same)
        print(json.dumps(record, indent=2, ensure_ascii=False))
    else:
        tables = [outputs_table(rows), environments_table(recorded, environment)]
        tables += [trials_table(trials)] if trials else []
        print("\n\n".join([*tables, "\n".join([*problems, summary(rows)])]))
    return 0 if is_same else 1


def _tell(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)


def _parser() -> argparse.ArgumentParser:
    parser = parser_of("verify", __doc__)
    parser.add_argument(
        "targets",
        nargs="*",
        metavar="TARGET",
        help="an experiment, a stage, or both (circles, train, train@circles), "
        "with all that it is built from; without, everything",
    )
    parser.add_argument(
        "--against",
        metavar="REV|PATH",
        help="compare with another commit, another clone's outputs, or a file written by --json",
    )
    parser.add_argument("--pictures", action="store_true", help="let pictures make it fail, too")
    parser.add_argument(
        "--emulate", action="store_true", help="rebuild as other processors would, too"
    )
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    return parser


if __name__ == "__main__":
    sys.exit(main())
