"""Draw an experiment's training, errors and decision boundary: `python -m stages.plot KEY`."""

import json
import math
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib.style
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from nn.model_file import Model, load_model
from nn.network.network import Network
from stages.executing.progress import Progress
from stages.figures.animation import animate, animate_boundary, save_animation
from stages.figures.boundary import Field, draw_boundary
from stages.figures.confusion import draw_confusion
from stages.figures.explained import looked_at_words, loss_words, read_importances, read_movements
from stages.figures.explanation import draw_dependence, draw_importance
from stages.figures.loss import draw_loss
from stages.figures.numbers import short
from stages.figures.plane import (
    Array,
    Plane,
    class_names,
    evenly_spaced,
    extent,
    grid_points,
    plane_of,
)
from stages.figures.residuals import draw_predicted, draw_residuals
from stages.figures.response import Response, draw_response
from stages.figures.response_of_numbers import along_feature, over_plane
from stages.figures.roc import draw_roc
from stages.figures.signs import missing_signs_told
from stages.figures.style import STYLE, new_axes, save
from stages.running.artifacts import (
    SHOWN_CLASSES,
    Rows,
    TrainingRecord,
    judged_part,
    most_frequent,
    read_csv,
    read_curves,
    read_parts,
    read_states,
    read_training,
    shown_confusion,
    shown_parts,
    shown_words,
)
from stages.running.command import run
from stages.running.files import output_directory
from stages.running.parameters.file import load_params

MOST_PROBABILITIES = 10_000_000  # of a plane's points: of very many classes it is coarser

Scores = dict[str, Any]


class Album(NamedTuple):
    """Where pictures are put, and who is told of each."""

    folder: Path
    progress: Progress

    def add(self, figure: Figure, name: str) -> None:
        """Write a picture."""
        save(figure, self.folder / name)
        self.progress.advance(1)


