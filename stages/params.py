"""What `params.yaml` may say: every key, its type and range, checked before any work is spent."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from nn.errors import InputError, nearest

GENERATED = Path("data/generated")  # holds the table of each generator, as KEY.csv


@dataclass(frozen=True)
class OnlyWith:
    """Marks a key that is given where another key has one of these values, and only there."""

    other: str
    values: tuple[str, ...]

    def is_needed(self, section: BaseModel) -> bool:
        """Tell whether the other key has one of the values."""
        return not set(self._chosen(section)).isdisjoint(self.values)

    def check(self, section: BaseModel, full_key: str, value: object) -> Iterator[str]:
        """Say where the key is missing or has no use."""
        needed = self.is_needed(section)
        if needed and value is None:
            yield f"{full_key}: is missing; {self.other} {' '.join(self._chosen(section))} needs it"
        if value is not None and not needed:
            yield f"{full_key}: is only for {self.other} {' or '.join(self.values)}; take it out"

    def _chosen(self, section: BaseModel) -> tuple[str, ...]:
        chosen = getattr(section, self.other)
        return (chosen,) if isinstance(chosen, str) else chosen


# DVC splits its commands at a space in a key, and drops a key that is a number.
Key = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_-]*[A-Za-z_-][A-Za-z0-9_-]*$")]
Seed = Annotated[int, Field(ge=0, lt=2**32)]
Count = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Fraction = Annotated[float, Field(ge=0, lt=1)]
Activation = Literal["relu", "leaky_relu", "tanh", "sigmoid"]

LIST = Field(strict=False)  # a list in the file becomes a tuple, so that nobody changes it
ONE_OR_MORE = BeforeValidator(lambda value: [value] if isinstance(value, str) else value)
VALUES = BeforeValidator(lambda value: {"values": value} if isinstance(value, list) else value)
Ends = Annotated[tuple[int | float, int | float], LIST]

CHOSEN_THRESHOLD = "youden"  # chosen on validation rows: `nn.metrics.youden_threshold`


def _number_or_chosen(value: Any, number: ValidatorFunctionWrapHandler) -> Any:
    if isinstance(value, str) and value != CHOSEN_THRESHOLD:
        raise PydanticCustomError("word", f"should be a number or {CHOSEN_THRESHOLD!r}")
    return value if isinstance(value, str) else number(value)


OR_CHOSEN = (WrapValidator(_number_or_chosen), PlainSerializer(lambda value: value))


class Section(BaseModel):
    """A part of the file. No other keys; 3.0 is no whole number, true and "3" are no numbers."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


S = TypeVar("S", bound=Section)


class Generator(Section):
    """A synthetic table; `nn/datasets.py` says what its numbers mean."""

    kind: Literal["circles", "clusters", "curve"]
    rows: Annotated[int, Field(ge=2)]
    noise: Annotated[NotNegative | None, OnlyWith("kind", ("circles", "curve"))] = None
    factor: Annotated[Fraction | None, OnlyWith("kind", ("circles",))] = None
    spread: Annotated[NotNegative | None, OnlyWith("kind", ("clusters",))] = None
    seed: Seed


class Data(Section):
    """The table of an experiment, its columns, and how it is written; `stages/tables.py`."""

    path: str
    target: str
    positive: str | None = None
    drop: Annotated[tuple[str, ...], LIST] = ()
    categories: Annotated[tuple[str, ...], LIST] = ()
    missing: Literal["refuse", "impute"] = "refuse"
    delimiter: Literal[",", ";", "\t", "|"] = ","
    decimal: Literal[".", ","] = "."
    encoding: Literal["utf-8", "utf-16", "latin-1", "cp1252"] = "utf-8"


class SplitParams(Section):
    """What is set aside, as fractions of all rows; `nn/splitting.py`."""

    test_size: Fraction
    validation_size: Fraction
    stratify: bool
    seed: Seed


class NormalizeParams(Section):
    """How features are scaled; `nn/scaling.py`."""

    method: Literal["zscore", "minmax", "none"]
    epsilon: Annotated[NotNegative | None, OnlyWith("method", ("zscore",))] = None


