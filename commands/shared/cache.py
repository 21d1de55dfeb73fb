"""Finding outputs in DVC's cache, which is only read."""

import configparser
import json
from pathlib import Path


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
