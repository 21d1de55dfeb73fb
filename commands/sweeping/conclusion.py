"""The text at the end of a sweep: the best setting beside the present one."""

from collections import Counter
from collections.abc import Sequence

from commands.shared.wording import writer_of
from commands.sweeping.search import Evaluation
from commands.sweeping.space import plain
from commands.sweeping.trial import SweepData
from commands.sweeping.trials_table import cell
from stages.figures.numbers import with_deviation
from stages.running.parameters.sections import SweepParams


def conclusion(
    key: str,
    evaluations: Sequence[Evaluation],
    best: Evaluation,
    sweep: SweepParams,
    data: SweepData,
) -> str:
    """Describe the best setting, what it changes, and where every trial is listed."""
    present = next(each for each in reversed(evaluations) if each.candidate.number == 0)
    counted = Counter(each.outcome.outcome for each in evaluations)
    judged = [len(validation.labels) for _, validation in data.splits]
    lines = [
        f"{key}: {', '.join(f'{count} {outcome}' for outcome, count in counted.items())}; "
        f"{sweep.metric} of {judged[0]} validation rows"
        + (
            f", {sweep.replicates} replicates (± standard deviation)"
            if sweep.replicates > 1
            else ""
        ),
        f"  trial {'0, as it is:':14} {score(present, sweep.metric)}",
    ]
    if best.candidate.number == 0:
        lines.append("No trial does better than params.yaml as it is.")
    else:
        lines.append(
            f"  trial {f'{best.candidate.number}, the best:':14} {score(best, sweep.metric)}"
        )
        old, new = plain(present.candidate.train), plain(best.candidate.train)
        lines.append(f"It changes, in experiments.{key}.train:")
        lines += [
            f"  {name}: {told(value)} (is {told(old[name])})"
            for name, value in new.items()
            if value != old[name]
        ]
        lines.append(f"Write it into params.yaml with: python -m commands.sweep {key} --apply")
    lines.append(f"Every trial: sweeps/{key}.csv  Picture: sweeps/{key}.png")
    return "\n".join(lines)


def score(evaluation: Evaluation, metric: str) -> str:
    """Write a mean and its standard deviation, or why there is none."""
    if evaluation.mean is None:
        return f"{evaluation.outcome.outcome}: {evaluation.outcome.reason}"
    write = writer_of(metric)
    if evaluation.deviation is None:
        return write(evaluation.mean)
    return " ± ".join(with_deviation(evaluation.mean, evaluation.deviation, write))


def told(value: object) -> str:
    """Write a value as params.yaml does."""
    return "null" if value is None else str(cell(value))
