"""The table of a sweep: every trial in a CSV file, without a trace of when or where it ran."""

import json
from collections.abc import Sequence
from typing import Any

from commands.sweeping.search import Row
from commands.sweeping.space import plain
from stages.parameters.sections import SweepParams
from stages.running.files import write_csv


def write_table(path: str, rows: Sequence[Row], sweep: SweepParams) -> None:
    """Write a row for each trial; one by halving appears in each round that it took part in."""
    columns: dict[str, list[Any]] = {"trial": [row.candidate.number for row in rows]}
    if sweep.method == "halving":
        columns["round"] = [row.rung for row in rows]
        columns["epochs"] = [row.epochs for row in rows]
    for key in sweep.space:
        columns[key] = [cell(plain(row.candidate.train)[key]) for row in rows]
    columns[f"{sweep.metric}_mean"] = [row.mean for row in rows]
    columns[f"{sweep.metric}_deviation"] = [row.deviation for row in rows]
    columns["outcome"] = [row.outcome.outcome for row in rows]
    columns["reason"] = [row.outcome.reason for row in rows]
    write_csv(path, list(columns), columns.values())


def cell(value: object) -> object:
    """Say a value as params.yaml would; nothing, where its other values have no use for a key."""
    return json.dumps(value) if isinstance(value, list | dict) else value
