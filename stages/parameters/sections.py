"""The sections that `params.yaml` is made of: every key, its type and range."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

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

CHOSEN_THRESHOLD = "youden"  # chosen on validation rows: `nn.judging.metrics.youden_threshold`


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
    """The table of an experiment, its columns, and how it is written; `stages/tables/table.py`."""

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
    """How features are scaled; `nn/preparing/scaling.py`."""

    method: Literal["zscore", "minmax", "none"]
    epsilon: Annotated[NotNegative | None, OnlyWith("method", ("zscore",))] = None


class OptimizerParams(Section):
    """How weights follow the gradient; `nn/training/optimizers.py`."""

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
    """The network and its training; `nn/network/network.py` and `nn/training/loop.py`."""

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
    arithmetic: Literal["portable", "native"] = "portable"

    @property
    def activations(self) -> tuple[str, ...]:
        """One activation for each hidden layer."""
        return self.activation * len(self.hidden) if len(self.activation) == 1 else self.activation


class EvaluateParams(Section):
    """How the network is judged, and the logistic regression that it is set against.

    `threshold` may be CHOSEN_THRESHOLD: `stages/judging/thresholds.py` makes a number of it.
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


def _find(kind: str, sections: Mapping[str, S], key: str) -> S:
    if key not in sections:
        raise InputError(f"there is no {kind} {key!r}{nearest(key, sections)}")
    return sections[key]


def is_whole(key: str) -> bool:
    """Tell whether a training key takes whole numbers only."""

    def parts(annotation: object) -> Iterator[object]:
        yield annotation
        for part in get_args(annotation):
            yield from parts(part)

    return float not in parts(TrainParams.model_fields[key].annotation)
