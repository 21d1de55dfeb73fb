"""Rebuilding a commit from nothing: in a clone, with a DVC that has no cache of earlier runs."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from commands.shared.cache import cache_folder
from commands.shared.environment import __file__ as environment_file
from commands.shared.lock import LOCK, LockedStage, read_lock, with_upstream
from commands.shared.repository import Commit, plain_variables
from commands.shared.wording import first_few
from nn.errors import InputError

HERE = "verified-project"  # what the clone calls the cache of the project
TOLD = 15  # lines of a failed run's output that are passed on


class Rebuilding:
    """A clone of a commit in a temporary folder, in which stages can be run.

    DVC's cache, site cache and settings are in that folder as well, so that DVC cannot find an
    output of an earlier run and take it for a new one.
    """

    def __init__(self, commit: Commit, folder: Path, variables: Mapping[str, str]) -> None:
        """Make the clone. `variables` are environment variables of all that runs in it."""
        self.project = commit.clone(folder / "clone")
        if not (self.project / "dvc.yaml").is_file():
            raise InputError(f"commit {commit.name} has no dvc.yaml: there is nothing to rebuild")
        # A cache elsewhere may be set for the user or the whole system; this file overrules both.
        store = cache_folder(commit.root / commit.prefix).resolve()
        remote = f"['remote \"{HERE}\"']\n    url = {store}\n    verify = true\n"
        local = self.project / ".dvc" / "config.local"
        local.write_text(f"[cache]\n    dir = cache\n{remote}", encoding="utf-8")
        programs = str(Path(sys.executable).parent)
        own = ("DVC_SITE_CACHE_DIR", "DVC_GLOBAL_CONFIG_DIR", "DVC_SYSTEM_CONFIG_DIR")
        self.variables = {
            **plain_variables(),
            **{name: str(folder / name.lower()) for name in own},
            "DVC_NO_ANALYTICS": "1",
            # A stage's command says `python`: that must be the interpreter which runs this.
            "PATH": os.pathsep.join([programs, os.environ.get("PATH", os.defpath)]),
            **variables,
        }
        self._fetch_given_tables()

    def stages(self) -> list[str]:
        """List the names of all stages of dvc.yaml."""
        listing = self._dvc(["stage", "list", "--name-only"], lambda line: None)
        return [line for line in listing if line and " " not in line]

    def run(
        self, targets: Sequence[str], announce: Callable[[str], None] = lambda stage: None
    ) -> dict[str, LockedStage]:
        """Run some stages and all that they need; return their entries in the new lock file.

        `announce` is called with the name of each stage that begins.
        """

        def read_line(line: str) -> None:
            if line.startswith("Running stage "):
                announce(line.split("'")[1])

        # What is in git, as the metrics are, is in the clone from the start. Only --force keeps DVC
        # from taking it for up to date.
        self._dvc(["repro", "--force", "--no-run-cache", *targets], read_line)
        locked = read_lock((self.project / LOCK).read_bytes(), LOCK)
        return {name: locked[name] for name in with_upstream(targets, locked)}

    def _fetch_given_tables(self) -> None:
        """Fetch the tables that `dvc add` has put into DVC's cache instead of git, by their hashes.

        They come from the project's cache or, where that has them not, from its storage. Raises
        InputError where one is in neither.
        """
        found = [path.relative_to(self.project) for path in self.project.rglob("?*.dvc")]
        given = [str(path) for path in found if path.parts[0] != ".git"]
        if not given:
            return
        try:
            self._dvc(["pull", "--remote", HERE, *given], lambda line: None)
        except InputError:
            try:
                self._dvc(["pull", *given], lambda line: None)
            except InputError as error:
                raise InputError(
                    f"{first_few(given)}: what it names is neither in DVC's cache here nor in its "
                    "storage; get it with: dvc pull"
                ) from error

    def environment(self) -> bytes:
        """Describe, as JSON, the environment that the stages see."""
        return self._lines([sys.executable, environment_file], lambda line: None)[-1].encode()

    def _dvc(self, arguments: list[str], read_line: Callable[[str], None]) -> list[str]:
        return self._lines([sys.executable, "-m", "dvc", *arguments], read_line)

    def _lines(self, command: list[str], read_line: Callable[[str], None]) -> list[str]:
        """Run a command to its end; raises InputError with its last lines where it fails."""
        lines: list[str] = []
        with subprocess.Popen(
            command,
            cwd=self.project,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,  # so that it can be stopped with all that it has started
        ) as process:
            try:
                assert process.stdout is not None
                for line in process.stdout:
                    lines.append(line.rstrip())
                    read_line(lines[-1])
                code = process.wait()
            except BaseException:
                _stop(process)
                raise
        if code != 0:
            told = [line for line in lines if line.strip()][-TOLD:]
            raise InputError("\n".join(["the rebuild failed; its last lines were:", *told]))
        return lines


def _stop(process: subprocess.Popen[str]) -> None:
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
