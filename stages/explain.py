"""Tell which columns a network relies on, and how: `python -m stages.explain KEY`."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from nn.arithmetic import Array, even_places, mean
from nn.explaining.dependence import dependence, grid_of
from nn.explaining.importance import Importance, columns_alike, permutation_importance
from nn.model_file import Model, load_model
from nn.network.outputs import row_losses
from nn.preparing.preprocessing import Preparation, recode
from stages.executing.progress import Progress
from stages.running.artifacts import judged_part, read_split, shown_parts
from stages.running.command import run
from stages.running.files import write_csv
from stages.running.parameters.file import load_params

FEATURES = 200  # of more, only the columns with the largest weights are looked at
COLUMNS = 6  # those that matter most: how the answer moves with each is shown
ROWS = 20  # of which each is followed as its column changes
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
    prepared = model.preprocessing.columns
    values = recode(prepared, rows.features, table.columns)
    asked = asked_of(model, rows.labels)

    places = looked_at(model)
    with Progress(f"explain {key}", "columns", len(places)) as progress:
        found = importance_of(asked, model, values, places, progress)
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


def asked_of(model: Model, labels: Any) -> Asked:
    """Say what a model answers, and how wrong it is: log loss, or the size of the error."""

    def again(values: Array) -> Any:
        return np.tile(labels, len(values) // len(labels))

    if model.quantity:
        return Asked(
            [model.target],
            lambda values: model.numbers(values)[:, None],
            lambda values: np.abs(model.numbers(values) - again(values)),
        )
    shown = [1] if len(model.classes) == 2 else [*range(len(model.classes))][:CLASSES]
    features = model.preprocessing.features

    def log_loss(values: Array) -> Array:
        return row_losses(model.network.log_probabilities(features(values)), again(values))

    return Asked(
        [model.classes[number] for number in shown],
        lambda values: model.probabilities(values)[:, shown],
        log_loss,
    )


def looked_at(model: Model) -> list[int]:
    """Choose the columns to look at: all, or of very many those with the largest weights."""
    owners = owners_of(model.preprocessing.columns)
    if len(owners) <= FEATURES:
        return sorted({*owners})
    each = [np.abs(member.weights[0]).max(axis=-1) for member in model.network.members]
    strength = np.max(each, axis=0)
    strongest = np.argsort(-strength, kind="stable")[:FEATURES]
    return sorted({owners[feature] for feature in strongest.tolist()})


def importance_of(
    asked: Asked, model: Model, values: Array, places: list[int], progress: Progress
) -> list[Importance]:
    """Find by how much the loss grows without each column, or without several that say the same.

    Values (rows, columns); the columns are looked at in these places. The largest comes first.
    """
    features = model.preprocessing.features(values)
    owners = np.array(owners_of(model.preprocessing.columns))
    kept = np.isin(owners, places)
    alike = columns_alike(features[:, kept], owners[kept].tolist())
    groups = [*([place] for place in places), *alike]
    found = permutation_importance(asked.losses, values, progress.over(groups))
    return sorted(found, key=lambda each: -each.increase)


def owners_of(prepared: tuple[Preparation, ...]) -> list[int]:
    """Tell of each feature which column it is of."""
    return [place for place, column in enumerate(prepared) for _ in column.feature_names]


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
