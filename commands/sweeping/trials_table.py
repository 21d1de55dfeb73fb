"""The table of a sweep: every trial in a CSV file, but not when and where it ran."""

import json
from collections.abc import Sequence
from typing import Any

from commands.sweeping.search import Evaluation
from commands.sweeping.space import plain
from stages.running.files import write_csv
from stages.running.parameters.sections import SweepParams


def write_table(path: str, evaluations: Sequence[Evaluation], sweep: SweepParams) -> None:
    """Write a row for each trial, with halving for each round that it took part in."""
    columns: dict[str, list[Any]] = {"trial": [each.candidate.number for each in evaluations]}
    if sweep.method == "halving":
        columns["round"] = [each.rung for each in evaluations]
        columns["epochs"] = [each.epochs for each in evaluations]
    for key in sweep.space:
        columns[key] = [cell(plain(each.candidate.train)[key]) for each in evaluations]
    columns[f"{sweep.metric}_mean"] = [each.mean for each in evaluations]
    columns[f"{sweep.metric}_deviation"] = [each.deviation for each in evaluations]
    columns["outcome"] = [each.outcome.outcome for each in evaluations]
    columns["reason"] = [each.outcome.reason for each in evaluations]
    write_csv(path, list(columns), columns.values())


def cell(value: object) -> object:
    """Write a value as params.yaml does; an unused key, which is None, stays empty."""
    return json.dumps(value) if isinstance(value, list | dict) else value
