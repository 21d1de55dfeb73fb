"""Make ready for `dvc repro`: `python -m commands.mend`, with which `make repro` begins.

What a killed DVC left torn is mended, and params.yaml looked over: a stage that refuses it does so
when DVC has already deleted its outputs.

DVC writes dvc.lock and .dvc/tmp/rwlock in place. Killed in that moment, it leaves them empty or cut
off, and then refuses to begin. A torn dvc.lock becomes the one of the last commit: stages that
have run since run once more. .dvc/tmp/rwlock only says who is at work, and is removed.

Exit code: 0, or 1 where DVC cannot work here or params.yaml has a mistake, 130 when interrupted.
"""

import json
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import yaml

from commands.shared.lock import DAMAGE, LOCK, LockedOutput, LockedStage, locked_stages
from commands.shared.parsers import parser_of
from commands.shared.repository import NO_REPOSITORY, committed
from nn.errors import InputError
from stages.running.command import exit_code
from stages.running.files import write_bytes
from stages.running.parameters.file import load_params

RWLOCK = ".dvc/tmp/rwlock"
CONFLICT = b"<<<<<<<"  # of a merge, which a person decides


def main(arguments: Sequence[str] | None = None) -> int:
    """Mend, say what was mended, and return the exit code."""
    parser_of("mend", __doc__).parse_args(arguments)
    return exit_code(make_ready)


def make_ready() -> None:
    """Mend, then look params.yaml over; raises InputError with a line for each mistake in it."""
    mend()
    load_params()


def mend() -> None:
    """Look at DVC's files, and mend those that are torn.

    Raises InputError where there is no git. So it does for a merge that stopped half-way, which is
    no tear: its file stays as it is.
    """
    here = Path.cwd()
    if not any((folder / ".git").exists() for folder in (here, *here.parents)):
        raise InputError(f"{here}: {NO_REPOSITORY}")
    for path in (LOCK, f"sweeps/{LOCK}"):
        before = committed(here, path)
        if not _is_torn(Path(path), partial(_read_lock, before=before)):
            continue
        if CONFLICT in Path(path).read_bytes():
            raise InputError(f"{path}: has a merge's marks in it: git checkout HEAD {path}")
        if before is None:
            Path(path).unlink()
            print(f"mended: {path} was torn, and is removed: all stages run once more")
        else:
            write_bytes(Path(path), before)
            print(f"mended: {path} was torn, and is that of the last commit again")
    if _is_torn(Path(RWLOCK), json.loads):
        Path(RWLOCK).unlink()
        print(f"mended: {RWLOCK} was torn, and is removed")


def _is_torn(path: Path, read: Callable[[bytes], object]) -> bool:
    if not path.exists():
        return False
    try:
        read(path.read_bytes())
    except ValueError:
        return True
    return False


def _read_lock(content: bytes, before: bytes | None) -> None:
    """Read a lock file; raises ValueError where it is none, or ends in the midst of a stage.

    What is cut off may be YAML all the same. A cut between two stages cannot be told.
    """
    stages = _stages(content)
    if not content.endswith(b"\n"):
        raise ValueError
    for name in [*stages][-1:]:
        if not stages[name].outputs and before and _outputs(before, name):
            raise ValueError


def _outputs(lock: bytes, name: str) -> list[LockedOutput]:
    stage = _stages(lock).get(name)
    return stage.outputs if stage else []


def _stages(content: bytes) -> dict[str, LockedStage]:
    """Read a lock file in C where that can be; raises ValueError where it is none."""
    try:
        return locked_stages(
            yaml.load(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        )
    except DAMAGE as error:
        raise ValueError from error


if __name__ == "__main__":
    sys.exit(main())