def main(key: str) -> None:
    """Write `plots/KEY/`: loss, roc, confusion and boundary .png; of two features, boundary.gif.

    In a regression: loss, predicted, residuals and response .png; of one or two, response.gif.
    """
    resolution = load_params().experiment(key).plot.resolution
    model, training, parts = load_model(f"models/{key}.npz"), read_training(key), read_parts(key)
    scores = json.loads(Path(f"results/{key}.json").read_text(encoding="utf-8"))
    shown_of = shown_words({part: len(rows.labels) for part, rows in parts.items()})
    parts = shown_parts(parts)
    # The settings of whoever runs this must not show.
    with (
        matplotlib.style.context(["default", STYLE]),
        missing_signs_told(key, [*model.features, *model.columns, model.target, *model.classes]),
        output_directory(f"plots/{key}") as folder,
        Progress(f"plot {key}", "pictures") as progress,
    ):
        album = Album(folder, progress)
        album.add(draw_loss(training.history, training.best_epoch, key), "loss.png")
        draw_explanations(key, model, album)
        if model.quantity:
            draw_numbers(key, model, training, parts, scores, resolution, shown_of, album)
            return
        album.add(roc(key, model, scores), "roc.png")
        album.add(confusion(key, model, scores), "confusion.png")
        if len(model.features) == 1:
            album.add(response(key, model, parts, resolution, shown_of), "boundary.png")
            return
        plane = plane_of(model.features, model.scaling, parts)
        side = min(resolution, math.isqrt(MOST_PROBABILITIES // len(model.classes)))
        x, y = (evenly_spaced(limits, side) for limits in plane.limits)
        inputs = plane.inputs(grid_points(x, y))
        probabilities = plane.over(model.network).probabilities(inputs)
        field = Field(x, y, probabilities, scores["threshold"])
        album.add(boundary(key, model, plane, field, shown_of), "boundary.png")
        if len(model.features) == 2:
            frames = (
                (subtitle, plane.over(network).probabilities(inputs))
                for subtitle, network in networks_in_training(key, model, training)
            )
            images = animate_boundary(plane, field, progress.over(frames), key)
            save_animation(images, folder / "boundary.gif")


def draw_explanations(key: str, model: Model, album: Album) -> None:
    """Write importance.png, which columns matter, and dependence.png, how answers move."""
    loss, answer = loss_words(model), f"predicted {model.target}"
    found = read_importances(key)
    importance = draw_importance(found, key, loss, looked_at_words(model, found))
    album.add(importance, "importance.png")
    if model.classes:
        shown = f" = {model.classes[1]}" if len(model.classes) == 2 else ""
        answer = f"probability of {model.target}{shown}"
    movements = read_movements(key, model)
    album.add(draw_dependence(movements, key, answer, bool(model.classes)), "dependence.png")


def networks_in_training(
    key: str, model: Model, training: TrainingRecord
) -> Iterator[tuple[str, Network]]:
    """Give the network as it was along its training, each time with a subtitle."""
    for epoch, parameters in read_states(key, training.best_epoch, model.network.parameters):
        loss = training.history["loss"][epoch]
        yield f"epoch {epoch}, loss {loss:.3f}", model.network.over(parameters)


def draw_numbers(
    key: str,
    model: Model,
    training: TrainingRecord,
    parts: dict[str, Rows],
    scores: Scores,
    resolution: int,
    shown_of: str,
    album: Album,
) -> None:
    """Write what a regression shows: predicted, residuals and response .png, and response.gif.

    The animation is of one feature, where a curve comes to fit, or of two, where a surface does.
    """
    assert model.quantity is not None
    target, scaling = model.target, model.quantity.scaling
    cells = read_csv(f"curves/{key}/predicted.csv")
    actual, predicted = (
        np.array(cells[name], dtype=np.float64) for name in ("actual", "predicted")
    )
    shown = f"{judged_rows(scores)}: RMSE {short(scores[judged_part(scores)]['rmse'])}"
    shown = _joined(shown, shown_of)
    album.add(draw_predicted(actual, predicted, target, key, shown), "predicted.png")
    interval = scores.get("interval")
    reach = interval and (interval["half_width"], f"{interval['level']:.0%} interval")
    residuals = draw_residuals(predicted, actual - predicted, reach, target, key, shown)
    album.add(residuals, "residuals.png")

    count, subtitle = len(model.features), f"predicted {target}"
    if count == 1:
        every = np.concatenate([rows.features for rows in parts.values()])
        values = model.scaling.undo(every)[:, 0]
        labels = np.concatenate([rows.labels for rows in parts.values()])
        tested = np.repeat(
            [part == "test" for part in parts], [len(rows.labels) for rows in parts.values()]
        )
        drawing = along_feature(values, labels, tested, model.features[0], target, resolution)
        inputs = model.scaling.apply(drawing.points)
    else:
        plane = plane_of(model.features, model.scaling, parts)
        drawing = over_plane(plane, target, resolution)
        if count > 2:
            subtitle = f"over two principal components, {count - 2} more at their mean"
        inputs = plane.inputs(drawing.points)

    def answers(network: Network) -> Array:
        over = network if count == 1 else plane.over(network)
        return scaling.undo(over.logits(inputs)[:, 0])

    figure, axes = new_axes(7.2, 5.8, key, _joined(subtitle, shown_of))
    drawing.rows(axes)
    drawing.answers(axes, answers(model.network))
    drawing.legend(figure, axes)
    album.add(figure, "response.png")
    if count <= 2:
        figure, axes = new_axes(5.2, 5.0, key, " ")
        drawing.rows(axes)
        frames = (
            (told, answers(network)) for told, network in networks_in_training(key, model, training)
        )
        images = animate(figure, axes, album.progress.over(frames), partial(drawing.answers, axes))
        save_animation(images, album.folder / "response.gif")


def roc(key: str, model: Model, scores: Scores) -> Figure:
    """Draw the ROC curve of class 1 where there are two, else of each class against the rest."""
    points = read_curves(f"curves/{key}/roc.csv", ("false_positive_rate", "true_positive_rate"))
    own, count = scores[judged_part(scores)], len(model.classes)
    curves = {}
    for name, title in zip(model.classes, class_names(model.target, model.classes), strict=True):
        if name == model.classes[1] if count == 2 else count <= SHOWN_CLASSES or name in points:
            area = own["per_class"][name]["roc_auc"] if "per_class" in own else own["roc_auc"]
            label = f"{title}: undefined" if area is None else f"{title}: area {area:.3f}"
            curves[label] = points.get(name, [np.empty(0), np.empty(0)])
    told = f"the {len(curves)} most frequent of {count} classes" if count > SHOWN_CLASSES else ""
    return draw_roc(curves, key, _joined(f"ROC of {judged_rows(scores)}", told))


def confusion(key: str, model: Model, scores: Scores) -> Figure:
    """Draw the confusion matrix."""
    counts = np.array(scores[judged_part(scores)]["confusion"])
    subtitle = f"{np.trace(counts)} of {judged_rows(scores)} right"
    shown, names, told = shown_confusion(counts, model.classes)
    return draw_confusion(shown, names, model.target, key, _joined(subtitle, told))


def judged_rows(scores: Scores) -> str:
    """Say which rows a picture is about: `114 test rows`."""
    part = judged_part(scores)
    return f"{scores[part]['rows']} {'test' if part == 'test' else 'training'} rows"


def response(
    key: str, model: Model, parts: dict[str, Rows], resolution: int, shown_of: str
) -> Figure:
    """Draw each class's probability along the only feature, in its own units."""
    values = model.scaling.undo(np.concatenate([rows.features for rows in parts.values()]))
    labels = np.concatenate([rows.labels for rows in parts.values()])
    x = evenly_spaced(extent(values), resolution)
    probabilities = model.network.probabilities(model.scaling.apply(x[:, None]))
    legend = legend_of(model, labels)
    curves = Response(x, probabilities, values[:, 0], labels, legend)
    subtitle = _joined("probability of each class", shown_of)
    return draw_response(curves, model.features[0], key, subtitle)


def boundary(key: str, model: Model, plane: Plane, field: Field, shown_of: str) -> Figure:
    """Draw the decision boundary, and of more than two features the rows predicted wrongly.

    Beside the plane of principal components a row may be decided otherwise than the point beneath
    it. Of two features, the shade beneath a row says it.
    """
    legend = legend_of(model, plane.labels)
    wrong = np.zeros(len(plane.points), dtype=np.bool_)
    if len(model.features) == 2:
        return draw_boundary(
            plane, field, wrong, legend, key, _joined("decision boundary", shown_of)
        )
    decisions = read_csv(f"curves/{key}/confusion.csv")
    wrong[plane.parts == judged_part(plane.parts)] = [
        actual != predicted
        for actual, predicted in zip(decisions["actual"], decisions["predicted"], strict=True)
    ]
    others = len(model.features) - 2
    subtitle = f"boundary over two principal components, {others} more at their mean"
    if shown_of:  # both would not fit
        subtitle = _joined("boundary over two principal components", shown_of)
    return draw_boundary(plane, field, wrong, legend, key, subtitle)


def legend_of(model: Model, labels: NDArray[np.int64]) -> dict[int, str]:
    """Choose the classes that a legend names, by number: all, or the most frequent of `labels`."""
    names = class_names(model.target, model.classes)
    shown = most_frequent(np.bincount(labels, minlength=len(names)))
    return {number: names[number] for number in shown}


def _joined(subtitle: str, shown_of: str) -> str:
    return f"{subtitle}; {shown_of}" if shown_of else subtitle


if __name__ == "__main__":
    run(main)
