"""Draw an experiment's training, errors and decision boundary: `python -m stages.plot KEY`."""

from collections.abc import Iterator

import matplotlib.style
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from nn.judging import metrics
from nn.network.network import Network
from stages.figures.animation import animate_boundary, save_animation
from stages.figures.boundary import draw_boundary, grid_over, span
from stages.figures.confusion import draw_confusion
from stages.figures.loss import draw_loss
from stages.figures.planes import all_rows, class_names, component_plane, feature_plane
from stages.figures.response import Response, draw_response
from stages.figures.roc import draw_roc
from stages.figures.style import STYLE, save
from stages.judging.thresholds import decision_threshold
from stages.parameters.file import load_params
from stages.running.command import run
from stages.running.files import output_directory
from stages.running.trained import Trained, read_trained

Array = NDArray[np.float64]


def main(key: str) -> None:
    """Write `plots/KEY/`: loss, roc, confusion and boundary .png; of two features, boundary.gif."""
    params = load_params().experiment(key)
    resolution = params.plot.resolution
    trained = read_trained(key)
    threshold = decision_threshold(params.evaluate.threshold, trained.model.network, trained.parts)
    features = len(trained.model.features)
    # The settings of whoever runs this must not show.
    with matplotlib.style.context(["default", STYLE]), output_directory(f"plots/{key}") as folder:
        loss = draw_loss(trained.history, trained.best_epoch, key)
        save(loss, folder / "loss.png")
        save(roc(key, trained), folder / "roc.png")
        save(confusion(key, trained, threshold), folder / "confusion.png")
        if features == 1:
            save(response(key, trained, resolution), folder / "boundary.png")
            return
        if features == 2:
            plane, subtitle = feature_plane(trained), "decision boundary"
        else:
            plane = component_plane(trained, threshold)
            subtitle = f"boundary over two principal components, {features - 2} more at their mean"
        grid = grid_over(plane.points, resolution)
        inputs = plane.to_features(grid.points)
        probabilities = trained.model.network.probabilities(inputs)
        boundary = draw_boundary(plane, grid, probabilities, threshold, key, subtitle)
        save(boundary, folder / "boundary.png")
        if features == 2:
            frames = learning(key, trained, inputs)
            save_animation(
                animate_boundary(plane, grid, frames, threshold, key), folder / "boundary.gif"
            )


def judged_rows(trained: Trained) -> str:
    """Say which rows a picture is about."""
    part = trained.judged_part
    return f"{len(trained.parts[part].labels)} {'test' if part == 'test' else 'training'} rows"


def roc(key: str, trained: Trained) -> Figure:
    """Draw the ROC curve of class 1 where there are two, else of each class against the rest."""
    rows = trained.parts[trained.judged_part]
    probabilities = trained.model.network.probabilities(rows.features)
    curves = {}
    for number, name in enumerate(class_names(trained)):
        if number == 1 or len(trained.model.classes) > 2:
            of_class, scores = rows.labels == number, probabilities[:, number]
            area = metrics.roc_auc(of_class, scores)
            label = f"{name}: area {area:.3f}" if area is not None else f"{name}: undefined"
            curves[label] = metrics.roc_curve(of_class, scores)
    return draw_roc(curves, key, f"ROC of {judged_rows(trained)}")


def confusion(key: str, trained: Trained, threshold: float) -> Figure:
    """Draw the confusion matrix."""
    rows, model = trained.parts[trained.judged_part], trained.model
    predicted = metrics.predicted_classes(model.network.probabilities(rows.features), threshold)
    counts = metrics.confusion_matrix(rows.labels, predicted, len(model.classes))
    subtitle = f"{np.trace(counts)} of {judged_rows(trained)} right"
    return draw_confusion(counts, model.classes, model.target, key, subtitle)


def response(key: str, trained: Trained, resolution: int) -> Figure:
    """Draw each class's probability along the only feature, in its own units."""
    model = trained.model
    rows, _ = all_rows(trained)
    values = (model.scaling.center + rows.features * model.scaling.scale)[:, 0]
    x = span(values, resolution)
    probabilities = model.network.probabilities(model.scaling.apply(x[:, None]))
    curves = Response(x, probabilities, values, rows.labels, class_names(trained))
    return draw_response(curves, model.features[0], key, "probability of each class")


def learning(key: str, trained: Trained, inputs: Array) -> Iterator[tuple[str, Array]]:
    """Give a subtitle and the inputs' probabilities for each snapshot, at last the model itself."""
    model, losses = trained.model.network, trained.history["loss"]
    with np.load(f"artifacts/{key}/snapshots.npz", allow_pickle=False) as snapshots:
        states = dict(zip(snapshots["epochs"].tolist(), snapshots["parameters"], strict=True))
    states = {epoch: state for epoch, state in states.items() if epoch < trained.best_epoch}
    for epoch, parameters in (states | {trained.best_epoch: model.parameters}).items():
        network = Network(
            model.sizes, model.activations, model.output, parameters, model.negative_slope
        )
        yield f"epoch {epoch}, loss {losses[epoch]:.3f}", network.probabilities(inputs)


if __name__ == "__main__":
    run(main)
