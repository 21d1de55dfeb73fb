"""The text that `commands.add` prints: what a table holds, and the settings chosen for it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from commands.adding.choices import Choice
from commands.adding.findings import Findings
from commands.adding.profile import Overview
from commands.shared.dialects import NAMES
from nn.errors import counted
from nn.preparing.preprocessing import Preprocessing
from stages.running.artifacts import most_frequent
from stages.tables.table import Table


def description(
    path: Path,
    overview: Overview,
    findings: Findings,
    table: Table,
    prepared: Preprocessing,
    choices: Sequence[Choice],
) -> str:
    """Describe the table, its columns and target, then list choices and warnings."""
    dialect = overview.dialect
    lines = [
        f"{path}: {counted(len(table.labels), 'row')}, "
        f"{counted(len(overview.columns), 'column')}; {dialect.encoding}, "
        f"delimiter {NAMES[dialect.delimiter]}, decimal {NAMES[dialect.decimal]}",
        "",
        *_aligned([("column", "holds", "becomes"), *findings.lines]),
        "",
        _target(table),
        f"{counted(len(prepared.feature_names), 'feature')} of "
        f"{counted(len(table.columns), 'column')}",
        "",
        *_aligned([(each.key, _short(each.value), each.reason) for each in choices if each.reason]),
        *[f"note: {note}" for note in findings.notes],
        *[f"warning: {warning}" for warning in findings.warnings],
    ]
    return "\n".join(lines)


def _target(table: Table) -> str:
    """Count the rows of each class, or say between what the numbers lie."""
    classes = table.classes
    if not classes:
        low, high, middle = table.labels.min(), table.labels.max(), np.median(table.labels)
        return (
            f"a number to predict, from {low:g} to {high:g}, median {middle:g} "
            "(if these name classes: --task classification)"
        )
    last = f" ({classes[-1]!r} is the positive one)" if len(classes) == 2 else ""
    counts = table.class_counts()
    shown = most_frequent(counts)
    named = ", ".join(f"{classes[number]} {counts[number]}" for number in shown)
    named += f" and {len(classes) - len(shown)} rarer ones" if len(shown) < len(classes) else ""
    return f"{len(classes)} classes: {named}{last}"


def _short(value: Any) -> str:
    return {"None": "null", "True": "true"}.get(str(value), str(value))


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
