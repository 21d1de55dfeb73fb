"""An experiment's stages under another name: their paths, and their entries in a lock file."""

from collections.abc import Mapping
from typing import Any

from commands.experiments.pipelines import Change
from commands.shared.pipeline import DeclaredStage

DRAWN = ("plot@", "sweep@")  # stages whose pictures bear the experiment's name


def renamed_paths(
    stages: Mapping[str, DeclaredStage], targets: Mapping[str, DeclaredStage]
) -> dict[str, str]:
    """Give the paths of outputs under the new name, by those under the old one."""
    return {
        path: other
        for stage, target in zip(stages.values(), targets.values(), strict=True)
        for path, other in zip(stage.outputs, target.outputs, strict=True)
    }


def renaming(stages: Mapping[str, DeclaredStage], targets: Mapping[str, DeclaredStage]) -> Change:
    """Make a function that gives entries the new names, commands, sections and paths.

    It drops those of stages that must draw anew.
    """
    pairs = dict(zip(stages, targets, strict=True))
    paths = renamed_paths(stages, targets)

    def change(name: str, entry: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
        if name not in pairs:
            return name, entry
        if name.startswith(DRAWN):
            return None
        stage, target = stages[name], targets[pairs[name]]
        sections = dict(zip(stage.params, target.params, strict=True))
        if entry["cmd"] == stage.command:  # else it is out of date, and stays so
            entry["cmd"] = target.command
        for kind in ("deps", "outs"):
            if kind in entry:
                moved = [
                    {**each, "path": paths.get(each["path"], each["path"])} for each in entry[kind]
                ]
                entry[kind] = sorted(moved, key=lambda each: each["path"])
        if "params" in entry:
            entry["params"] = {
                file: {sections.get(section, section): value for section, value in values.items()}
                for file, values in entry["params"].items()
            }
        return pairs[name], entry

    return change
