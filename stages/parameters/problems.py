"""What is wrong with a value of `params.yaml`, in one line: full key, value, what is allowed."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from nn.errors import nearest
from stages.parameters.sections import Params, Section


def full_key(keys: Iterable[str | int]) -> str:
    """Join the keys that lead to a value: `experiments.circles.train.hidden[0]`."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)[1:]


def training_problems(name: str, error: ValidationError) -> list[str]:
    """Put into lines what is wrong with a training section that is not in the file."""
    start = ("experiments", name, "train")
    return [describe({**each, "loc": start + each["loc"]}) for each in error.errors()]


def describe(error: ErrorDetails) -> str:
    """Put what pydantic found wrong into one line: full key, value, what is allowed."""
    *section, key = error["loc"] or ("",)
    full, value = full_key(error["loc"]), json.dumps(error["input"], default=str)[:60]
    match error["type"]:
        case "missing":
            return f"{full}: is missing"
        case "extra_forbidden":
            return f"{full}: unknown key{nearest(str(key), _allowed_keys(section))}"
        case "model_type" | "dict_type":
            return f"{full or 'the file'}: {value} should be a section with keys"
        case "tuple_type":
            return f"{full}: {value} should be a list"
        case _ if key == "[key]":
            return f"{full_key(section)}: a key is of letters, digits, _ and -, and is no number"
    return f"{full}: {value} {error['msg'].removeprefix('Input ')}"


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
