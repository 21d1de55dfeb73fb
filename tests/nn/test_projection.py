"""Principal components against scikit-learn's, and where they have no single answer."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_digits, load_iris
from sklearn.decomposition import PCA

from nn.network.ensemble import Ensemble
from nn.network.network import Network, parameter_count
from nn.projection import principal_components


def standardised(table):
    features = table(return_X_y=True)[0]
    spread = features.std(axis=0)
    return (features - features.mean(axis=0)) / np.where(spread > 0, spread, 1.0)


@pytest.mark.parametrize("table", [load_iris, load_breast_cancer, load_digits])
def test_agrees_with_scikit_learn(table):
    features = standardised(table)
    ours, theirs = principal_components(features, 2), PCA(2).fit(features)
    signs = np.sign((ours.components * theirs.components_).sum(axis=1))[:, None]
    np.testing.assert_allclose(ours.components, signs * theirs.components_, atol=1e-9)
    np.testing.assert_allclose(ours.shares, theirs.explained_variance_ratio_, rtol=1e-9)
    np.testing.assert_allclose(
        ours.coordinates(features), signs.T * theirs.transform(features), atol=1e-8
    )


@pytest.mark.parametrize("shape", [(6, 40), (39, 40)])
def test_of_more_columns_than_rows_agrees_with_scikit_learn(shape):
    features = np.random.default_rng(2).normal(size=shape) * np.linspace(1, 3, shape[1])
    ours, theirs = principal_components(features, 3), PCA(3).fit(features)
    signs = np.sign((ours.components * theirs.components_).sum(axis=1))[:, None]
    np.testing.assert_allclose(ours.components, signs * theirs.components_, atol=1e-9)
    np.testing.assert_allclose(ours.shares, theirs.explained_variance_ratio_, rtol=1e-9)
    assert (ours.components[np.arange(3), np.abs(ours.components).argmax(axis=1)] > 0).all()


def test_the_entry_of_largest_size_is_positive():
    for component in principal_components(standardised(load_breast_cancer), 3).components:
        assert component[np.argmax(np.abs(component))] > 0


@pytest.mark.parametrize("members", [(), (3,)])
@pytest.mark.parametrize("hidden", [(), (5,)])
def test_a_network_takes_coordinates_in_place_of_rows_in_the_plane(hidden, members):
    projection = principal_components(standardised(load_iris), 2)
    source = np.random.default_rng(1)
    points = source.normal(size=(20, 2))
    rows = projection.center + points @ projection.components
    np.testing.assert_allclose(projection.coordinates(rows), points)
    sizes = (4, *hidden, 3)
    parameters = source.normal(size=(*members, parameter_count(sizes)))
    kind = Ensemble if members else Network
    network = kind(sizes, ("tanh",) * len(hidden), "softmax", parameters)
    over = network.fed_by(projection.composed(network.layers[0]))
    assert over.sizes == (2, *sizes[1:])
    np.testing.assert_allclose(over.probabilities(points), network.probabilities(rows))


@pytest.mark.parametrize("scale", [1e-100, 1.0, 1e100])
def test_does_not_depend_on_the_unit(scale):
    features = standardised(load_iris)
    np.testing.assert_allclose(
        principal_components(scale * features, 2).components,
        principal_components(features, 2).components,
        atol=1e-9,
    )


@pytest.mark.parametrize(
    "features",
    [
        np.array([[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, -1.0, 0.0]]),
        np.outer([1.0, 2.0, 5.0], [3.0, 4.0, 0.0]),
        np.ones((5, 3)),
        np.array([[1.0, 2.0, 3.0]]),
        np.ones((2, 3)),
        np.array([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]),
    ],
    ids=["equal variances", "all on one line", "no variance", "one row", "two alike", "two rows"],
)
def test_directions_without_a_single_answer_are_at_right_angles(features):
    projection = principal_components(features, 2)
    assert np.isfinite(projection.shares).all()
    np.testing.assert_allclose(
        projection.components @ projection.components.T, np.eye(2), atol=1e-12
    )
