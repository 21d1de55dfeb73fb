"""Tell which columns a network relies on, and how: `python -m stages.explain KEY`."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from nn.arithmetic import Array, even_places, mean
from nn.explaining.dependence import POINTS, dependence, grid_of
from nn.explaining.few_columns import LookedAt, look_at, owners_of
from nn.explaining.importance import PERMUTATIONS, columns_alike, permutation_importance
from nn.model_file import Model, load_model
from nn.network.outputs import OUTPUTS, row_losses
from nn.preparing.preprocessing import Preparation, recode
from stages.executing.progress import Progress
from stages.running.artifacts import judged_part, read_split, shown_parts
from stages.running.command import run, warn
from stages.running.files import write_csv
from stages.running.parameters.file import load_params

COLUMNS = 6  # those that matter most: how the answer moves with each is shown
ROWS = 20  # of which each is followed as its column changes
WORK = 10_000_000_000  # weights times rows: more would take longer than most trainings
FEWEST_ROWS = 200
CLASSES = 5  # the first: of more, the page could not tell them apart


class Asked(NamedTuple):
    """What is told of a network: to whom it answers what, and how wrong that is."""

    names: list[str]
    """Of the answers: the classes whose probabilities they are, or the target."""
    answers: Callable[[Array], Array]
    """Of coded values (rows, columns), (rows, names)."""
    losses: Callable[[Array], Array]
    """Of coded values of the judged rows, or of all of them again and again, (rows,)."""


def main(key: str) -> None:
    """Write `curves/KEY-importance.csv` and `curves/KEY-dependence.csv`, of the judged rows."""
    load_params().experiment(key)  # is there, and valid
    model, table = load_model(f"artifacts/{key}/network.npz"), read_split(key)
    parts = shown_parts({part: rows for part, rows in table.parts.items() if len(rows.labels)})
    rows = parts[judged_part(parts)]
    values = recode(model.preprocessing.columns, rows.features, table.columns)
    looked_at = look_at(model.network, model.preprocessing, values)
    groups = groups_of(looked_at)
    count, times = affordable(looked_at, len(groups))
    some = even_places(len(values), count)
    if count < len(values):
        warn(f"{key}: explained by {count} of {len(values)} rows, as the network is large")
    looked_at = looked_at.at(some)
    asked = asked_of(model, looked_at.logits, rows.labels[some])
    values, prepared = looked_at.values, looked_at.preprocessing.columns

    with Progress(f"explain {key}", "columns", len(groups)) as progress:
        found = permutation_importance(asked.losses, values, progress.over(groups), times)
    found.sort(key=lambda each: -each.increase)
    names = [" + ".join(prepared[place].name for place in each.columns) for each in found]
    ends = [each.interval or ("", "") for each in found]
    write_csv(
        f"curves/{key}-importance.csv",
        ["columns", "increase", "low", "high"],
        [names, [each.increase for each in found], *zip(*ends, strict=True)],
    )
    mattering = [each.columns[0] for each in found if len(each.columns) == 1][:COLUMNS]
    header = ["column", "answer_of", "row", "value", "answer"]
    lines = [line for place in mattering for line in movements(asked, prepared, values, place)]
    write_csv(f"curves/{key}-dependence.csv", header, [*zip(*lines, strict=True)])


def asked_of(model: Model, logits: Callable[[Array], Array], labels: Any) -> Asked:
    """Say what a model answers, and how wrong it is: log loss, or the size of the error.

    The logits are those of the values that it is asked about.
    """

    def again(values: Array) -> Any:
        return np.tile(labels, len(values) // len(labels))

    if model.quantity:
        undo = model.quantity.scaling.undo
        return Asked(
            [model.target],
            lambda values: undo(logits(values)),
            lambda values: np.abs(undo(logits(values))[:, 0] - again(values)),
        )
    shown = [1] if len(model.classes) == 2 else [*range(len(model.classes))][:CLASSES]
    output = OUTPUTS[model.network.output]
    return Asked(
        [model.classes[number] for number in shown],
        lambda values: output.probabilities(logits(values))[:, shown],
        lambda values: row_losses(output.log_probabilities(logits(values)), again(values)),
    )


def affordable(looked_at: LookedAt, groups: int) -> tuple[int, int]:
    """Choose how many rows to look at, and how often to permute them: of much work, fewer.

    More rows come before more permutations of them, which say less.
    """
    rows, weights = len(looked_at.values), looked_at.network.parameters.size
    of_each = groups + COLUMNS * POINTS  # answers at least
    count = min(rows, max(WORK // (weights * of_each), FEWEST_ROWS))
    times = WORK // (weights * groups * max(count, 1))
    return count, min(max(times, 1), PERMUTATIONS)


def groups_of(looked_at: LookedAt) -> list[Sequence[int]]:
    """List columns by their places: each alone, then those that say the same, together."""
    columns = looked_at.preprocessing.columns
    alike = columns_alike(looked_at.preprocessing.features(looked_at.values), owners_of(columns))
    return [*([place] for place in range(len(columns))), *alike]


def movements(
    asked: Asked, prepared: tuple[Preparation, ...], values: Array, place: int
) -> list[tuple[str, str, str, Any, float]]:
    """Follow the answers as a column is given other values: lines of the file.

    The average over all rows comes first, without a number; then some rows, one from each of as
    many stretches.
    """
    column = prepared[place]
    categories = column.categories
    grid = grid_of(values[:, place], None if categories is None else len(categories))
    moving = dependence(asked.answers, values, place, grid)
    told = [categories[int(each)] if categories else each for each in grid.tolist()]
    followed = even_places(len(values), ROWS)
    curves = {"": mean(moving, axis=1)}
    curves |= {str(row + 1): moving[:, row] for row in followed.tolist()}
    return [
        (column.name, name, row, value, answer)
        for number, name in enumerate(asked.names)
        for row, answers in curves.items()
        for value, answer in zip(told, answers[:, number].tolist(), strict=True)
    ]


if __name__ == "__main__":
    run(main)
