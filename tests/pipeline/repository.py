"""A copy of the project as a repository of its own, to run DVC in."""

import contextlib
import io
import logging
import os
import re
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

ROOT = Path(__file__).parents[2]
OUTPUTS = ("artifacts", "curves", "data", "metrics", "models", "plots", "results")
# Settings of whoever runs the tests: they must not show in what DVC, git and Python do there.
FOREIGN = ("COLUMNS", "DVC_", "GIT_", "MAKE", "MFLAGS", "PYTEST_", "PYTHON", "VIRTUAL_ENV")


@dataclass
class Repository:
    """A folder that is a git and DVC repository, with a cache and a git identity of its own."""

    path: Path
    machine: Path
    """Holds what would be the machine's and the person's: DVC's shared state and settings."""

    def run(self, *command: str, code: int | None = 0, **more: str) -> subprocess.CompletedProcess:
        """Run a command; unless it ends with `code` (None: any), fail with all that it said."""
        done = subprocess.run(
            command,
            cwd=self.path,
            env=self.environment() | more,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=1800,
            stdin=subprocess.DEVNULL,
        )
        assert code is None or done.returncode == code, (
            f"{' '.join(command)} ended with {done.returncode}, not {code}\n"
            f"{done.stdout}\n{done.stderr}"
        )
        return done

    def call(self, work: Callable[[], int], code: int = 0) -> subprocess.CompletedProcess:
        """Do in this process, with the code of these tests, what `run` would start one for."""
        out, told = io.StringIO(), io.StringIO()
        with self.entered(), contextlib.redirect_stdout(out), contextlib.redirect_stderr(told):
            ended = work()
        assert ended == code, f"{out.getvalue()}\n{told.getvalue()}"
        return subprocess.CompletedProcess((), ended, out.getvalue(), told.getvalue())

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """Work in its folder, with git's and DVC's settings as in its own runs."""
        settings = {
            name: value
            for name, value in self.environment().items()
            if name.startswith(("COLUMNS", "DVC_", "GIT_"))
        }
        with contextlib.chdir(self.path), mock.patch.dict(os.environ, settings):
            yield

    def dvc(self, *arguments: str) -> str:
        return self.run("python", "-m", "dvc", *arguments).stdout

    def git(self, *arguments: str) -> str:
        return self.run("git", *arguments).stdout

    def repro(self, *arguments: str) -> list[str]:
        """Run `dvc repro`; list the stages that ran, in their order."""
        return stages_run(self.dvc("repro", *arguments))

    def would_run(self, *targets: str) -> list[str]:
        """List what `dvc repro --dry` does, asking DVC in this process: in half the time."""
        with self.asked() as repo:
            return [stage.addressing for stage in repo.reproduce(targets or None, dry=True)]

    def status(self, *targets: str) -> dict[str, list]:
        """List the stages that have changed, and in what."""
        with self.asked() as repo:
            return repo.status(targets or None)

    @contextlib.contextmanager
    def asked(self) -> Iterator[Any]:
        """Open DVC's own view of it in this process."""
        with self.entered(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of libraries of DVC's
            from dvc.repo import Repo

            logging.disable(logging.INFO)  # of DVC's, to what an earlier test may have closed
            try:
                with Repo() as repo:
                    yield repo
            finally:
                logging.disable(logging.NOTSET)

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "Test")

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a text that is there exactly once."""
        text = (self.path / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {name}"
        (self.path / name).write_text(text.replace(old, new), encoding="utf-8")

    def files(self) -> dict[str, bytes]:
        """Read all that is there, but for caches and what git and DVC keep for themselves."""
        return {
            path.relative_to(self.path).as_posix(): path.read_bytes()
            for path in sorted(self.path.rglob("*"))
            if path.is_file() and not {".git", ".dvc", "__pycache__"} & {*path.parts}
        }

    def outputs(self) -> dict[str, bytes]:
        """Read what the stages wrote, and the tables that were given."""
        return {
            name: content
            for name, content in self.files().items()
            if "/" in name and name.split("/")[0] in OUTPUTS
        }

    def copy(self, path: Path) -> "Repository":
        """Copy it with its cache; what is at `path` already is made the same, and kept if it is."""
        path.mkdir(parents=True, exist_ok=True)
        make_same(self.path, path)
        return Repository(path, self.machine)

    def clone(self, path: Path) -> "Repository":
        """Clone what is committed: without a cache, without outputs."""
        self.git("clone", "--quiet", "--no-hardlinks", ".", str(path))
        return Repository(path, self.machine)

    def environment(self) -> dict[str, str]:
        kept = {name: v for name, v in os.environ.items() if not name.startswith(FOREIGN)}
        return kept | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "COLUMNS": "200",
            "DVC_SITE_CACHE_DIR": str(self.machine / "site"),
            "DVC_GLOBAL_CONFIG_DIR": str(self.machine / "global"),
            "DVC_SYSTEM_CONFIG_DIR": str(self.machine / "system"),
            "DVC_NO_ANALYTICS": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Test",
            "GIT_AUTHOR_EMAIL": "test@example.org",
            "GIT_COMMITTER_NAME": "Test",
            "GIT_COMMITTER_EMAIL": "test@example.org",
        }


def make_same(original: Path, folder: Path) -> None:
    """Copy all of a folder that the other one lacks, or has in another way or from another time."""
    wanted, found = ({entry.name: entry for entry in os.scandir(f)} for f in (original, folder))
    for name, entry in found.items():
        if name not in wanted or (kind(entry) != kind(wanted[name])):
            path = folder / name
            shutil.rmtree(path) if entry.is_dir(follow_symlinks=False) else path.unlink()
    for name, entry in wanted.items():
        if entry.is_dir(follow_symlinks=False):
            (folder / name).mkdir(exist_ok=True)
            make_same(original / name, folder / name)
        elif not os.path.lexists(folder / name):
            shutil.copy2(original / name, folder / name, follow_symlinks=False)


def kind(entry: os.DirEntry[str]) -> tuple[int, ...]:
    """Of a folder its mode, of a file also its size, its links and the time of its last change."""
    told = entry.stat(follow_symlinks=False)
    if entry.is_dir(follow_symlinks=False):
        return (told.st_mode,)
    return told.st_mode, told.st_size, told.st_nlink, told.st_mtime_ns


def stages_run(output: str) -> list[str]:
    """Find in what `dvc repro` says which stages it ran."""
    return re.findall(r"^Running stage '(.+)':$", output, flags=re.MULTILINE)


def working_tree(repository: Repository) -> None:
    """Begin a repository with the files that git tracks here or would track, and one commit."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    for name in sorted({*listed.stdout.decode().split("\0")} - {""}):
        if (ROOT / name).is_file():  # it may be deleted and that not committed
            (repository.path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, repository.path / name)
    repository.git("init", "--quiet", "--initial-branch=main")
    repository.commit()