class OptimizerParams(Section):
    """How weights follow the gradient; `nn/optimizers.py`."""

    optimizer: Literal["gradient_descent", "momentum", "nesterov", "adam"]
    momentum: Annotated[Fraction | None, OnlyWith("optimizer", ("momentum", "nesterov"))] = None
    betas: Annotated[tuple[Fraction, Fraction] | None, LIST, OnlyWith("optimizer", ("adam",))] = (
        None
    )
    epsilon: Annotated[Positive | None, OnlyWith("optimizer", ("adam",))] = None
    learning_rate: Positive
    epochs: Count
    l2: NotNegative


class EarlyStopping(Section):
    """Stop when the validation loss has not fallen by `min_delta` for `patience` epochs."""

    patience: Count
    min_delta: NotNegative


class TrainParams(OptimizerParams):
    """The network and its training; `nn/network.py` and `nn/training.py`."""

    hidden: Annotated[tuple[Count, ...], LIST]
    activation: Annotated[tuple[Activation, ...], LIST, ONE_OR_MORE]
    negative_slope: Annotated[Fraction | None, OnlyWith("activation", ("leaky_relu",))] = None
    output: Literal["sigmoid", "sigmoid_per_class", "softmax"]
    initializer: Literal["he", "glorot", "normal", "legacy_normal"]
    seed: Seed
    learning_rate_decay: NotNegative
    batch_size: Count | None
    class_weights: Literal["balanced"] | None
    early_stopping: EarlyStopping | None

    @property
    def activations(self) -> tuple[str, ...]:
        """One activation for each hidden layer."""
        return self.activation * len(self.hidden) if len(self.activation) == 1 else self.activation


class EvaluateParams(Section):
    """How the network is judged, and the logistic regression that it is set against.

    `threshold` may be the word CHOSEN_THRESHOLD: `stages/thresholds.py` makes a number of it.
    """

    threshold: Annotated[float, Field(gt=0, lt=1), *OR_CHOSEN]
    baseline: OptimizerParams


class ReplicateParams(Section):
    """How often all is repeated with other seeds, and where those seeds come from."""

    count: Annotated[int, Field(ge=2)]
    seed: Seed


class PlotParams(Section):
    """The animation's number of frames, and the points along each side of the boundary's grid."""

    frames: Count
    resolution: Annotated[int, Field(ge=2)]


class Dimension(Section):
    """What a training key is tried with: a list of values, or numbers between two, ends included.

    A `log_range` is even in the logarithm. Of a range a grid takes so many `steps`.
    """

    values: Annotated[tuple[Any, ...] | None, LIST] = None
    range: Ends | None = None
    log_range: Ends | None = None
    steps: Annotated[int, Field(ge=2)] | None = None

    @property
    def ends(self) -> tuple[float, float] | None:
        """The lowest and the highest number of a range."""
        return self.range or self.log_range


class SweepParams(Section):
    """What is tried in place of the training section's values, and how; `commands/sweeping/`."""

    method: Literal["grid", "random", "halving"]
    trials: Annotated[Count | None, OnlyWith("method", ("random", "halving"))] = None
    seed: Annotated[Seed | None, OnlyWith("method", ("random", "halving"))] = None
    factor: Annotated[
        Annotated[int, Field(ge=2)] | None,
        OnlyWith("method", ("halving",)),
    ] = None
    metric: Literal["log_loss", "brier", "accuracy", "roc_auc"]
    replicates: Count
    validation_size: Annotated[float, Field(gt=0, lt=1)] | None = None
    space: Annotated[dict[str, Annotated[Dimension, VALUES]], Field(min_length=1)]


class Experiment(Section):
    """One chain of the pipeline, from a table to its pictures, and what a sweep tries on it."""

    data: Data
    split: SplitParams
    normalize: NormalizeParams
    train: TrainParams
    evaluate: EvaluateParams
    replicate: ReplicateParams
    plot: PlotParams
    sweep: SweepParams | None = None

    def with_training(self, key: str, changes: Mapping[str, Any]) -> "Experiment":
        """Put other values into the training section of the experiment `key`.

        What then has no use there (momentum, beside another optimizer) is taken out. Raises
        InputError with a line for each value that is wrong, or does not go with the others.
        """
        try:
            train = TrainParams.model_validate(self.train.model_dump() | dict(changes))
        except ValidationError as error:
            raise InputError("\n".join(_training_problems(key, error))) from error
        unused = {name: None for name, rule in _rules(train) if not rule.is_needed(train)}
        changed = self.model_copy(update={"train": train.model_copy(update=unused)})
        if found := [
            *_key_conflicts(changed.train, "experiments", key, "train"),
            *_part_conflicts(key, changed),
        ]:
            raise InputError("\n".join(found))
        return changed


