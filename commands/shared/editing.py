"""Editing params.yaml in place: new values or a new experiment, and every other byte as it was.

The text is cut at the places where ruamel.yaml finds keys and values, and only the pieces between
are replaced. To write the whole file anew would lose spaces, quotes and the places of comments.
"""

import io
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from filelock import FileLock
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from nn.errors import InputError
from stages.running.files import write_text
from stages.running.parameters.file import read_params
from stages.running.parameters.sections import Params

ONE_LINE = 92  # characters, as Python writes them, of a new section that is put in one line

Edit = tuple[int, int, str]
"""From one place in the text to another, and the text to put there."""


def edit(path: Path, change: Callable[[str], str]) -> None:
    """Change a file that a person owns, and lose nothing that others write into it meanwhile.

    `change` makes the new text from the present one. Commands wait for each other; where something
    else has written while `change` was at work, it is called once more.
    """
    lock = path.with_name(f".{path.name}.lock")
    with FileLock(lock):
        try:
            while True:
                before = path.read_bytes()
                text = change(before.decode("utf-8"))
                if path.read_bytes() == before:
                    break
            write_text(path, text)
        finally:
            with suppress(OSError):  # on Windows, where another waits for it
                lock.unlink()


def with_values(
    text: str,
    section: Sequence[str],
    values: Mapping[str, Any],
    removed: Collection[str],
    after: str,
) -> str:
    """Set values in a section, given by the keys that lead to it, and take out `removed` keys.

    A key that is not there yet is put after the key `after`.
    """
    node = _section(text, section)
    edits = [_setting(text, node, name, value, after) for name, value in values.items()]
    edits += [_removal(text, node, name) for name in removed]
    for start, stop, replacement in sorted(edits, reverse=True):
        text = text[:start] + replacement + text[stop:]
    return text


def with_experiment(text: str, key: str, experiment: Mapping[str, Any], comment: str) -> str:
    """Put an experiment after the last one of a params.yaml that is valid, beneath a comment.

    Raises InputError where `experiments` is written in one line.
    """
    experiments = _children(YAML().compose(text))["experiments"][1]
    assert isinstance(experiments, MappingNode)
    if experiments.flow_style or not experiments.value:
        raise InputError("experiments: write it over several lines, to make room for a new one")
    indent = " " * experiments.value[0][0].start_mark.column
    place, newline = _end_of_line(text, _end(experiments)), _newline(text)
    lines = [f"# {comment}", *_dumped({key: _laid_out(experiment)}).splitlines()]
    return (
        text[:place]
        + newline
        + "".join(f"{newline}{indent}{each}" for each in lines)
        + (text[place:] or newline)
    )


def without_key(text: str, section: Sequence[str], name: str) -> str:
    """Take a key with its value out of a section, and the comment above it.

    The last key leaves `{}` behind, so that the section stays one.
    """
    node = _section(text, section)
    key, value = _children(node)[name]
    if len(node.value) == 1:
        return f"{text[: node.start_mark.index]}{{}}{text[_end(value) :]}"
    start, stop, _ = _removal(text, node, name)
    if not node.flow_style:
        lines = text[:start].splitlines(keepends=True)
        indent = " " * key.start_mark.column
        while lines and lines[-1].startswith(f"{indent}#"):
            start -= len(lines.pop())
        if lines and not lines[-1].strip() and not text[stop:].strip():
            start -= len(lines.pop())  # the blank line before what was last
        elif text[stop:].startswith(_newline(text)):
            stop += len(_newline(text))
    return text[:start] + text[stop:]


def with_key_renamed(text: str, section: Sequence[str], old: str, new: str) -> str:
    """Give a key of a section another name, in its place."""
    key, _ = _children(_section(text, section))[old]
    return f"{text[: key.start_mark.index]}{new}{text[key.end_mark.index :]}"


def _section(text: str, section: Sequence[str]) -> MappingNode:
    node: Node = YAML().compose(text)
    for name in section:
        node = _children(node)[name][1]
    assert isinstance(node, MappingNode)
    return node


def checked(text: str) -> Params:
    """Read parameters from a text as from the file; raises InputError where it is not valid."""
    return read_params(text.encode("utf-8"), "params.yaml")


def _setting(text: str, section: MappingNode, name: str, value: Any, after: str) -> Edit:
    children = _children(section)
    written = _dumped([_laid_out(value)], in_one_line=True).strip()[1:-1]
    if name in children:
        key, old = children[name]
        # A value left out begins at the colon; a list may begin right under its key.
        start = old.start_mark.index
        is_close = text[start - 1] == ":" or old.start_mark.column == key.start_mark.column
        return start, _end(old), f"{'  ' if is_close else ''}{written}"
    key, before = children[after]
    if section.flow_style:
        return _end(before), _end(before), f", {name}: {written}"
    end = _end_of_line(text, _end(before))
    return end, end, f"{_newline(text)}{' ' * key.start_mark.column}{name}: {written}"


def _removal(text: str, section: MappingNode, name: str) -> Edit:
    key, value = _children(section)[name]
    stop = _end(value)
    if section.flow_style:
        while text[stop] in ", \r\n":
            stop += 1
        return key.start_mark.index, stop, ""
    start = text.rfind("\n", 0, key.start_mark.index) + 1
    return start, min(_end_of_line(text, stop) + len(_newline(text)), len(text)), ""


def _children(node: Node) -> dict[str, tuple[Node, Node]]:
    """List the nodes of key and value in a mapping, by key."""
    return {key.value: (key, value) for key, value in node.value}


def _end(node: Node) -> int:
    """Find where a value ends, without the blank lines and comments after it."""
    while isinstance(node, CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return int(node.end_mark.index)


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _end_of_line(text: str, place: int) -> int:
    end = text.find(_newline(text), place)
    return len(text) if end < 0 else end


class _Representer(RoundTripRepresenter):
    """Writes null as `null`, and 1e-08 as `1.0e-08`: YAML 1.1 takes it for text without a point."""


_Representer.add_representer(
    type(None), lambda dumper, _: dumper.represent_scalar("tag:yaml.org,2002:null", "null")
)
_Representer.add_representer(
    float,
    lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:float", _number(value)),
)


def _number(value: float) -> str:
    text = repr(value)
    return text if "." in text else text.replace("e", ".0e")


def _dumped(value: Any, in_one_line: bool = False) -> str:
    yaml, written = YAML(), io.StringIO()
    yaml.Representer = _Representer
    yaml.default_flow_style, yaml.width = in_one_line, 1 << 16
    yaml.dump(value, written)
    return written.getvalue()


def _laid_out(value: Any) -> Any:
    """Choose how a value is written: lists and short sections of plain values in one line."""
    if isinstance(value, Mapping):
        section = CommentedMap({key: _laid_out(each) for key, each in value.items()})
        is_deep = any(isinstance(each, Mapping) for each in value.values())
        if not is_deep and len(str(dict(value))) <= ONE_LINE:
            section.fa.set_flow_style()
        return section
    if isinstance(value, list | tuple):
        items = CommentedSeq(_laid_out(each) for each in value)
        items.fa.set_flow_style()
        return items
    if isinstance(value, str) and not value.replace("/", "").replace(".", "").isidentifier():
        return DoubleQuotedScalarString(value)
    return value
