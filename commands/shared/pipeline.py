"""Reading dvc.yaml: what each stage runs, reads and writes, without loading DVC itself."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import yaml

from nn.errors import InputError
from stages.running.parameters.yaml12 import Loader, describe_syntax

PIPELINE = "dvc.yaml"
PARAMS = "params.yaml"
PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")
KINDS_OF_OUTPUTS = ("outs", "metrics", "plots")  # in the order of dvc.yaml's own entries


class DeclaredStage(NamedTuple):
    """A stage as dvc.yaml has it, all placeholders filled in."""

    command: Any
    params: list[str]
    """The sections of params.yaml that it depends on, by their full keys."""
    inputs: list[str]
    outputs: dict[str, bool]
    """By path: whether it is kept in DVC's cache."""


def declared_stages(text: bytes, params: Mapping[str, Any]) -> dict[str, DeclaredStage]:
    """List the stages of a dvc.yaml, one for each key of a `foreach`, by name (`train@circles`).

    Raises InputError where the text is no dvc.yaml or has a placeholder that params.yaml lacks.
    """
    try:
        entries = yaml.load(text, Loader=Loader)["stages"].items()
        return {
            name: _stage(filled)
            for stage, entry in entries
            for name, filled in _expanded(stage, entry, params)
        }
    except yaml.YAMLError as error:
        raise InputError(f"{PIPELINE}: {describe_syntax(error)}") from error
    except (TypeError, KeyError, AttributeError) as error:
        raise InputError(f"{PIPELINE}: not the pipeline of this project ({error})") from error


def section_of(params: Any, full_key: str) -> list[Any]:
    """Find what stands under a full key: a list with it, without anything where it is missing."""
    for key in full_key.split("."):
        if not isinstance(params, Mapping) or key not in params:
            return []
        params = params[key]
    return [params]


def _expanded(
    stage: str, entry: Mapping[str, Any], params: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if "foreach" not in entry:
        yield stage, _filled(entry, params)
        return
    items = _filled(entry["foreach"], params)
    pairs = items.items() if isinstance(items, Mapping) else ((item, item) for item in items)
    for key, item in pairs:
        yield f"{stage}@{key}", _filled(entry["do"], {**params, "key": key, "item": item})


def _filled(value: Any, known: Mapping[str, Any]) -> Any:
    """Put values for the placeholders in texts, and in all texts of lists and mappings."""
    if isinstance(value, Mapping):
        return {_filled(key, known): _filled(each, known) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, known) for each in value]
    if not isinstance(value, str):
        return value
    if whole := PLACEHOLDER.fullmatch(value):
        return _known(whole[1], known)
    return PLACEHOLDER.sub(lambda found: str(_known(found[1], known)), value)


def _known(full_key: str, known: Any) -> Any:
    found = section_of(known, full_key.strip())
    if not found:
        raise InputError(f"{PARAMS}: {full_key} is missing; {PIPELINE} asks for it")
    return found[0]


def _stage(entry: Mapping[str, Any]) -> DeclaredStage:
    outputs = {
        path: options.get("cache", True)
        for kind in KINDS_OF_OUTPUTS
        for each in entry.get(kind, [])
        for path, options in (each.items() if isinstance(each, Mapping) else [(each, {})])
    }
    return DeclaredStage(entry.get("cmd"), entry.get("params", []), entry.get("deps", []), outputs)
