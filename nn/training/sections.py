"""Sections of settings: keys with types and ranges, and in one line what is wrong with a value."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, NamedTuple, get_args, get_origin

import numpy as np
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from nn.errors import InputError, nearest
from nn.network.registry import settings_needed

Registry = Mapping[str, Callable[..., Any]]

Seed = Annotated[int, Field(ge=0, lt=2**32)]
Count = Annotated[int, Field(ge=1, le=10**9)]
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Fraction = Annotated[float, Field(ge=0, lt=1)]
LIST = Field(strict=False)  # a list becomes a tuple, so that nobody changes it

REPLACED = {  # keys that older files have, and what to write now
    "arithmetic": "this key is now precision: write precision: double (the default) or single"
}


class Section(BaseModel):
    """Keys with their types and ranges. No other keys; 3.0 is no whole number, "3" no number."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    registries: ClassVar[Mapping[str, Registry]] = {}
    """By key: what its words name, functions whose parameters are other keys of the section."""

    def __init__(self, **values: Any) -> None:
        """Take values by keyword, NumPy's numbers too; raises InputError, a line for each problem.

        (Where a file is checked, pydantic does not come by here: its errors name the whole key.)
        """
        try:
            super().__init__(**without_numpy(values))
        except ValidationError as error:
            problems = [describe(each, type(self)) for each in error.errors()]
        else:
            problems = list(self.conflicts())
        if problems:
            raise InputError("\n".join(problems))

    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    def needs(self) -> "Iterator[Need]":
        """List the keys that some functions of a registry take and others do not."""
        for key in type(self).model_fields:
            for other, registry in self.registries.items():
                takers = [name for name in registry if key in settings_needed(registry[name])]
                if 0 < len(takers) < len(registry):
                    chosen = getattr(self, other)
                    yield Need(key, other, takers, (chosen,) if isinstance(chosen, str) else chosen)

    def conflicts(self, *start: str) -> Iterator[str]:
        """Say which keys are missing for what was chosen, or have no use; `start` leads to them."""
        for need in self.needs():
            full, is_given = full_key([*start, need.key]), getattr(self, need.key) is not None
            if need.is_felt and not is_given:
                yield f"{full}: is missing; {need.other} {' '.join(need.chosen)} needs it"
            if is_given and not need.is_felt:
                yield f"{full}: is only for {need.other} {' or '.join(need.takers)}; take it out"


class Need(NamedTuple):
    """A key that only some words of another key have a use for."""

    key: str
    other: str
    takers: Sequence[str]
    """The words that need the key."""
    chosen: Sequence[str]
    """The words that the other key has."""

    @property
    def is_felt(self) -> bool:
        """Tell whether one of the words is among those chosen."""
        return not set(self.chosen).isdisjoint(self.takers)


def one_of(words: Mapping[str, Any] | Callable[[], Iterable[str]]) -> AfterValidator:
    """Allow the names of a registry alone, or the words that a function lists."""

    def check(word: str) -> str:
        allowed = [*(words() if callable(words) else words)]
        if word not in allowed:
            *others, last = map(repr, allowed)
            told = f"{', '.join(others)} or {last}" if others else last
            raise PydanticCustomError("word", "should be {told}", {"told": told})
        return word

    return AfterValidator(check)


def full_key(keys: Iterable[str | int]) -> str:
    """Join the keys that lead to a value: `experiments.circles.train.hidden[0]`."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)[1:]


def describe(error: ErrorDetails, root: type[BaseModel]) -> str:
    """Put what pydantic found wrong in a `root` into one line: full key, value, what is allowed."""
    *section, key = error["loc"] or ("",)
    full, value = full_key(error["loc"]), json.dumps(error["input"], default=str)[:60]
    match error["type"]:
        case "missing":
            return f"{full}: is missing"
        case "extra_forbidden" if key in REPLACED:
            return f"{full}: {REPLACED[key]}"
        case "extra_forbidden":
            return f"{full}: unknown key{nearest(str(key), _allowed_keys(section, root))}"
        case "model_type" | "dict_type":
            return f"{full or 'the file'}: {value} should be a section with keys"
        case "tuple_type":
            return f"{full}: {value} should be a list"
        case "sentence":
            return f"{full}: {error['msg']}"
        case _ if key == "[key]":
            return f"{full_key(section)}: a key is of letters, digits, _ and -, and is no number"
    return f"{full}: {value} {error['msg'].removeprefix('Input ')}"


def without_numpy(value: Any) -> Any:
    """Turn NumPy's numbers and arrays, also within lists and mappings, into Python's own."""
    if isinstance(value, list | tuple):
        return [without_numpy(each) for each in value]
    if isinstance(value, Mapping):
        return {key: without_numpy(each) for key, each in value.items()}
    return value.tolist() if isinstance(value, np.generic | np.ndarray) else value


def _allowed_keys(section: Sequence[str | int], root: type[BaseModel]) -> Iterable[str]:
    """List the keys that the section has to which these keys lead."""
    here = root
    keys = iter(section)
    for key in keys:
        annotation = here.model_fields[str(key)].annotation
        if get_origin(annotation) is dict:
            next(keys, None)  # the name of a generator, an experiment or a training key
        here = next(_section_types(annotation))
    return here.model_fields


def _section_types(annotation: object) -> Iterator[type[BaseModel]]:
    """Find sections in an annotation as Data, dict[Key, Data] or Data | None."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _section_types(part)