class Params(Section):
    """The whole file."""

    generators: dict[Key, Generator]
    experiments: dict[Key, Experiment]

    def generator(self, key: str) -> Generator:
        """Find a generator; raises InputError with the nearest keys where there is none."""
        return _find("generator", self.generators, key)

    def experiment(self, key: str) -> Experiment:
        """Find an experiment; raises InputError with the nearest keys where there is none."""
        return _find("experiment", self.experiments, key)


def load_params(path: str | Path = "params.yaml") -> Params:
    """Read and check the whole file, all experiments.

    Raises InputError with a line for each problem: the full key, the value and what is allowed.
    """
    try:
        content = yaml.load(Path(path).read_bytes(), Loader=_Loader)
        params = Params.model_validate(content)
        problems = list(_conflicts(params))
    except yaml.YAMLError as error:
        problems = [_describe_syntax(error)]
    except ValidationError as error:
        problems = [_describe(details) for details in error.errors()]
    if problems:
        raise InputError("\n".join(f"{path}: {problem}" for problem in problems))
    return params


class _Loader(yaml.SafeLoader):
    """Reads YAML 1.2, as DVC does: PyYAML alone reads 1.1, where 1e-5 is text and `no` is false."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        mapping = super().construct_mapping(node, deep=deep)
        if len(mapping) < len(node.value):
            seen = set()
            for key_node, _ in node.value:
                key = self.construct_object(key_node, deep=True)
                if key in seen:
                    raise yaml.MarkedYAMLError(
                        problem=f"the key {key!r} is there twice", problem_mark=key_node.start_mark
                    )
                seen.add(key)
        return mapping


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern in (
    ("null", "~|null|Null|NULL|"),
    ("bool", "true|True|TRUE|false|False|FALSE"),
    ("int", "[-+]?[0-9]+"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"(?:{_pattern})$"), None)
# In YAML 1.1, 010 is eight.
_Loader.add_constructor("tag:yaml.org,2002:int", lambda _, node: int(node.value))


def _find(kind: str, sections: Mapping[str, S], key: str) -> S:
    if key not in sections:
        raise InputError(f"there is no {kind} {key!r}{nearest(key, sections)}")
    return sections[key]


def _full_key(keys: Iterable[str | int]) -> str:
    """Join the keys that lead to a value: `experiments.circles.train.hidden[0]`."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)[1:]


def is_whole(key: str) -> bool:
    """Tell whether a training key takes whole numbers only."""

    def parts(annotation: object) -> Iterator[object]:
        yield annotation
        for part in get_args(annotation):
            yield from parts(part)

    return float not in parts(TrainParams.model_fields[key].annotation)


def _conflicts(params: Params) -> Iterator[str]:
    """Say what is wrong between keys that are right each by itself."""
    yield from _key_conflicts(params)
    for name, experiment in params.experiments.items():
        table = Path(experiment.data.path)
        if table.parent == GENERATED and table.stem not in params.generators:
            yield (
                f"experiments.{name}.data.path: no generator makes {experiment.data.path!r}"
                f"{nearest(table.stem, params.generators)}"
            )
        if experiment.data.delimiter == experiment.data.decimal:
            decimal = experiment.data.decimal
            yield f"experiments.{name}.data.decimal: is {decimal!r}, and so is the delimiter"
        yield from _part_conflicts(name, experiment)
        yield from _sweep_conflicts(name, experiment)


def _key_conflicts(section: Section, *start: str) -> Iterator[str]:
    """Say which keys of a section, and of all in it, are missing or have no use."""
    for keys, part in _sections(section, *start):
        for key, rule in _rules(part):
            yield from rule.check(part, _full_key([*keys, key]), getattr(part, key))


