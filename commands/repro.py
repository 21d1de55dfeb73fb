"""Run `dvc repro`, unless nothing has changed since it last ran: `python -m commands.repro`.

To find out that nothing has changed takes DVC seconds. Where every file is as DVC left it, by its
times and its size, that is known at once. Wherever there is a doubt, DVC is asked.
"""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

from commands.shared.contents import contents_on_disk
from commands.shared.lock import LOCK, LockedStage, read_lock
from nn.errors import InputError

SEEN = Path(".dvc/tmp/seen.json")
"""What lay here when DVC had last found, or made, everything up to date."""

Files = Mapping[str, list[int]]


def main() -> int:
    """Do it, and return DVC's exit code."""
    before = _look()
    if _last_seen() == before:
        print("Nothing has changed since the last make repro: everything is up to date.")
        return 0

    from dvc.cli import main as dvc  # here, as that alone takes half a second

    SEEN.unlink(missing_ok=True)
    code: int = dvc(["repro"])
    if code == 0:
        after = _look()
        if before["settings"] == after["settings"] and _is_settled(before["files"], after["files"]):
            SEEN.write_text(json.dumps(after), encoding="utf-8")
    return code


def _last_seen() -> Any:
    try:
        return json.loads(SEEN.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _look() -> dict[str, Any]:
    """Note all that can make `dvc repro` do something: its settings, all files, and its cache."""
    from dvc.config import Config, ConfigError

    try:
        settings = dict(Config(".dvc"))  # of the project, the user and the system
    except ConfigError:
        settings = {}  # DVC will tell of it
    cache = settings.get("cache", {}).get("dir", ".dvc/cache")
    return {"settings": settings, "files": _files_in("."), "cache": _files_in(cache)}


def _files_in(top: str) -> dict[str, list[int]]:
    """Note of each file two times, its size, and its number on the disk.

    The times are that of its content and that of any change: the first can be set back, as `cp -p`
    does, the second cannot. What is hidden is left out, but for the files that DVC reads.
    """
    found = {}
    for folder, folders, names in os.walk(top):
        folders[:] = [name for name in folders if name[0] != "." and name != "__pycache__"]
        for name in names:
            path = Path(folder, name)
            if name[0] != "." or name == ".dvcignore":
                found[path.as_posix()] = _times(path)
    return found


def _times(path: Path) -> list[int]:
    try:
        status = path.stat()
    except OSError:  # a link to nowhere, or a file that is just being replaced
        return []
    return [status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino]


def _is_settled(before: Files, after: Files) -> bool:
    """Tell whether `dvc repro`, which has just ended well, would surely do nothing if run again.

    `before` and `after` are the project's files as they were when it began, and as they are now.
    """
    try:
        stages = list(read_lock(Path(LOCK).read_bytes(), LOCK).values())
    except (OSError, InputError):  # such as an input on a server, that has no md5
        return False
    if any(map(_runs_each_time, stages)) or b"always_changed" in Path("dvc.yaml").read_bytes():
        return False

    # What lies in a hidden folder, behind a link or out of the project is not among those files.
    known = {*after, *(folder.as_posix() for path in after for folder in PurePath(path).parents)}
    made = {output.path: output.md5 for stage in stages for output in stage.outputs}
    read = {path for stage in stages for path in [*stage.inputs, *(stage.params or {})]}
    if not {*read, *made} <= known:
        return False

    # Somebody may have edited a file while DVC ran, which may have read it before that, or after.
    places = {LOCK, *made}
    if _outside(places, before) != _outside(places, after):
        return False
    on_disk = {path: contents_on_disk(Path(), path) for path in made}
    return all(found is not None and found.md5 == made[path] for path, found in on_disk.items())


def _runs_each_time(stage: LockedStage) -> bool:
    return not (stage.inputs or stage.outputs)


def _outside(places: set[str], files: Files) -> dict[str, list[int]]:
    """Take the files that are none of these places and lie in none."""
    return {
        path: times
        for path, times in files.items()
        if places.isdisjoint([path, *(folder.as_posix() for folder in PurePath(path).parents)])
    }


if __name__ == "__main__":
    sys.exit(main())
