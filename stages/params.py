"""What `params.yaml` may say: every key, its type and range, checked before any work is spent."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args

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

    def check(self, section: BaseModel, full_key: str, value: object) -> Iterator[str]:
        """Say where the key is missing or has no use."""
        chosen = getattr(section, self.other)
        chosen = (chosen,) if isinstance(chosen, str) else chosen
        needed = not set(chosen).isdisjoint(self.values)
        if needed and value is None:
            yield f"{full_key}: is missing; {self.other} {' '.join(chosen)} needs it"
        if value is not None and not needed:
            yield f"{full_key}: is only for {self.other} {' or '.join(self.values)}; take it out"


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


class Experiment(Section):
    """One chain of the pipeline, from a table to its pictures."""

    data: Data
    split: SplitParams
    normalize: NormalizeParams
    train: TrainParams
    evaluate: EvaluateParams
    replicate: ReplicateParams
    plot: PlotParams


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


def _conflicts(params: Params) -> Iterator[str]:
    """Say what is wrong between keys that are right each by itself."""
    for keys, section in _sections(params):
        for key, field in type(section).model_fields.items():
            for rule in field.metadata:
                if isinstance(rule, OnlyWith):
                    yield from rule.check(section, _full_key([*keys, key]), getattr(section, key))
    for name, experiment in params.experiments.items():
        data, split, train = experiment.data, experiment.split, experiment.train
        start = f"experiments.{name}"
        table = Path(data.path)
        if table.parent == GENERATED and table.stem not in params.generators:
            yield (
                f"{start}.data.path: no generator makes {data.path!r}"
                f"{nearest(table.stem, params.generators)}"
            )
        if data.delimiter == data.decimal:
            yield f"{start}.data.decimal: is {data.decimal!r}, and so is the delimiter"
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


def _sections(section: Section, *keys: str) -> Iterator[tuple[tuple[str, ...], Section]]:
    """Walk through a section and all sections in it, with the keys that lead to each."""
    yield keys, section
    for key, value in section:
        if isinstance(value, Section):
            yield from _sections(value, *keys, key)
        elif isinstance(value, dict):
            for name, each in value.items():
                yield from _sections(each, *keys, key, name)


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
    for key in (*section[:1], *section[2:]):  # the second is the name of a generator or experiment
        annotation = here.model_fields[str(key)].annotation  # Data, dict[Key, Data] or Data | None
        options = [annotation, *get_args(annotation)]
        (here,) = (each for each in options if isinstance(each, type) and issubclass(each, Section))
    return here.model_fields


def _describe_syntax(error: yaml.YAMLError) -> str:
    """Put what PyYAML could not read into one line."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        mark = error.problem_mark
        return f"line {mark.line + 1}, column {mark.column + 1}: {error.problem}"
    return " ".join(str(error).split())
