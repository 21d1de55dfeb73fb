"""YAML 1.2, as DVC reads it: PyYAML alone reads 1.1, where 1e-5 is text and `no` is false."""

import re
from typing import Any

import yaml


class Loader(yaml.SafeLoader):
    """Reads YAML 1.2; refuses a key that is there twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Read a mapping; raises MarkedYAMLError where a key is there twice."""
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


Loader.yaml_implicit_resolvers = {}
for _tag, _pattern in (
    ("null", "~|null|Null|NULL|"),
    ("bool", "true|True|TRUE|false|False|FALSE"),
    ("int", "[-+]?[0-9]+"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"),
):
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"(?:{_pattern})$"), None)
# In YAML 1.1, 010 is eight.
Loader.add_constructor("tag:yaml.org,2002:int", lambda _, node: int(node.value))


def describe_syntax(error: yaml.YAMLError) -> str:
    """Put what PyYAML could not read into one line."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        mark = error.problem_mark
        return f"line {mark.line + 1}, column {mark.column + 1}: {error.problem}"
    return " ".join(str(error).split())
