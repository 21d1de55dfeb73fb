"""Rebuild what was committed and compare it bit by bit: `python -m commands.verify`.

The last commit is cloned into a temporary folder and everything in it is rebuilt there, without the
working tree and without DVC's cache. Then each output is compared with the one that was recorded:
in the commit, or where --against says.

Exit code: 0 when data, weights, metrics and curves have the same bits, 1 when not, 2 when that
could not be found out, 130 when interrupted.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from commands.shared.environment import Environment
from commands.shared.parsers import parser_of
from commands.shared.repository import find_commit, uncommitted
from commands.shared.targets import add_targets, stages_of
from commands.shared.wording import first_few
from commands.verifying.comparison import Result
from commands.verifying.emulation import emulate
from commands.verifying.other_params import other_params
from commands.verifying.rebuild import Rebuilding
from commands.verifying.recorded import recorded_in
from commands.verifying.rendering import (
    as_json,
    counts,
    emulations_table,
    environments_table,
    outputs_table,
    params_table,
)
from commands.verifying.stale_entries import stale_entries
from commands.verifying.verdicts import compare_all
from stages.running.command import exit_code


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify, print the findings, and return the exit code."""
    options = _parser().parse_args(arguments)
    return exit_code(lambda: verify(options), failure=2)


def verify(options: argparse.Namespace) -> int:
    """Rebuild, compare and print; return 0 where the bits are the same, else 1.

    Raises InputError where that cannot be found out.
    """
    project = Path.cwd()
    commit = find_commit(project)
    recorded = recorded_in(options.against, project)
    if changed := uncommitted(project):
        _tell(f"warning: not committed, and so not verified: {first_few(changed)}")

    _tell(f"Rebuilding commit {commit.name} in a temporary clone, to compare with {recorded.name}.")
    with tempfile.TemporaryDirectory(prefix="verify-", ignore_cleanup_errors=True) as folder:
        rebuilding = Rebuilding(commit, Path(folder), {})
        targets = stages_of(options.targets, rebuilding.stages())
        environment: Environment = json.loads(rebuilding.environment())
        stages = rebuilding.run(targets, lambda stage: _tell(f"  {stage}"))
        verdicts = compare_all(recorded, stages, rebuilding.project, bool(options.targets))
    problems = stale_entries(recorded, stages, verdicts) if options.against is None else []
    params = other_params(recorded.stages, stages)
    emulations = emulate(commit, recorded, verdicts, environment, _tell) if options.emulate else []

    judged = [verdict for verdict in verdicts if options.pictures or not verdict.is_picture]
    is_same = all(verdict.result == Result.SAME_BITS for verdict in judged) and not problems
    is_same &= not any(emulation.is_failure for emulation in emulations)
    if options.json:
        record = as_json(
            commit.sha,
            recorded,
            stages,
            params,
            environment,
            verdicts,
            emulations,
            problems,
            is_same,
        )
        print(json.dumps(record, indent=2, ensure_ascii=False))
    else:
        tables = [outputs_table(verdicts)]
        tables += [params_table(params)] if params and options.against is not None else []
        tables += [environments_table(recorded, verdicts, environment)]
        tables += [emulations_table(emulations)] if emulations else []
        print("\n\n".join([*tables, "\n".join([*problems, counts(verdicts)])]))
    return 0 if is_same else 1


def _tell(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = parser_of("verify", __doc__)
    add_targets(parser)
    parser.add_argument(
        "--against",
        metavar="REV|PATH",
        help="compare with another commit, another clone's outputs, or a file written by "
        "commands.publish or --json",
    )
    parser.add_argument("--pictures", action="store_true", help="fail where pictures differ, too")
    parser.add_argument(
        "--emulate", action="store_true", help="rebuild as other processors would, too"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    return parser


if __name__ == "__main__":
    sys.exit(main())
