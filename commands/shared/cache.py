"""Finding outputs of a lock file: in git, the working tree or DVC's cache, only read."""

import configparser
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from commands.shared.contents import Contents, contents_of_bytes, contents_on_disk, no_bytes
from commands.shared.hashes import md5_of
from commands.shared.lock import LockedOutput
from commands.shared.repository import Commit


def cache_folder(project: Path) -> Path:
    """Find the folder of a project's DVC cache, as its settings have it."""
    settings = configparser.ConfigParser(strict=False, interpolation=None)
    try:
        settings.read([project / ".dvc" / name for name in ("config", "config.local")], "utf-8")
    except configparser.Error:
        return project / ".dvc" / "cache"
    return project / ".dvc" / settings.get("cache", "dir", fallback="cache")


def cached(store: Path, md5: str) -> Path:
    """Return where in a cache the file or listing of a folder with this hash lies."""
    return store / "files" / "md5" / md5[:2] / md5[2:]


def is_cached(store: Path, md5: str) -> bool:
    """Tell whether a file, or all files of a folder, are in a cache."""
    entry = cached(store, md5)
    if not md5.endswith(".dir"):
        return entry.is_file()
    try:
        listed = json.loads(entry.read_bytes())
        return all(cached(store, file["md5"]).is_file() for file in listed)
    except (OSError, ValueError, TypeError, KeyError):
        return False


def finder(commit: Commit, project: Path) -> Callable[[LockedOutput], Contents]:
    """Make a function that finds outputs of a commit: in git, the working tree, or the cache."""
    store = cache_folder(project)

    def find(output: LockedOutput) -> Contents:
        committed = commit.read(output.path)
        if committed is not None:
            return contents_of_bytes(output.path, committed)
        on_disk = contents_on_disk(project, output.path)
        return on_disk if on_disk and on_disk.md5 == output.md5 else in_cache(output, store)

    return find


def in_cache(output: LockedOutput, store: Path) -> Contents:
    """Look an output up in a DVC cache; a damaged entry counts as missing."""

    def read(md5: str) -> bytes | None:
        try:
            content = cached(store, md5).read_bytes()
        except OSError:
            return None
        return content if md5_of(content) == md5.removesuffix(".dir") else None

    content = read(output.md5)
    if content is None:
        return Contents(output.path, output.md5, None, no_bytes)
    if not output.md5.endswith(".dir"):
        return contents_of_bytes(output.path, content)
    listed: list[dict[str, Any]] = json.loads(content)
    files = {entry["relpath"]: entry["md5"] for entry in listed}
    return Contents(output.path, output.md5, files, lambda name: read(files[name]))
