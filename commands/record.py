"""Write down which environment made the outputs: `python -m commands.record`.

`make repro` calls it after `dvc repro`. An output is taken for made here where its hash in dvc.lock
is new: neither in environments.jsonl nor in the last commit. So a clone in which the same bits come
out again, on whichever machine, changes nothing, and what others committed is never claimed.

Exit code: 0, or 1 where a file is damaged, 130 when interrupted.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from commands.shared.environment import environment
from commands.shared.lock import LOCK, read_lock
from commands.shared.made_with import ENVIRONMENTS, read_made_with, written
from commands.shared.parsers import parser_of
from commands.shared.repository import committed
from stages.running.command import exit_code
from stages.running.files import write_bytes


def main(arguments: Sequence[str] | None = None) -> int:
    """Write it down, and return the exit code."""
    parser_of("record", __doc__).parse_args(arguments)
    return exit_code(record)


def record() -> None:
    """Write the file anew, with the outputs that dvc.lock has; raises InputError for a damaged one.

    What the last commit says of them counts, too: a setting may have been left and taken up again.
    """
    (lock, last_lock), (before, last) = map(_here_and_in_git, (LOCK, ENVIRONMENTS))
    now, then = _hashes(lock, LOCK), _hashes(last_lock, f"{LOCK} of HEAD")
    known = read_made_with(last, f"{ENVIRONMENTS} of HEAD") | read_made_with(before, ENVIRONMENTS)
    made = {md5: known[md5] for md5 in now & known.keys()}
    if new := now - then - known.keys():
        made |= dict.fromkeys(new, environment())
    content = written(made)
    if content != (before or b""):
        write_bytes(ENVIRONMENTS, content)


def _here_and_in_git(path: str) -> tuple[bytes | None, bytes | None]:
    here = Path(path).read_bytes() if Path(path).is_file() else None
    return here, committed(Path.cwd(), path)


def _hashes(lock: bytes | None, source: str) -> set[str]:
    stages = {} if lock is None else read_lock(lock, source)
    return {output.md5 for stage in stages.values() for output in stage.outputs}


if __name__ == "__main__":
    sys.exit(main())
