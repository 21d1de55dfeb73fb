"""Comparing JSON by keys, CSV by cells, and any other text by lines."""

import csv
import json
from collections.abc import Iterator
from typing import Any

from commands.verifying.differences import Difference, is_same, sentence
from nn.errors import counted

ABSENT = "nothing"  # stands for a value that only the other file has


def json_difference(recorded: bytes, rebuilt: bytes) -> str | None:
    """Say at which key two JSON files differ; None where they hold the same values."""
    one, other = (dict(_leaves(json.loads(content))) for content in (recorded, rebuilt))
    keys = list(one | other)
    differences = [
        Difference(key, one.get(key, ABSENT), other.get(key, ABSENT))
        for key in keys
        if not (key in one and key in other and is_same(one[key], other[key]))
    ]
    return sentence(differences, len(keys), "values")


def csv_difference(recorded: bytes, rebuilt: bytes) -> str | None:
    """Say in which column and row two CSV files differ; row 1 is the first beneath the header."""
    one, other = (
        list(csv.reader(content.decode().splitlines())) for content in (recorded, rebuilt)
    )
    if one[:1] != other[:1]:
        return f"columns: {','.join(*one[:1])} recorded, {','.join(*other[:1])} rebuilt"
    if len(one) != len(other):
        return f"{counted(len(one) - 1, 'row')} recorded, {len(other) - 1} rebuilt"
    differences = []
    for row, (cells, other_cells) in enumerate(zip(one, other, strict=True)):
        if len(cells) != len(other_cells):
            return f"row {row}: {counted(len(cells), 'cell')} recorded, {len(other_cells)} rebuilt"
        for column, cell, other_cell in zip(one[0], cells, other_cells, strict=True):
            values = _value(cell), _value(other_cell)
            if not is_same(*values):
                differences.append(Difference(f"column {column!r}, row {row}", *values))
    return sentence(differences, sum(map(len, one[1:])), "cells")


def text_difference(recorded: bytes, rebuilt: bytes) -> str | None:
    """Say in which line two texts differ; None where only the ends of lines do."""
    one, other = recorded.decode().splitlines(), rebuilt.decode().splitlines()
    longest = max(len(one), len(other))
    one, other = (lines + [ABSENT] * (longest - len(lines)) for lines in (one, other))
    pairs = enumerate(zip(one, other, strict=True), start=1)
    differences = [Difference(f"line {line}", *pair) for line, pair in pairs if pair[0] != pair[1]]
    return sentence(differences, longest, "lines")


def _leaves(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Walk through a JSON value; the keys of its leaves are written like `test.confusion[0][1]`."""
    match value:
        case dict() if value:
            for name, inner in value.items():
                yield from _leaves(inner, f"{key}.{name}" if key else name)
        case list() if value:
            for place, inner in enumerate(value):
                yield from _leaves(inner, f"{key}[{place}]")
        case _:
            yield key or "the value", value


def _value(cell: str) -> float | str:
    try:
        return float(cell)
    except ValueError:
        return cell
