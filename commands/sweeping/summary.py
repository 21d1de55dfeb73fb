"""What a sweep says at its end: the best setting, and how it does beside the present one."""

from collections import Counter
from collections.abc import Sequence

from commands.sweeping.search import Row
from commands.sweeping.space import plain
from commands.sweeping.table import cell
from commands.sweeping.trial import SweepData
from stages.parameters.sections import SweepParams


def summary(key: str, rows: Sequence[Row], best: Row, sweep: SweepParams, data: SweepData) -> str:
    """Write it as lines of text."""
    present = next(row for row in reversed(rows) if row.candidate.number == 0)
    counted = Counter(row.outcome.outcome for row in rows)
    judged = [len(validation.labels) for _, validation in data.splits]
    lines = [
        f"{key}: {', '.join(f'{count} {outcome}' for outcome, count in counted.items())}; "
        f"{sweep.metric} of {judged[0]} validation rows"
        + (
            f", {sweep.replicates} replicates (± standard deviation)"
            if sweep.replicates > 1
            else ""
        ),
        f"  trial {'0, as it is:':14} {score(present)}",
    ]
    if best.candidate.number == 0:
        lines.append("No trial does better than params.yaml as it is.")
    else:
        lines.append(f"  trial {f'{best.candidate.number}, the best:':14} {score(best)}")
        old, new = plain(present.candidate.train), plain(best.candidate.train)
        lines.append(f"It changes, in experiments.{key}.train:")
        lines += [
            f"  {name}: {told(value)} (is {told(old[name])})"
            for name, value in new.items()
            if value != old[name]
        ]
        lines.append(f"Take it over with: python -m commands.sweep {key} --apply")
    lines.append(f"Every trial: sweeps/{key}.csv  Picture: sweeps/{key}.png")
    return "\n".join(lines)


def score(row: Row) -> str:
    """Say a mean and its deviation, or why there is none."""
    if row.mean is None:
        return f"{row.outcome.outcome}: {row.outcome.reason}"
    return f"{row.mean:.4f}" + (f" ± {row.deviation:.4f}" if row.deviation is not None else "")


def told(value: object) -> str:
    """Say a value as params.yaml would."""
    return "null" if value is None else str(cell(value))
