"""From the rows of a table to points of a plane, and back to features."""

import numpy as np
from numpy.typing import NDArray

from nn.judging.metrics import predicted_classes
from nn.projection import principal_components
from stages.figures.boundary import Plane
from stages.running.trained import Rows, Trained


def feature_plane(trained: Trained) -> Plane:
    """Lay out the two features of a table, in its own units."""
    scaling = trained.model.scaling
    rows, tested = all_rows(trained)
    first, second = trained.model.features
    return Plane(
        points=scaling.center + rows.features * scaling.scale,
        labels=rows.labels,
        tested=tested,
        wrong=np.zeros_like(tested),  # the shade beneath a row says it
        classes=class_names(trained),
        axis_labels=(first, second),
        to_features=scaling.apply,
    )


def component_plane(trained: Trained, threshold: float) -> Plane:
    """Project many features onto the first two principal components of the training rows.

    The components are those of scaled features, as the network sees them. A point of the plane
    stands for a row whose other components are 0, which is their mean. A row beside the plane may
    be decided otherwise than the point beneath it, so the rows that are judged are marked where
    they are predicted wrongly.
    """
    projection = principal_components(trained.parts["train"].features, 2)
    rows, tested = all_rows(trained)
    probabilities = trained.model.network.probabilities(rows.features)
    wrong = predicted_classes(probabilities, threshold) != rows.labels
    first, second = (
        f"principal component {number} ({share:.0%} of the variance)"
        for number, share in enumerate(projection.shares, start=1)
    )
    return Plane(
        points=projection.coordinates(rows.features),
        labels=rows.labels,
        tested=tested,
        wrong=wrong & tested if tested.any() else wrong,
        classes=class_names(trained),
        axis_labels=(first, second),
        to_features=projection.features,
    )


def all_rows(trained: Trained) -> tuple[Rows, NDArray[np.bool_]]:
    """Put the parts together; say which rows are test rows, (rows,)."""
    features, labels = zip(*trained.parts.values(), strict=True)
    tested = np.repeat([part == "test" for part in trained.parts], [len(part) for part in labels])
    return Rows(np.concatenate(features), np.concatenate(labels)), tested


def class_names(trained: Trained) -> list[str]:
    """Call each class by the table's own words: `label = 1`."""
    return [f"{trained.model.target} = {name}" for name in trained.model.classes]
