"""A lock file as it would be if experiments had had their present names then."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from commands.experiments.entries import renaming
from commands.experiments.pipelines import Pipeline
from commands.shared.lock import LOCK, LockedStage, locked_stages, refusing_damage
from commands.shared.pipeline import PARAMS, PIPELINE
from commands.shared.renaming import SECTION, renamed, settings_of
from commands.shared.sides import Side
from stages.running.parameters.yaml12 import Loader


def under_present_names(then: Side, now: Side) -> dict[str, LockedStage]:
    """Read the lock file of `then`, with the entries that `commands.rename` makes for `now`.

    Raises InputError where it is damaged.
    """
    names = renamed(settings_of(then), settings_of(now))
    pipeline = Pipeline(Path(PIPELINE), _text(then, PIPELINE), b"")
    with refusing_damage(f"{then.name}: {LOCK}"):
        content = yaml.load(then.read(LOCK) or b"", Loader=Loader)
        entries = [*content["stages"].items()]
        for old, new in names.items():
            stages = pipeline.stages(_text(then, PARAMS), old)
            change = renaming(stages, pipeline.stages(_text(now, PARAMS), new))
            entries = [each for entry in entries if (each := change(*entry))]
        found = locked_stages({"stages": dict(entries)})
    return {name: stage._replace(params=_params(stage, names)) for name, stage in found.items()}


def _params(stage: LockedStage, names: Mapping[str, str]) -> dict[str, Any]:
    """Rename what a stage knows of all experiments."""
    return {
        file: {
            section: {names.get(key, key): each for key, each in value.items()}
            if section == SECTION
            else value
            for section, value in sections.items()
        }
        for file, sections in (stage.params or {}).items()
    }


def _text(side: Side, path: str) -> str:
    return (side.read(path) or b"").decode("utf-8")
