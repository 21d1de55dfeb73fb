"""Other interpreters with other NumPys: found here, or made once and kept in the user's cache."""

import contextlib
import datetime
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import tomllib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
OLDEST = (3, 11)
NEEDED = ("jinja2", "pandas", "pydantic", "pyyaml", "threadpoolctl")
PROGRAM = "Scripts/python.exe" if os.name == "nt" else "bin/python"
BUILDING = threading.Lock()


class Unavailable(Exception):
    """What a test needs cannot be had on this machine."""


@cache
def interpreters():
    """Find the Pythons here that the project supports: their programs by (3, minor)."""
    names = [f"python3.{minor}" for minor in range(OLDEST[1], 30)]
    programs = [
        Path(sys.executable),
        *(Path(path) for name in names if (path := shutil.which(name))),
    ]
    programs += sorted(Path.home().glob(".pyenv/versions/*/bin/python3"))
    programs += sorted(Path.home().glob(".local/share/uv/python/*/bin/python3"))
    found: dict[tuple[int, int], Path] = {}
    for program in programs:
        version = _version(program)
        if version and version >= OLDEST:
            found.setdefault(version, program)
    return found


def _version(program):
    ask = "import sys, venv; print(*sys.version_info[:2], sys.version_info.releaselevel)"
    try:
        told = subprocess.run([program, "-c", ask], capture_output=True, text=True, timeout=60)
        major, minor, level = told.stdout.split()
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return (int(major), int(minor)) if level == "final" else None


def requirements():
    """Read from pyproject.toml what the project asks for, by package."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    return {re.split("[^A-Za-z0-9_-]", each)[0]: each for each in asked}


def oldest_numpy():
    """Name the oldest NumPy that the project promises to work with."""
    return requirements()["numpy"].replace(">=", "==")


def environment_with(version, numpy):
    """Give an interpreter with a NumPy ("numpy" is the newest, looked up anew each month).

    Raises Unavailable, with the reason, where there is none.
    """
    if version not in interpreters():
        raise Unavailable(f"no Python {version[0]}.{version[1]} is here")
    month = f"{datetime.date.today():%Y-%m}" if numpy == "numpy" else ""
    name = hashlib.md5(repr((interpreters()[version], numpy, NEEDED, month)).encode()).hexdigest()
    folder = cache_folder() / f"environments/python{version[0]}.{version[1]}-{name[:16]}"
    with BUILDING:
        if not folder.is_dir():
            _build(folder, interpreters()[version], numpy)
    return folder / PROGRAM


def _build(folder, python, numpy):
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as workshop:
        new = Path(workshop) / "new"
        install = [new / PROGRAM, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        # Compiled is what is imported, when it is: most of pandas is not.
        install += ["--retries", "1", "--only-binary=:all:", "--no-compile", numpy]
        install += [requirements()[package] for package in NEEDED]
        _run([python, "-m", "venv", new])
        _run(install)
        with contextlib.suppress(OSError):  # another test run was faster
            new.rename(folder)


def cache_folder():
    place = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(place) / "reproducible-nn"


def _run(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(str(error)) from error
    assert "ResolutionImpossible" not in done.stderr, (
        f"pyproject.toml promises what cannot be installed together: {done.stderr}"
    )
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise Unavailable((lines or done.stderr.splitlines() or ["pip failed"])[-1])
