"""Asking git about the project: its commits, their files, and clones of them."""

import io
import os
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from nn.errors import InputError

# A hook of git or a person may have set these; they would lead git or Python astray.
MISLEADING = {
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_OBJECT_DIRECTORY",
    "PYTHONPATH",
    "PYTHONHOME",
}
NO_REPOSITORY = (
    "not a git repository, as after a download without git: "
    "git init && git add --all && git commit --message Start"
)


class Commit(NamedTuple):
    """A commit of the git repository `root`, with the project in the folder `prefix` of it."""

    root: Path
    prefix: str
    sha: str

    @property
    def name(self) -> str:
        """A short name for people."""
        return self.sha[:10]

    def read(self, path: str) -> bytes | None:
        """Read a file of the project as it was committed; None where the commit has none."""
        found = _git(self.root, "cat-file", "blob", f"{self.sha}:{self.prefix}{path}")
        return found.stdout if found.returncode == 0 else None

    def blobs(self) -> dict[str, str]:
        """List the project's files as they were committed, each with git's hash of its content."""
        tree = f"{self.sha}:{self.prefix}" if self.prefix else self.sha
        listed = _git(self.root, "ls-tree", "-r", "-z", tree).stdout.decode()
        entries = (entry.partition("\t") for entry in listed.split("\0") if entry)
        return {path: told.split()[2] for told, _, path in entries}

    def clone(self, folder: Path) -> Path:
        """Clone the repository, check this commit out, and return the project's folder."""
        steps = (
            (self.root, ("clone", "--quiet", "--no-checkout", str(self.root), str(folder))),
            (folder, ("checkout", "--quiet", "--detach", self.sha)),
        )
        for place, step in steps:
            done = _git(place, *step)
            if done.returncode != 0:
                raise InputError(f"git {step[0]} of {self.root}: {_last_line(done.stderr)}")
        return folder / self.prefix


def read_blobs(project: Path, blobs: Sequence[str]) -> dict[str, bytes]:
    """Read contents by git's hashes of them, all at once."""
    names = "".join(f"{blob}\n" for blob in blobs).encode()
    told = io.BytesIO(_git(project, "cat-file", "--batch", given=names).stdout)
    found = {}
    for blob in blobs:
        size = int(told.readline().split()[2])
        found[blob] = told.read(size)
        told.readline()  # the end of the line after each
    return found


def find_commit(project: Path, revision: str = "HEAD") -> Commit:
    """Find the commit of a revision; raises InputError where there is none, or git is missing."""
    try:
        place = _git(project, "rev-parse", "--show-toplevel", "--show-prefix")
    except FileNotFoundError as error:
        raise InputError(
            "git is not installed; install it, for what was committed to be read"
        ) from error
    if place.returncode != 0:
        message = _last_line(place.stderr)
        if "not a git repository" in message:
            message = NO_REPOSITORY
        raise InputError(f"{project}: {message}")
    root, prefix = place.stdout.decode().splitlines()
    found = _git(project, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", "--")
    lines = found.stdout.decode().split()
    if found.returncode != 0 or not lines:
        if revision == "HEAD":
            raise InputError(f"{project}: nothing has been committed here yet")
        raise InputError(f"{revision!r} is neither a file or folder nor a commit of {root}")
    return Commit(Path(root), prefix, lines[0])


def committed(project: Path, path: str) -> bytes | None:
    """Read a file as it was last committed; None where it was not, or git is not installed."""
    try:
        return find_commit(project).read(path)
    except InputError:
        return None


def commit_time(commit: Commit) -> datetime:
    """Tell when a commit was made, in UTC."""
    told = _git(commit.root, "show", "--no-patch", "--format=%ct", commit.sha).stdout
    return datetime.fromtimestamp(int(told), UTC)


def ref_names(project: Path) -> dict[str, str]:
    """List branches, tags and DVC experiments: the full name of each by its short one."""
    listed = _git(
        project, "for-each-ref", "--format=%(refname)", "refs/heads", "refs/tags", "refs/exps"
    )
    names = {}
    for full_name in listed.stdout.decode().split():
        _, kind, *rest = full_name.split("/")
        if kind != "exps":
            names["/".join(rest)] = full_name
        elif len(rest) == 3:  # the others are DVC's own: two parts of a commit, then the name
            names[rest[-1]] = full_name
    return names


def working_files(project: Path) -> list[str]:
    """List the project's files in the working tree that git tracks or would track."""
    told = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    return sorted({*_git(project, *told).stdout.decode().split("\0")} - {""})


def is_new_to_git(project: Path, path: Path) -> bool:
    """Tell whether git would track a file and does not yet; not where git is not installed."""
    told = ("ls-files", "--others", "--exclude-standard", "--", str(path))
    try:
        return bool(_git(project, *told).stdout)
    except FileNotFoundError:
        return False


def files_in_sight(project: Path) -> list[str]:
    """List the files that DVC looks at: all that are there, but for what .dvcignore names."""
    told = ("ls-files", "-z", "--cached", "--others", "--exclude-per-directory=.dvcignore")
    listed = {*_git(project, *told).stdout.decode().split("\0")} - {""}
    return sorted(path for path in listed if (project / path).is_file())


def latest_commits(project: Path, path: str, count: int) -> list[Commit]:
    """List the last commit, and those that changed a file, the latest first.

    Raises InputError where git is missing, or nothing is committed.
    """
    place = find_commit(project)
    told = ("log", f"--max-count={count}", "--format=%H", "--", path)
    found = _git(project, *told).stdout.decode().split()
    return [place._replace(sha=sha) for sha in dict.fromkeys([place.sha, *found])]


def uncommitted(project: Path) -> list[str]:
    """List the tracked files that are not as in the last commit."""
    told = ("status", "--porcelain", "-z", "--no-renames", "--untracked-files=no", "--", ".")
    return [entry[3:] for entry in _git(project, *told).stdout.decode().split("\0") if entry]


def plain_variables() -> dict[str, str]:
    """Copy the environment variables, without those that would lead git, DVC or Python astray."""
    return {
        name: value
        for name, value in os.environ.items()
        if name not in MISLEADING and not name.startswith("DVC_")
    }


def _git(place: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    # Without its optional locks, git does not even freshen its index here.
    variables = {**plain_variables(), "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    return subprocess.run(
        ["git", *arguments], cwd=place, env=variables, input=given, capture_output=True
    )


def _last_line(message: bytes) -> str:
    lines = message.decode(errors="replace").strip().splitlines()
    return lines[-1].removeprefix("fatal: ") if lines else "failed"
