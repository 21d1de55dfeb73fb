"""Finding in git's history the files that a hash in dvc.lock was taken of."""

from collections.abc import Iterator, Sequence
from functools import cache

from commands.explaining.functions import described
from commands.explaining.workspace import Workspace
from commands.shared.hashes import folder_md5, md5_of
from commands.shared.repository import Commit, read_blobs

Files = dict[str, str]
"""By path inside a folder, or "" for a file itself: git's hash of the content, or "" of the working
tree's own."""
HERE = ""
UNKNOWN = "has changed"


class History:
    """Where files with a recorded hash may be found: in the working tree, then in commits."""

    def __init__(self, workspace: Workspace, commits: Sequence[Commit]) -> None:
        """Begin with nothing read."""
        self.workspace, self.commits = workspace, commits
        self.blobs = cache(lambda commit: commit.blobs())
        self.contents: dict[str, bytes] = {}
        self.find = cache(self._find)

    def changes(self, path: str, old: str, new: str) -> list[tuple[str, str]]:
        """Describe how a file, or each file of a folder, differs between two recorded hashes.

        Without the content of one of them, it is only said that there is a difference.
        """
        before, after = self.find(path, old), self.find(path, new)
        if before is None or after is None:
            return [(path, UNKNOWN)]
        found = []
        for name in sorted({*before, *after}):
            full = f"{path}/{name}" if name else path
            contents = [self._read(full, files.get(name)) for files in (before, after)]
            if contents[0] != contents[1]:
                found.append((full, described(full, *contents)))
        return found

    def _find(self, path: str, md5: str) -> Files | None:
        """Find a state in which a file or folder had this hash; None where there was none."""
        return next((files for files in self._states(path) if self._md5(path, files) == md5), None)

    def _states(self, path: str) -> Iterator[Files]:
        here = [path] if path in self.workspace.files else []
        inside = self.workspace.inside(path)
        yield dict.fromkeys(inside or [""] * len(here), HERE)
        for commit in self.commits:
            blobs = self.blobs(commit)
            if path in blobs:
                yield {"": blobs[path]}
                continue
            start = f"{path}/"
            known = {
                p.removeprefix(start): blob for p, blob in blobs.items() if p.startswith(start)
            }
            # What git ignores in a folder, as a generated table, is taken as it is now.
            ignored = [name for name in inside if f"{start}{name}" in self.workspace.ignored]
            yield {**dict.fromkeys(ignored, HERE), **known}

    def _md5(self, path: str, files: Files) -> str | None:
        full = {name: f"{path}/{name}" if name else path for name in files}
        # Most files are as they were, and need not be read a second time.
        other = {
            name: blob
            for name, blob in files.items()
            if blob not in (HERE, self.workspace.blob(full[name]))
        }
        self._fetch([*other.values()])
        hashes = {
            name: md5_of(self.contents[other[name]])
            if name in other
            else self.workspace.md5(full[name])
            for name in files
        }
        return hashes[""] if "" in hashes else folder_md5(hashes) if hashes else None

    def _fetch(self, blobs: Sequence[str]) -> None:
        unknown = [blob for blob in dict.fromkeys(blobs) if blob not in self.contents]
        if unknown:
            self.contents |= read_blobs(self.workspace.project, unknown)

    def _read(self, path: str, blob: str | None) -> bytes | None:
        if blob is None:
            return None
        if blob == HERE:
            return (self.workspace.project / path).read_bytes()
        self._fetch([blob])
        return self.contents[blob]
