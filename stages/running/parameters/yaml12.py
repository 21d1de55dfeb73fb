"""YAML 1.2, as DVC reads it: PyYAML alone reads 1.1, where 1e-5 is text and `no` is false.

A small file can ask for a lot: values in values without end, ten aliases of ten aliases of ten. It
is refused before anything is made of it.
"""

import re
from collections.abc import Callable
from typing import Any

import yaml

DEEPEST = 50  # values within values
MOST = 1_000_000  # values, counted as often as aliases repeat them
LONGEST = 100  # digits of a number
HALF_CHARACTER = re.compile("[\ud800-\udfff]")  # which no file can hold
SCALARS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "null": ("~|null|Null|NULL|", lambda text: None),
    "bool": ("true|True|TRUE|false|False|FALSE", lambda text: text.lower() == "true"),
    "int": ("[-+]?[0-9]+", int),  # in YAML 1.1, 010 is eight
    "float": (r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", float),
}
"""By tag, in the order in which they are tried: how it is written, and how it is read."""


class Loader(yaml.SafeLoader):
    """Reads YAML 1.2; refuses a key that is there twice, and what grows beyond bounds."""

    def __init__(self, stream: Any) -> None:
        """Begin with nothing."""
        super().__init__(stream)
        self.depth = self.count = 0
        self.counts: dict[str | None, int] = {}  # of values, by anchor

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Read a value and all in it; raises MarkedYAMLError where that grows beyond bounds."""
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent):
            if event.anchor in self.anchors and event.anchor not in self.counts:
                raise _problem(f"the value &{event.anchor} contains itself", event)
            self.count += self.counts.get(event.anchor, 0)
            if self.count > MOST:
                raise _problem(f"with all aliases, there are more than {MOST} values", event)
            return super().compose_node(parent, index)
        if self.depth == DEEPEST:
            raise _problem(f"more than {DEEPEST} values lie in each other", event)
        before = self.count
        self.count += 1
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        if event.anchor is not None:
            self.counts[event.anchor] = self.count - before
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Read a mapping; raises MarkedYAMLError where a key is there twice."""
        mapping = super().construct_mapping(node, deep=deep)
        if len(mapping) < len(node.value):
            seen = set()
            for key_node, _ in node.value:
                key = self.construct_object(key_node, deep=True)
                if key in seen:
                    raise _problem(f"the key {key!r} is there twice", key_node)
                seen.add(key)
        return mapping

    def read_scalar(self, node: yaml.ScalarNode) -> Any:
        """Read a value without parts; raises MarkedYAMLError where it is not what its tag says."""
        tag, text = node.tag.rpartition(":")[2], self.construct_scalar(node)
        pattern, read = SCALARS[tag]
        if not re.fullmatch(pattern, text):
            raise _problem(f"{text!r} is no {tag}", node)
        if tag == "int" and len(text) > LONGEST:
            raise _problem(f"a number of {len(text)} digits; {LONGEST} are the most", node)
        return read(text)

    def read_text(self, node: yaml.ScalarNode) -> str:
        """Read a text; raises MarkedYAMLError where it is none that a file can hold."""
        text = str(self.construct_scalar(node))
        if HALF_CHARACTER.search(text):
            raise _problem("half a character, of a pair that was split", node)
        return text


Loader.yaml_implicit_resolvers = {}
Loader.yaml_constructors = {
    tag: construct
    for tag, construct in yaml.SafeLoader.yaml_constructors.items()
    if tag is None or tag.endswith((":seq", ":map"))  # None: any other tag, which is refused
}
Loader.add_constructor("tag:yaml.org,2002:str", Loader.read_text)
for _tag, (_pattern, _) in SCALARS.items():
    _full_tag = f"tag:yaml.org,2002:{_tag}"
    Loader.add_implicit_resolver(_full_tag, re.compile(f"(?:{_pattern})$"), None)
    Loader.add_constructor(_full_tag, Loader.read_scalar)


def describe_syntax(error: yaml.YAMLError) -> str:
    """Put what PyYAML could not read into one line."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        mark = error.problem_mark
        return f"line {mark.line + 1}, column {mark.column + 1}: {error.problem}"
    return " ".join(str(error).split())


def _problem(problem: str, place: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=place.start_mark)
