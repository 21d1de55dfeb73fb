"""What is wrong between keys of `params.yaml` that are right each by itself."""

import math
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from nn.errors import nearest
from nn.judging.decisions import Cost
from nn.judging.registry import METRICS, metrics_for
from nn.network.outputs import CLASSIFICATION, OUTPUTS, outputs_for
from nn.training.sections import Section, describe
from nn.training.settings import Settings
from stages.running.parameters.sections import (
    GENERATED,
    MOST_TRIALS,
    Dimension,
    Experiment,
    Params,
)


def conflicts(params: Params) -> Iterator[str]:
    """Say what is wrong between keys that are right each by itself."""
    yield from key_conflicts(params)
    for name, experiment in params.experiments.items():
        if name.endswith("-replicates"):
            yield f"experiments.{name}: another name, please: results/{name}.json is for replicates"
        table = Path(experiment.data.path)
        if table.parent == GENERATED and table.stem not in params.generators:
            yield (
                f"experiments.{name}.data.path: no generator makes {experiment.data.path!r}"
                f"{nearest(table.stem, params.generators)}"
            )
        if experiment.data.delimiter == experiment.data.decimal:
            decimal = experiment.data.decimal
            yield f"experiments.{name}.data.decimal: is {decimal!r}, and so is the delimiter"
        yield from part_conflicts(name, experiment)
        yield from _sweep_conflicts(name, experiment)


def key_conflicts(section: Section, *start: str) -> Iterator[str]:
    """Say which keys of a section, and of all in it, are missing or have no use."""
    for keys, part in _sections(section, *start):
        yield from part.conflicts(*keys)


def part_conflicts(name: str, experiment: Experiment) -> Iterator[str]:
    """Say which sections of an experiment do not go together."""
    start, split, train = f"experiments.{name}", experiment.split, experiment.train
    yield from _task_conflicts(start, experiment)
    if split.test_size + split.validation_size >= 1:
        yield f"{start}.split: test_size and validation_size leave no rows to train on"
    yield from _split_conflicts(start, experiment)
    if train.early_stopping and split.validation_size == 0:
        yield (
            f"{start}.train.early_stopping: needs a validation part; set "
            f"{start}.split.validation_size above 0, or early_stopping to null"
        )
    deciding = experiment.evaluate.deciding
    if isinstance(deciding, str | Cost) and split.validation_size == 0:
        key = "threshold" if isinstance(deciding, str) else "cost"
        yield (
            f"{start}.evaluate.{key}: a threshold is chosen on a validation part; set "
            f"{start}.split.validation_size above 0, or give a number as threshold"
        )


def _task_conflicts(start: str, experiment: Experiment) -> Iterator[str]:
    """Say what is not for the kind of target that there is."""
    task, train, evaluate = experiment.data.task, experiment.train, experiment.evaluate
    is_of_classes = task == CLASSIFICATION
    if OUTPUTS[train.output].task != task:
        allowed = " or ".join(outputs_for(task))
        yield f"{start}.train.output: {train.output} is not for data.task {task}; write {allowed}"
    if is_of_classes and evaluate.deciding is None:
        yield f"{start}.evaluate.threshold: is missing; data.task {task} needs it"
    if evaluate.threshold is not None and evaluate.cost is not None:
        yield f"{start}.evaluate.threshold: is chosen by evaluate.cost; take one out"
    of_the_other = {
        "data.positive": (experiment.data.positive, False),
        "train.class_weights": (train.class_weights, False),
        "evaluate.threshold": (evaluate.threshold, False),
        "evaluate.cost": (evaluate.cost, False),
        "evaluate.interval": (evaluate.interval, True),
    }
    for key, (value, is_for_numbers) in of_the_other.items():
        if value is not None and is_for_numbers == is_of_classes:
            yield f"{start}.{key}: is not for data.task {task}; take it out"
    if evaluate.interval is not None and experiment.split.validation_size == 0:
        yield (
            f"{start}.evaluate.interval: comes from a validation part; set "
            f"{start}.split.validation_size above 0, or take it out"
        )
    sweep = experiment.sweep
    if sweep and METRICS[sweep.metric].task != task:
        allowed = ", ".join(name for name, each in metrics_for(task).items() if each.guides_sweeps)
        yield f"{start}.sweep.metric: {sweep.metric} is not for data.task {task}; write {allowed}"


