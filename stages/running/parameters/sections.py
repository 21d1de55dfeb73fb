"""The sections that `params.yaml` is made of: every key, its type and range."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, TypeVar, get_args

from pydantic import (
    BeforeValidator,
    Field,
    PlainSerializer,
    StringConstraints,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

from nn.datasets import DATASETS
from nn.errors import InputError, nearest
from nn.judging.decisions import Cost
from nn.judging.registry import sweep_metrics
from nn.preparing.columns import MAX_CATEGORIES
from nn.preparing.scaling import SCALINGS
from nn.training.sections import (
    LIST,
    Count,
    Fraction,
    NotNegative,
    Positive,
    Registry,
    Section,
    Seed,
    one_of,
)
from nn.training.settings import OptimizerSettings, Settings

GENERATED = Path("data/generated")  # holds the table of each generator, as KEY.csv


# DVC splits its commands at a space in a key, and drops a key that is a number.
Key = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_-]*[A-Za-z_-][A-Za-z0-9_-]*$")]
VALUES = BeforeValidator(lambda value: {"values": value} if isinstance(value, list) else value)
Ends = Annotated[tuple[int | float, int | float], LIST]

MOST_TRIALS = 10**5  # of a sweep

CHOSEN_THRESHOLD = "youden"  # chosen on validation rows: `nn.judging.decisions.youden_threshold`


def _number_or_chosen(value: Any, number: ValidatorFunctionWrapHandler) -> Any:
    if isinstance(value, str) and value != CHOSEN_THRESHOLD:
        raise PydanticCustomError("word", f"should be a number or {CHOSEN_THRESHOLD!r}")
    return value if isinstance(value, str) or value is None else number(value)


OR_CHOSEN = (WrapValidator(_number_or_chosen), PlainSerializer(lambda value: value))


S = TypeVar("S", bound=Section)


class Generator(Section):
    """A synthetic table; `nn/datasets.py` says what its numbers mean."""

    registries: ClassVar[Mapping[str, Registry]] = {"kind": DATASETS}

    kind: Annotated[str, one_of(DATASETS)]
    rows: Annotated[int, Field(ge=2, le=10**7)]
    noise: NotNegative | None = None
    factor: Fraction | None = None
    spread: NotNegative | None = None
    seed: Seed


class Writing(Section):
    """How the numbers or dates of some columns are written; `nn/preparing/forms.py`."""

    columns: Annotated[tuple[str, ...], LIST]
    thousands: Literal["", ",", ".", " ", "'"] = ""
    decimal: Literal[".", ","] | None = None
    units: Annotated[tuple[str, ...], LIST] = ()
    minus: Annotated[tuple[str, ...], LIST] = ()
    factors: Mapping[str, Annotated[float, Field(gt=0, le=1e30)]] = Field(default_factory=dict)
    date: str = ""


class Data(Section):
    """The table of an experiment, its columns, and how it is written; `stages/tables/table.py`."""

    path: str
    target: str
    task: Literal["classification", "regression"] = "classification"
    positive: str | None = None
    drop: Annotated[tuple[str, ...], LIST] = ()
    categories: Annotated[tuple[str, ...], LIST] = ()
    max_categories: Annotated[int, Field(ge=2, le=10_000)] = MAX_CATEGORIES
    missing: Literal["refuse", "impute"] = "refuse"
    missing_marks: Annotated[tuple[str, ...], LIST] = ()
    not_missing: Annotated[tuple[str, ...], LIST] = ()
    spellings: Annotated[tuple[Annotated[tuple[str, ...], LIST], ...], LIST] = ()
    written: Annotated[tuple[Writing, ...], LIST] = ()
    delimiter: Literal[",", ";", "\t", "|", " "] = ","
    decimal: Literal[".", ","] = "."
    encoding: Literal["utf-8", "utf-16", "latin-1", "cp1252"] = "utf-8"
    header_line: Count = 1
    unnamed: Literal["first", "last"] | None = None
    skip_lines: Annotated[tuple[Count, ...], LIST] = ()


class SplitParams(Section):
    """What is set aside, as fractions of all rows, and what keeps rows together; `nn/splitting/`.

    The rows with one value in the column `group` stay in one part; by the column `order` the last
    rows are tested. Such a column is no feature, unless `as_feature` says so.
    """

    test_size: Fraction
    validation_size: Fraction
    stratify: bool
    seed: Seed
    group: str | None = None
    order: str | None = None
    as_feature: bool = False

    def reading(self) -> dict[str, Any]:
        """List what `read_table` must know of it."""
        return self.model_dump(include={"group", "order", "as_feature"})

    def drawing(self) -> dict[str, Any]:
        """List what `split_table` must know of it."""
        return self.model_dump(exclude={"as_feature"})


class NormalizeParams(Section):
    """How features are scaled; `nn/preparing/scaling.py`."""

    registries: ClassVar[Mapping[str, Registry]] = {"method": SCALINGS}

    method: Annotated[str, one_of(SCALINGS)]
    epsilon: NotNegative | None = None
    clip: Annotated[float, Field(ge=1)] | None = None


class CostParams(Section):
    """What the two kinds of mistakes cost, in any unit."""

    false_positive: Positive
    false_negative: Positive


class EvaluateParams(Section):
    """How the network is judged, and the linear model that it is set against.

    `threshold` is for classes. It may be CHOSEN_THRESHOLD: `stages/judging/thresholds.py` makes a
    number of it, and of a `cost`, which takes its place. `interval` is for numbers: the share of
    them that intervals should hold.
    """

    threshold: Annotated[float | None, Field(gt=0, lt=1), *OR_CHOSEN] = None
    cost: CostParams | None = None
    interval: Annotated[float, Field(gt=0, lt=1)] | None = None
    baseline: OptimizerSettings

    @property
    def deciding(self) -> float | str | Cost | None:
        """What decides between two classes: a threshold, or the rule that chooses one."""
        if self.cost is not None:
            return Cost(self.cost.false_positive, self.cost.false_negative)
        return self.threshold


class ReplicateParams(Section):
    """How often all is repeated with other seeds, and where those seeds come from.

    In place of a `count` of splits by chance, `folds` has each row tested once.
    """

    count: Annotated[int, Field(ge=2, le=10**5)] | None = None
    folds: Annotated[int, Field(ge=2, le=10**5)] | None = None
    seed: Seed


class PlotParams(Section):
    """The animation's number of frames, and the points along each side of the boundary's grid."""

    frames: Annotated[int, Field(ge=1, le=1000)]
    resolution: Annotated[int, Field(ge=2, le=1000)]


class Dimension(Section):
    """What a training key is tried with: a list of values, or numbers between two, ends included.

    A `log_range` is even in the logarithm. Of a range a grid takes so many `steps`.
    """

    values: Annotated[tuple[Any, ...] | None, LIST] = None
    range: Ends | None = None
    log_range: Ends | None = None
    steps: Annotated[int, Field(ge=2, le=1000)] | None = None

    @property
    def ends(self) -> tuple[float, float] | None:
        """The lowest and the highest number of a range."""
        return self.range or self.log_range


class Grid(NamedTuple):
    """Try all combinations of the values of a space."""


class Random(NamedTuple):
    """Draw so many settings from a space."""

    trials: int
    seed: int


class Halving(NamedTuple):
    """Draw settings; again and again give the best 1 of `factor` that many times the epochs."""

    trials: int
    seed: int
    factor: int


METHODS: dict[str, type] = {"grid": Grid, "random": Random, "halving": Halving}


class SweepParams(Section):
    """What is tried in place of the training section's values, and how; `commands/sweeping/`."""

    registries: ClassVar[Mapping[str, Registry]] = {"method": METHODS}

    method: Annotated[str, one_of(METHODS)]
    trials: Annotated[int, Field(ge=1, le=MOST_TRIALS)] | None = None
    seed: Seed | None = None
    factor: Annotated[int, Field(ge=2)] | None = None
    metric: Annotated[str, one_of(sweep_metrics)]
    replicates: Count
    validation_size: Annotated[float, Field(gt=0, lt=1)] | None = None
    space: Annotated[dict[str, Annotated[Dimension, VALUES]], Field(min_length=1)]


class Experiment(Section):
    """One chain of the pipeline, from a table to its pictures, and what a sweep tries on it."""

    data: Data
    split: SplitParams
    normalize: NormalizeParams
    train: Settings
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

    return float not in parts(Settings.model_fields[key].annotation)
