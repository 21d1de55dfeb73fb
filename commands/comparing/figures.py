"""Paired differences of the replicates' metrics, and a verdict on each in words."""

import json
from typing import Any, NamedTuple

from commands.shared.sides import Side
from nn.errors import InputError, counted
from nn.judging.intervals import spread
from nn.judging.registry import METRICS

ENDING = "-replicates.json"
OUT_OF_DATE = "not known: replicates out of date"
Replicates = dict[str, Any]


class Figure(NamedTuple):
    """One metric of one experiment on both sides."""

    experiment: str
    metric: str
    part: str
    """What it was measured on: test or train."""
    n: int
    """Pairs of replicates with equal seeds."""
    means: tuple[float | None, float | None]
    difference: float | None
    """Mean of B less A over the pairs, then the ends of its 95 % interval."""
    low: float | None
    high: float | None
    verdict: str

    def is_worse_by(self, tolerance: float) -> bool:
        """Tell whether B is worse, by more than that on average."""
        return self.verdict == "worse" and abs(self.difference or 0.0) > tolerance


def replicates_of(side: Side) -> dict[str, Replicates]:
    """Read the replicates of each experiment on a side; raises InputError where it has none."""
    found = {}
    for path in side.blobs:
        folder, _, name = path.partition("/")
        content = side.read(path) if folder == "results" and name.endswith(ENDING) else None
        if content is not None:
            try:
                found[name.removesuffix(ENDING)] = json.loads(content)
            except ValueError as error:
                raise InputError(f"{side.name}: {path} is no JSON ({error})") from error
    if not found:
        raise InputError(
            f"{side.name} has no metrics of replicates (results/EXPERIMENT{ENDING}): {side.remedy}"
        )
    return found


def compare(key: str, a: Replicates, b: Replicates) -> list[Figure]:
    """Compare an experiment's metrics over the replicates that have equal seeds on both sides."""
    parts = [next(part for part in ("test", "train") if part in x["replicates"]) for x in (a, b)]
    if parts[0] != parts[1]:  # figures of test rows and of training rows say different things
        return []
    one, other = _by_seeds(a), _by_seeds(b)
    shared = [seeds for seeds in one if seeds in other]
    figures = []
    for metric in METRICS:
        if not any(metric in side["each"] for side in (a, b)):  # it is of another task
            continue
        pairs = [(one[seeds].get(metric), other[seeds].get(metric)) for seeds in shared]
        known = [(x, y) for x, y in pairs if x is not None and y is not None]
        found = spread([y - x for x, y in known])
        means = (spread([x for x, _ in known]).mean, spread([y for _, y in known]).mean)
        verdict = verdict_on(metric, found.n, found.low, found.high)
        figures.append(
            Figure(
                key, metric, parts[0], found.n, means, found.mean, found.low, found.high, verdict
            )
        )
    return figures


def verdict_on(metric: str, n: int, low: float | None, high: float | None) -> str:
    """Judge by the interval of a mean difference whether B is better, worse, or neither."""
    if low is None or high is None:
        return f"cannot tell: {counted(n, 'replicate')} with equal seeds"
    if low <= 0.0 <= high:
        return "the same" if low == high else f"no difference seen at n = {n}"
    return "better" if (low > 0.0) == METRICS[metric].higher_is_better else "worse"


def _by_seeds(replicates: Replicates) -> dict[tuple[int, int], dict[str, float | None]]:
    """Arrange replicates by their seeds of split and training: the columns of each."""
    columns = replicates["each"]
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return {(row["split_seed"], row["train_seed"]): row for row in rows}