def _split_conflicts(start: str, experiment: Experiment) -> Iterator[str]:
    """Say which ways of splitting do not go together."""
    split, replicate = experiment.split, experiment.replicate
    column = split.group or split.order
    if split.group is not None and split.order is not None:
        yield f"{start}.split: give a group or an order, not both"
    if split.order is not None and split.stratify:
        yield f"{start}.split.stratify: rows in an order are not drawn by class; set it to false"
    if split.as_feature and column is None:
        yield f"{start}.split.as_feature: is only for a group or an order; take it out"
    if split.as_feature and column in experiment.data.drop:
        yield f"{start}.data.drop: has {column!r}, which split.as_feature makes a feature"
    if (replicate.count is None) == (replicate.folds is None):
        yield f"{start}.replicate: give one of count (splits by chance) and folds (each row once)"


def training_problems(name: str, error: ValidationError) -> list[str]:
    """Put into lines what is wrong with a training section that is not in the file."""
    start = ("experiments", name, "train")
    return [describe({**each, "loc": start + each["loc"]}, Params) for each in error.errors()]


def _sweep_conflicts(name: str, experiment: Experiment) -> Iterator[str]:
    """Say what a sweep cannot be made of."""
    sweep, start = experiment.sweep, f"experiments.{name}.sweep"
    if sweep is None:
        return
    if experiment.split.validation_size == 0 and sweep.validation_size is None:
        yield (
            f"{start}.validation_size: is missing; the experiment has no validation part, so each "
            "replicate sets aside this share of the training rows, to be judged by"
        )
    if experiment.split.validation_size > 0 and sweep.validation_size is not None:
        yield f"{start}.validation_size: trials are judged by the validation part; take it out"
    trials = math.prod(len(each.values or ()) or each.steps or 1 for each in sweep.space.values())
    if sweep.method == "grid" and trials > MOST_TRIALS:
        yield f"{start}.space: is a grid of more than {MOST_TRIALS} trials"
    for key, dimension in sweep.space.items():
        yield from _dimension_conflicts(name, key, dimension, experiment)


def _dimension_conflicts(
    name: str, key: str, dimension: Dimension, experiment: Experiment
) -> Iterator[str]:
    """Say why a training key cannot be tried with what is given for it."""
    full_key = f"experiments.{name}.sweep.space.{key}"
    method = experiment.sweep.method if experiment.sweep else None
    if key not in Settings.model_fields:
        yield f"{full_key}: there is no such training key{nearest(key, Settings.model_fields)}"
        return
    if method == "halving" and key == "epochs":
        yield f"{full_key}: halving itself decides how many epochs a trial gets; take it out"
    given = [form for form in ("values", "range", "log_range") if getattr(dimension, form)]
    if len(given) != 1:
        yield (
            f"{full_key}: should be a list of one value or more, "
            "{range: [LOW, HIGH]} or {log_range: [LOW, HIGH]}"
        )
        return
    (form,) = given
    if dimension.ends:
        low, high = dimension.ends
        if low >= high or (form == "log_range" and low <= 0):
            yield f"{full_key}.{form}: [{low}, {high}] should rise" + (
                " from a number above 0" if form == "log_range" else ""
            )
    if (dimension.steps is not None) != (dimension.ends is not None and method == "grid"):
        yield f"{full_key}.steps: " + (
            "is only for a range in a grid; take it out"
            if dimension.steps is not None
            else "is missing; a grid needs the number of values to take from a range"
        )
    train = experiment.train.model_dump()
    for place, value in enumerate(dimension.values or dimension.ends or ()):
        try:
            Settings.model_validate(train | {key: value})
        except ValidationError as error:
            where = f"{full_key}[{place}]" if form == "values" else f"{full_key}.{form}[{place}]"
            for told in training_problems(name, error):
                yield where + told.removeprefix(f"experiments.{name}.train.{key}")


def _sections(section: Section, *keys: str) -> Iterator[tuple[tuple[str, ...], Section]]:
    """Walk through a section and all sections in it, with the keys that lead to each."""
    yield keys, section
    for key, value in section:
        if isinstance(value, Section):
            yield from _sections(value, *keys, key)
        elif isinstance(value, dict):
            for name, each in value.items():
                yield from _sections(each, *keys, key, name)
