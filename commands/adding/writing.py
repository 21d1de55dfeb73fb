"""Writing an experiment into params.yaml: new lines, and every other byte as it was."""

import io
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from nn.errors import InputError
from stages.parameters.file import load_params
from stages.parameters.sections import Params

IN_ONE_LINE = ("data", "split", "normalize", "early_stopping", "baseline", "replicate", "plot")
LONG = 80  # characters of a section that is not written in one line


def with_experiment(text: str, key: str, experiment: Mapping[str, Any], comment: str) -> str:
    """Put an experiment behind the last one of a params.yaml that is valid.

    Raises InputError where `experiments` is written in one line, in which no new line can be put.
    """
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    assert isinstance(root, yaml.MappingNode)  # the file was checked before
    (experiments,) = (value for name, value in root.value if name.value == "experiments")
    if experiments.flow_style or not experiments.value:
        raise InputError("experiments: write it over several lines, for a new one to be put there")
    column = experiments.value[0][0].start_mark.column
    last = max(mark.line for mark in _ends(experiments))
    lines = text.splitlines(keepends=True)
    if not lines[last].endswith("\n"):
        lines[last] += "\n"
    section = _rendered({key: experiment}, comment)
    indented = [" " * column + line if line.strip() else line for line in section]
    return "".join([*lines[: last + 1], "\n", *indented, *lines[last + 1 :]])


def checked(text: str) -> Params:
    """Read parameters from a text as from the file; raises InputError where it is not valid."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "params.yaml"
        path.write_text(text, encoding="utf-8")
        try:
            return load_params(path)
        except InputError as error:
            raise InputError(str(error).replace(str(path), path.name)) from error


class Representer(RoundTripRepresenter):
    """Writes null and numbers in the file's own way; ruamel's others stay as they are."""


Representer.add_representer(
    type(None), lambda yaml, _: yaml.represent_scalar("tag:yaml.org,2002:null", "null")
)
Representer.add_representer(
    float, lambda yaml, value: yaml.represent_scalar("tag:yaml.org,2002:float", _number(value))
)


def _rendered(section: Mapping[str, Any], comment: str) -> list[str]:
    writer = YAML()
    writer.Representer = Representer
    writer.width = 1 << 16
    written = io.StringIO()
    writer.dump(_as_yaml(section), written)
    return [f"# {comment}\n", *written.getvalue().splitlines(keepends=True)]


def _as_yaml(value: Any, name: str = "") -> Any:
    """Choose how each value is written: short sections and lists in one line."""
    if isinstance(value, Mapping):
        section = CommentedMap({key: _as_yaml(each, key) for key, each in value.items()})
        if name in IN_ONE_LINE and len(str(dict(value))) <= LONG + 20 * (name == "baseline"):
            section.fa.set_flow_style()
        return section
    if isinstance(value, list | tuple):
        items = CommentedSeq(_as_yaml(each) for each in value)
        items.fa.set_flow_style()
        return items
    if isinstance(value, str) and not value.replace("_", "a").replace("/", "a").isidentifier():
        return DoubleQuotedScalarString(value) if not _is_path(value) else value
    return value


def _number(value: float) -> str:
    """Write 1e-08 as 1.0e-8, which every reader of YAML takes for a number."""
    digits, mark, exponent = repr(value).partition("e")
    return f"{digits if '.' in digits else f'{digits}.0'}e{int(exponent):+d}" if mark else digits


def _is_path(text: str) -> bool:
    return text.isascii() and text.replace("/", "").replace(".", "").replace("-", "").isidentifier()


def _ends(node: yaml.Node) -> list[Any]:
    """Find where each value within a node ends that stands in the text itself."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style:
        return [mark for pair in node.value for each in pair for mark in _ends(each)]
    if isinstance(node, yaml.SequenceNode) and not node.flow_style:
        return [mark for each in node.value for mark in _ends(each)]
    return [node.end_mark]
