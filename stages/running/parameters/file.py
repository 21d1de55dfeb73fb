"""Reading `params.yaml`, all of it checked before any work is spent."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from nn.errors import InputError
from nn.training.sections import describe
from nn.training.settings import Settings
from stages.running.parameters.conflicts import (
    conflicts,
    key_conflicts,
    part_conflicts,
    training_problems,
)
from stages.running.parameters.sections import Experiment, Params
from stages.running.parameters.yaml12 import Loader, describe_syntax


def load_params(path: str | Path = "params.yaml") -> Params:
    """Read and check the whole file, all experiments; raises InputError as `read_params` does."""
    return read_params(Path(path).read_bytes(), path)


def read_params(text: bytes, path: str | Path) -> Params:
    """Read and check what stands in the file `path`, or is to stand there.

    Raises InputError with a line for each problem: the full key, the value and what is allowed.
    """
    try:
        params = Params.model_validate(yaml.load(text, Loader=Loader))
        problems = list(conflicts(params))
    except yaml.YAMLError as error:
        problems = [describe_syntax(error)]
    except ValidationError as error:
        problems = [describe(details, Params) for details in error.errors()]
    if problems:
        raise InputError("\n".join(f"{path}: {problem}" for problem in problems))
    return params


def with_training(experiment: Experiment, key: str, changes: Mapping[str, Any]) -> Experiment:
    """Put other values into the training section of the experiment `key`.

    What then has no use there (momentum, beside another optimizer) is taken out. Raises
    InputError with a line for each value that is wrong, or does not go with the others.
    """
    try:
        train = Settings.model_validate(experiment.train.model_dump() | dict(changes))
    except ValidationError as error:
        raise InputError("\n".join(training_problems(key, error))) from error
    unused = {need.key: None for need in train.needs() if not need.is_felt}
    changed = experiment.model_copy(update={"train": train.model_copy(update=unused)})
    if found := [
        *key_conflicts(changed.train, "experiments", key, "train"),
        *part_conflicts(key, changed),
    ]:
        raise InputError("\n".join(found))
    return changed
