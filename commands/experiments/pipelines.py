"""What an experiment has in each pipeline: stages, entries of the lock file, outputs."""

import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from ruamel.yaml import YAML

from commands.shared.lock import refusing_damage
from commands.shared.pipeline import DeclaredStage, declared_stages
from stages.running.files import write_bytes
from stages.running.parameters.yaml12 import Loader

SWEEPS = Path("sweeps")
PIPELINES = (Path("dvc.yaml"), SWEEPS / "dvc.yaml")
SWEPT = ("stages", "sweep", "foreach")  # where the second names experiments; the first takes all

Change = Callable[[str, dict[str, Any]], tuple[str, dict[str, Any]] | None]
"""Makes of an entry of a lock file, by its name, another one, or None to drop it."""


class Pipeline(NamedTuple):
    """A dvc.yaml, and its lock file as it was read; without content where there is none."""

    path: Path
    text: str
    lock: bytes

    def stages(self, params: str, key: str) -> dict[str, DeclaredStage]:
        """List an experiment's stages under the text of a params.yaml.

        A generator that has the same name is not the experiment's.
        """
        declared = declared_stages(self.text.encode(), yaml.load(params, Loader=Loader))
        return {
            name: stage
            for name, stage in declared.items()
            if name.partition("@")[2] == key
            and not any(section.startswith("generators.") for section in stage.params)
        }

    def edited(self, edit: Callable[[str, Sequence[str]], str]) -> "Pipeline":
        """Edit the section that names experiments, where there is one."""
        names_them = self.path.parent == SWEEPS
        return self._replace(text=edit(self.text, SWEPT)) if names_them else self

    def relocked(self, change: Change) -> "Pipeline":
        """Change the entries of the lock file, which is laid out as DVC does it."""
        if not self.lock:
            return self
        with refusing_damage(self.path.with_suffix(".lock").as_posix()):
            content = yaml.load(self.lock, Loader=Loader)
            changed = [change(name, entry) for name, entry in content["stages"].items()]
        content["stages"] = dict(each for each in changed if each)
        written, writer = io.BytesIO(), YAML()
        writer.default_flow_style = False
        writer.dump(content, written)
        return self._replace(lock=written.getvalue())

    def write(self, before: "Pipeline") -> None:
        """Write what is not as it was before."""
        if self.lock != before.lock:
            write_bytes(self.path.with_suffix(".lock"), self.lock)
        if self.text != before.text:
            write_bytes(self.path, self.text.encode("utf-8"))


def read_pipelines() -> list[Pipeline]:
    """Read the pipelines that there are."""
    found = []
    for path in PIPELINES:
        if path.is_file():
            lock = path.with_suffix(".lock")
            content = lock.read_bytes() if lock.is_file() else b""
            found.append(Pipeline(path, path.read_bytes().decode("utf-8"), content))
    return found


def sweep_files(key: str) -> list[Path]:
    """List what sweeps of an experiment have left: table, picture, record of trials, log."""
    return [path for path in sorted(SWEEPS.glob("*")) if path.name.split(".")[0] == key]


def drop_empty_folders(paths: Iterable[Path]) -> None:
    """Remove the folders in which outputs lay, where nothing is left in them."""
    for folder in sorted({path.parent for path in paths}, reverse=True):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
