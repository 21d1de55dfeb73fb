"""The metrics of `results/KEY.json` as lines of a table, beside baselines and repeated runs."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from nn.judging.registry import METRICS
from nn.network.outputs import CLASSIFICATION
from stages.figures.numbers import Write, with_deviation
from stages.reporting.numbers import fixed, short
from stages.running.artifacts import judged_part

Scores = dict[str, Any]

PART_NAMES = {"train": "training", "validation": "validation", "test": "test"}


class MetricLine(NamedTuple):
    """One metric: its name, what it means, and its values as text, by column."""

    name: str
    meaning: str
    figures: Sequence[str]


class MetricsTable(NamedTuple):
    """The metrics of an experiment."""

    columns: Sequence[str]
    lines: Sequence[MetricLine]


class Verdict(NamedTuple):
    """The line of an experiment in the table that compares all of them."""

    part: str
    accuracy: float
    interval: tuple[float, float] | None
    majority: float
    linear: float
    log_loss: float


class NumberVerdict(NamedTuple):
    """The line of a regression in the table that compares all of them."""

    part: str
    rmse: float
    interval: tuple[float, float] | None
    mean: float
    linear: float
    r2: float | None


def was_judged(key: str) -> bool:
    """Tell whether there is anything to say of an experiment."""
    return Path(f"results/{key}.json").exists() and Path(f"models/{key}.npz").exists()


def read_scores(key: str) -> tuple[Scores, Scores]:
    """Read an experiment's metrics and, where they were made, those of its repeated runs."""
    repeated = Path(f"results/{key}-replicates.json")
    scores: Scores = json.loads(Path(f"results/{key}.json").read_text(encoding="utf-8"))
    if not repeated.exists():
        return scores, {}
    replicates: Scores = json.loads(repeated.read_text(encoding="utf-8"))["replicates"]
    return scores, replicates


def metrics_table(scores: Scores, replicates: Scores) -> MetricsTable:
    """Set an experiment's metrics beside their intervals, the baselines and repeated runs."""
    judged = judged_part(scores)
    parts = [part for part in PART_NAMES if part in scores]
    names = {
        "most frequent class": "majority",
        "mean": "mean",
        "linear model": "linear",
        "one member, on average": "member",
    }
    baselines = {name: key for name, key in names.items() if key in scores["baseline"]}
    columns = [PART_NAMES[part] for part in parts]
    intervals = scores[judged].get("intervals", {})
    if intervals:
        columns.append("95 % interval")
    columns += [f"{name}, {PART_NAMES[judged]}" for name in baselines]
    repeated = {}
    if replicates:
        part = judged_part(replicates)
        repeated = replicates[part]
        columns += [
            f"{replicates_words(replicates)}, {PART_NAMES[part]}: mean ± deviation",
            "95 % interval of that mean",
        ]
    lines = []
    told = [
        (name, metric.title, metric.meaning, fixed if metric.task == CLASSIFICATION else short)
        for name, metric in METRICS.items()
    ]
    told.append(("cost", "Cost", "what mistakes cost a row on average, by evaluate.cost", short))
    for name, title, meaning, write in told:
        if name not in scores[judged]:  # it is of another task
            continue
        figures = [write(scores[part][name]) for part in parts]
        if intervals:
            figures.append(interval_text(intervals.get(name), write))
        figures += [
            write(scores["baseline"][each][judged][name])
            if name in scores["baseline"][each][judged]
            else ""
            for each in baselines.values()
        ]
        if repeated:
            highest = 1.0 if name in METRICS and METRICS[name].higher_is_better else None
            figures += spread_text(repeated.get(name, {}), write, highest)
        lines.append(MetricLine(title, meaning, figures))
    return MetricsTable(columns, lines)


def replicates_words(replicates: Scores) -> str:
    """Say what the repeated runs were: `30 other seeds` or `5 folds, each tested once`."""
    if "folds" in replicates:
        return f"{replicates['folds']} folds, each tested once"
    return f"{replicates['count']} other seeds"


def verdict(scores: Scores) -> Verdict | NumberVerdict:
    """Pick the metrics by which experiments are compared."""
    judged = judged_part(scores)
    own, baseline = scores[judged], scores["baseline"]
    if "rmse" in own:
        interval = own.get("intervals", {}).get("rmse")
        return NumberVerdict(
            PART_NAMES[judged],
            own["rmse"],
            (interval[0], interval[1]) if interval else None,
            baseline["mean"][judged]["rmse"],
            baseline["linear"][judged]["rmse"],
            own["r2"],
        )
    interval = own.get("intervals", {}).get("accuracy")
    return Verdict(
        PART_NAMES[judged],
        own["accuracy"],
        (interval[0], interval[1]) if interval else None,
        baseline["majority"][judged]["accuracy"],
        baseline["linear"][judged]["accuracy"],
        own["log_loss"],
    )


def interval_text(interval: Sequence[float] | None, write: Write = fixed) -> str:
    """Write an interval: `0.901 to 0.981`."""
    return f"{write(interval[0])} to {write(interval[1])}" if interval else ""


def spread_text(
    figure: Mapping[str, Any], write: Write = fixed, highest: float | None = None
) -> list[str]:
    """Write the mean of repeated runs and its deviation, `0.952 ± 0.006`; and its interval.

    The interval is cut at the best that can be: at `highest` or, without, at 0, as of a loss.
    """
    if figure.get("mean") is None:
        return ["", ""]
    low, high = figure["low"], figure["high"]
    told = ""
    if None not in (low, high):
        ends = (max(low, 0.0), high) if highest is None else (low, min(high, highest))
        told = interval_text(ends, write)
    return [" ± ".join(with_deviation(figure["mean"], figure["std"], write)), told]
