import numpy as np
import pytest
from sklearn.datasets import make_circles
from sklearn.linear_model import LogisticRegression

from nn.arithmetic.randomness import random_source
from nn.datasets import DATASETS, circles, clusters, curve, wave


def source(seed=0):
    return random_source(seed, "test")


def ordered(features, labels):
    """Sort rows by label, then by angle from 0 to 2 pi: all that noise and order leave the same."""
    angle = np.arctan2(features[:, 1], features[:, 0]).round(9) % (2 * np.pi)
    order = np.lexsort((angle, labels))
    return features[order], labels[order]


@pytest.mark.parametrize("rows", [2, 3, 100, 101])
@pytest.mark.parametrize("factor", [0.3, 0.8])
def test_circles_without_noise_are_those_of_scikit_learn(rows, factor):
    features, labels = ordered(*circles(rows, 0.0, factor, source()))
    expected_features, expected_labels = ordered(*make_circles(rows, noise=None, factor=factor))
    np.testing.assert_array_equal(labels, expected_labels)
    np.testing.assert_allclose(features, expected_features, atol=1e-12)


def test_circles_noise_is_that_of_scikit_learn():
    features, labels = circles(20_000, 0.1, 0.5, source())
    expected, expected_labels = make_circles(20_000, noise=0.1, factor=0.5, random_state=0)
    for label in (0, 1):
        radius = np.hypot(*features[labels == label].T)
        expected_radius = np.hypot(*expected[expected_labels == label].T)
        assert radius.mean() == pytest.approx(expected_radius.mean(), abs=0.005)
        assert radius.std() == pytest.approx(expected_radius.std(), abs=0.005)


def test_clusters_lie_round_their_centres():
    features, labels = clusters(20_001, 0.6, source())
    assert np.bincount(labels).tolist() == [10_000, 10_001]
    for label, centre in ((0, -1.0), (1, 1.0)):
        cluster = features[labels == label]
        np.testing.assert_allclose(cluster.mean(axis=0), [centre, centre], atol=0.03)
        np.testing.assert_allclose(cluster.std(axis=0), [0.6, 0.6], atol=0.03)


def test_curve_without_noise_is_a_parabola():
    features, labels = curve(5000, 0.0, source())
    assert features.min() >= 0
    assert features.max() <= 1
    parabola = np.polynomial.Polynomial([0.46, -1.2, 2.0])  # 0.28 + 2 (x - 0.3)**2
    np.testing.assert_array_equal(labels, features[:, 1] > parabola(features[:, 0]))


def test_curve_labels_are_random_within_the_noise_only():
    features, labels = curve(50_000, 0.2, source())
    height = features[:, 1] - (0.28 + 2 * (features[:, 0] - 0.3) ** 2)
    assert labels[height > 0.2].all()
    assert not labels[height < -0.2].any()
    for low in (-0.2, -0.1, 0.0, 0.1):  # the chance of label 1 grows from 0 to 1 in a straight line
        band = (height > low) & (height < low + 0.1)
        assert labels[band].mean() == pytest.approx((low + 0.05 + 0.2) / 0.4, abs=0.03)


def test_curve_is_as_hard_as_its_docstring_says():
    features, labels = curve(100_000, 0.3, source())
    height = features[:, 1] - (0.28 + 2 * (features[:, 0] - 0.3) ** 2)
    line = LogisticRegression(C=1e6).fit(features, labels)
    assert labels.mean() == pytest.approx(0.49, abs=0.01)
    assert line.score(features, labels) == pytest.approx(0.83, abs=0.005)
    assert ((height > 0) == labels).mean() == pytest.approx(0.865, abs=0.005)


def test_wave_without_noise_is_the_chebyshev_polynomial_of_degree_five():
    features, numbers = wave(5000, 0.0, source())
    assert -1 <= features.min() < -0.99 < 0.99 < features.max() <= 1
    expected = np.polynomial.Chebyshev.basis(5)(features[:, 0])
    np.testing.assert_allclose(numbers, expected, atol=1e-14)


def test_wave_noise_is_even_and_a_line_explains_next_to_nothing():
    features, numbers = wave(50_000, 0.2, source())
    noise = numbers - np.polynomial.Chebyshev.basis(5)(features[:, 0])
    assert np.abs(noise).max() <= 0.2
    assert noise.std() == pytest.approx(0.2 / np.sqrt(3), rel=0.01)
    assert np.corrcoef(features[:, 0], numbers)[0, 1] ** 2 < 0.02


SHAPES = {
    "circles": {"noise": 0.1, "factor": 0.5},
    "clusters": {"spread": 0.6},
    "curve": {"noise": 0.3},
    "wave": {"noise": 0.2},
}


@pytest.mark.parametrize("kind", DATASETS)
def test_every_table_is_in_random_order_and_of_its_seed(kind):
    features, targets = DATASETS[kind](rows=400, **SHAPES[kind], source=source(1))
    assert features.shape == (400, 1 if kind == "wave" else 2)
    assert features.dtype == np.float64
    assert targets.shape == (400,)
    assert targets.dtype == (np.float64 if kind == "wave" else np.int64)
    labels = targets > 0
    assert 60 < (labels[1:] != labels[:-1]).sum() - 100 < 140  # a sorted table changes label once

    again, _ = DATASETS[kind](rows=400, **SHAPES[kind], source=source(1))
    other, _ = DATASETS[kind](rows=400, **SHAPES[kind], source=source(2))
    assert (features == again).all()
    assert not (features == other).all(axis=1).any()
