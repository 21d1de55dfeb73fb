"""The stages as they would be recorded if they ran now: hashes of what lies in the working tree."""

import hashlib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from commands.shared.hashes import folder_md5, git_hash
from commands.shared.lock import LockedOutput, LockedStage
from commands.shared.pipeline import PARAMS, DeclaredStage, section_of
from commands.shared.repository import files_in_sight, working_files

MISSING = ""  # in place of a hash, where there is no file or folder


class Workspace:
    """The files of the working tree, each of which is hashed at most once."""

    def __init__(self, project: Path) -> None:
        """Begin with nothing read."""
        self.project = project
        self._hashes: dict[str, str] = {}
        self._blobs: dict[str, str] = {}

    @cached_property
    def files(self) -> list[str]:
        """All files that DVC looks at, whether git tracks them or not."""
        return files_in_sight(self.project)

    @cached_property
    def ignored(self) -> set[str]:
        """The files that DVC looks at and git ignores, as outputs are."""
        return {*self.files} - {*working_files(self.project)}

    def blob(self, path: str) -> str:
        """Hash a file as git does; MISSING where there is none."""
        if path not in self._blobs:
            place = self.project / path
            self._blobs[path] = git_hash(place.read_bytes()) if place.is_file() else MISSING
        return self._blobs[path]

    def inside(self, folder: str) -> list[str]:
        """List the files in a folder, and in those below it, by their paths in it."""
        start = f"{folder}/"
        return [path.removeprefix(start) for path in self.files if path.startswith(start)]

    def md5(self, path: str) -> str:
        """Hash a file or a folder as DVC does; MISSING where there is none."""
        if path not in self._hashes:
            self._hashes[path] = self._md5(path)
        return self._hashes[path]

    def _md5(self, path: str) -> str:
        place = self.project / path
        if place.is_dir():
            return folder_md5({name: self.md5(f"{path}/{name}") for name in self.inside(path)})
        if not place.is_file():
            return MISSING
        with place.open("rb") as stream:
            return hashlib.file_digest(stream, _new_md5).hexdigest()

    def entry(self, name: str, stage: DeclaredStage, params: Mapping[str, Any]) -> LockedStage:
        """Describe a stage as dvc.lock would, were its outputs what lies there now."""
        inputs = {path: self.md5(path) for path in stage.inputs}
        outputs = [LockedOutput(name, path, self.md5(path), 0) for path in stage.outputs]
        sections = {key: value for key in stage.params for value in section_of(params, key)}
        return LockedStage(stage.command, {PARAMS: sections}, inputs, outputs)


def _new_md5() -> Any:
    return hashlib.md5(usedforsecurity=False)