def _rules(section: Section) -> Iterator[tuple[str, OnlyWith]]:
    """List the keys of a section that only some values of another key have a use for."""
    for key, field in type(section).model_fields.items():
        yield from ((key, rule) for rule in field.metadata if isinstance(rule, OnlyWith))


def _part_conflicts(name: str, experiment: Experiment) -> Iterator[str]:
    """Say which sections of an experiment do not go together."""
    start, split, train = f"experiments.{name}", experiment.split, experiment.train
    if split.test_size + split.validation_size >= 1:
        yield f"{start}.split: test_size and validation_size leave no rows to train on"
    if len(train.activations) != len(train.hidden):
        yield (
            f"{start}.train.activation: {len(train.activation)} activations for "
            f"{len(train.hidden)} hidden layers; give one for all or one for each"
        )
    if train.early_stopping and split.validation_size == 0:
        yield (
            f"{start}.train.early_stopping: needs a validation part; set "
            f"{start}.split.validation_size above 0, or early_stopping to null"
        )
    if isinstance(experiment.evaluate.threshold, str) and split.validation_size == 0:
        yield (
            f"{start}.evaluate.threshold: to be chosen, it needs a validation part; set "
            f"{start}.split.validation_size above 0, or give a number"
        )


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
    for key, dimension in sweep.space.items():
        yield from _dimension_conflicts(name, key, dimension, experiment)


def _dimension_conflicts(
    name: str, key: str, dimension: Dimension, experiment: Experiment
) -> Iterator[str]:
    """Say why a training key cannot be tried with what is given for it."""
    full_key = f"experiments.{name}.sweep.space.{key}"
    method = experiment.sweep.method if experiment.sweep else None
    if key not in TrainParams.model_fields:
        yield f"{full_key}: there is no such training key{nearest(key, TrainParams.model_fields)}"
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
            TrainParams.model_validate(train | {key: value})
        except ValidationError as error:
            where = f"{full_key}[{place}]" if form == "values" else f"{full_key}.{form}[{place}]"
            for told in _training_problems(name, error):
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


def _training_problems(name: str, error: ValidationError) -> list[str]:
    """Put into lines what is wrong with a training section that is not in the file."""
    start = ("experiments", name, "train")
    return [_describe({**each, "loc": start + each["loc"]}) for each in error.errors()]


def _describe(error: ErrorDetails) -> str:
    """Put what pydantic found wrong into one line: full key, value, what is allowed."""
    *section, key = error["loc"] or ("",)
    full_key, value = _full_key(error["loc"]), json.dumps(error["input"], default=str)[:60]
    match error["type"]:
        case "missing":
            return f"{full_key}: is missing"
        case "extra_forbidden":
            return f"{full_key}: unknown key{nearest(str(key), _allowed_keys(section))}"
        case "model_type" | "dict_type":
            return f"{full_key or 'the file'}: {value} should be a section with keys"
        case "tuple_type":
            return f"{full_key}: {value} should be a list"
        case _ if key == "[key]":
            return f"{_full_key(section)}: a key is of letters, digits, _ and -, and is no number"
    return f"{full_key}: {value} {error['msg'].removeprefix('Input ')}"


def _allowed_keys(section: Sequence[str | int]) -> Iterable[str]:
    """List the keys that the section has to which these keys lead."""
    here: type[Section] = Params
    keys = iter(section)
    for key in keys:
        annotation = here.model_fields[str(key)].annotation
        if get_origin(annotation) is dict:
            next(keys, None)  # the name of a generator, an experiment or a training key
        here = next(_section_types(annotation))
    return here.model_fields


def _section_types(annotation: object) -> Iterator[type[Section]]:
    """Find sections in an annotation as Data, dict[Key, Data] or Data | None."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for part in get_args(annotation):
        yield from _section_types(part)


def _describe_syntax(error: yaml.YAMLError) -> str:
    """Put what PyYAML could not read into one line."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        mark = error.problem_mark
        return f"line {mark.line + 1}, column {mark.column + 1}: {error.problem}"
    return " ".join(str(error).split())
