"""Another setting in params.yaml: only the values change, not a space or comment beside them."""

import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node

from nn.errors import InputError
from nn.training.settings import Settings
from stages.parameters.file import load_params
from stages.running.files import write_text

Edit = tuple[int, int, str]
"""From one place in the text to another, and what is to stand there."""


def apply_setting(path: str, key: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Change the training section of an experiment from one setting to another, both in full.

    A key that is None without having been there has no use and is left out. Raises InputError, and
    leaves the file as it is, where that cannot be done without changing anything else.
    """
    text = Path(path).read_bytes().decode("utf-8")
    before = load_params(path).model_dump()
    changed = {name: value for name, value in new.items() if value != old[name]}
    written = edited(text, ("experiments", key, "train"), changed)
    before["experiments"][key]["train"] = Settings.model_validate(new).model_dump()

    draft = Path(path).with_name(f".{Path(path).name}.draft")
    try:
        write_text(draft, written)
        after = load_params(draft).model_dump()
    except InputError as error:
        raise InputError(f"{path}: the change must be made by hand, {error}") from error
    finally:
        draft.unlink(missing_ok=True)
    if after != before:
        raise InputError(
            f"{path}: experiments.{key}.train shares its values with another section, through an "
            "anchor of YAML: make the change by hand"
        )
    write_text(path, written)


def edited(text: str, section: tuple[str, ...], changed: Mapping[str, Any]) -> str:
    """Put values into a training section of a YAML text, and take out what has none."""
    node: Node = YAML().compose(text)
    for name in section:
        node = _children(node)[name][1]
    assert isinstance(node, MappingNode)
    edits = [_edit(text, node, name, value) for name, value in changed.items()]
    for start, stop, replacement in sorted(edits, reverse=True):
        text = text[:start] + replacement + text[stop:]
    return text


def _edit(text: str, section: MappingNode, name: str, value: Any) -> Edit:
    children = _children(section)
    if name not in children:
        key, beside = children["optimizer"]  # the keys that come and go are mostly its own
        line = f"{name}: {_written(value)}"
        if section.flow_style:
            return _end(beside), _end(beside), f", {line}"
        end = _end_of_line(text, _end(beside))
        return end, end, f"{_newline(text)}{' ' * key.start_mark.column}{line}"
    key, old = children[name]
    start, stop = old.start_mark.index, _end(old)
    if value is not None or Settings.model_fields[name].is_required():
        # A value left out begins at the colon; a list may begin right under its key.
        is_close = text[start - 1] == ":" or old.start_mark.column == key.start_mark.column
        return start, stop, f"{'  ' if is_close else ''}{_written(value)}"
    if section.flow_style:
        while text[stop] in ", \r\n":
            stop += 1
        return key.start_mark.index, stop, ""
    start = text.rfind("\n", 0, key.start_mark.index) + 1
    return start, min(_end_of_line(text, stop) + len(_newline(text)), len(text)), ""


def _children(node: Node) -> dict[str, tuple[Node, Node]]:
    """List what is in a mapping by key: the nodes of key and value."""
    return {key.value: (key, value) for key, value in node.value}


def _end(node: Node) -> int:
    """Find where a value ends, without the blank lines and comments after it."""
    while isinstance(node, CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return int(node.end_mark.index)


def _written(value: Any) -> str:
    """Write a value as YAML, in one line."""
    yaml = YAML()
    yaml.default_flow_style, yaml.width = True, 10_000
    content = io.StringIO()
    yaml.dump([value], content)
    written = content.getvalue().strip()[1:-1]
    # Without a point, programs that read YAML 1.1 take 1e-05 for text.
    return re.sub(r"^(-?\d+)e", r"\1.0e", written)


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _end_of_line(text: str, place: int) -> int:
    end = text.find(_newline(text), place)
    return len(text) if end < 0 else end
