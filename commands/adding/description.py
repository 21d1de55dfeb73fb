"""The text that `commands.add` prints: what a table holds, and the settings chosen for it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from commands.adding.choices import Choice
from commands.adding.findings import Findings
from commands.adding.profile import Overview
from commands.shared.dialects import NAMES
from nn.preparing.preprocessing import Preprocessing
from stages.tables.table import Table


def description(
    path: Path,
    overview: Overview,
    findings: Findings,
    table: Table,
    prepared: Preprocessing,
    choices: Sequence[Choice],
) -> str:
    """Describe the table, its columns and classes, then list choices and warnings."""
    dialect = overview.dialect
    classes, counts = table.classes, np.bincount(table.labels)
    last = f" ({classes[-1]!r} is the positive one)" if len(classes) == 2 else ""
    named = ", ".join(f"{name} {count}" for name, count in zip(classes, counts, strict=True))
    lines = [
        f"{path}: {len(table.labels)} rows, {len(overview.columns)} columns; {dialect.encoding}, "
        f"delimiter {NAMES[dialect.delimiter]}, decimal {NAMES[dialect.decimal]}",
        "",
        *_aligned([("column", "holds", "becomes"), *findings.lines]),
        "",
        f"{len(classes)} classes: {named}{last}",
        f"{len(prepared.feature_names)} features of {len(table.columns)} columns",
        "",
        *_aligned([(each.key, _short(each.value), each.reason) for each in choices if each.reason]),
        *[f"note: {note}" for note in findings.notes],
        *[f"warning: {warning}" for warning in findings.warnings],
    ]
    return "\n".join(lines)


def _short(value: Any) -> str:
    return {"None": "null", "True": "true"}.get(str(value), str(value))


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
