import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from nn.errors import InputError
from nn.preparing.scaling import Scaling, fit_scaling

numbers = st.one_of(st.floats(-1e6, 1e6), st.integers(-3, 3).map(float), st.floats(-1e-3, 1e-3))
tables = arrays(np.float64, array_shapes(min_dims=2, max_dims=2, max_side=20), elements=numbers)


def noise_of(features):
    """How far rounding alone can move a scaled value, by feature."""
    largest, spread = np.abs(features).max(axis=0), features.std(axis=0)
    return 1e-14 * len(features) * (1 + largest / np.where(spread == 0, 1, spread))


@given(tables)
def test_zscore_is_the_standard_scaler(features):
    scaling = fit_scaling(features, "zscore")
    expected = StandardScaler().fit(features)
    clear = (noise_of(features) < 1e-6) & (features.min(axis=0) < features.max(axis=0))
    difference = scaling.apply(features) - expected.transform(features)
    assert (np.abs(difference) <= 1e-9 + noise_of(features) * 100)[:, clear].all()


@given(tables)
def test_minmax_is_the_min_max_scaler(features):
    scaled = fit_scaling(features, "minmax").apply(features)
    clear = np.ptp(features, axis=0) > 1e-12  # below it, scikit-learn takes a column for constant
    expected = MinMaxScaler().fit_transform(features)
    tolerance = 1e-9 + noise_of(features) * 100
    assert (np.abs(scaled - expected) <= tolerance)[:, clear].all()
    assert scaled.min() == 0
    assert scaled.max() <= 1


@given(tables, st.floats(1, 100))
def test_smooth_clip_bends_what_the_standard_scaler_gives(features, clip):
    standardised = fit_scaling(features, "zscore").apply(features)
    scaled = fit_scaling(features, "smooth_clip", clip=clip).apply(features)
    # clip sin(arctan(z / clip)) is z / sqrt(1 + (z / clip)^2), by way of other functions.
    expected = clip * np.sin(np.arctan(standardised / clip))
    np.testing.assert_allclose(scaled, expected, rtol=1e-12, atol=1e-12)


def test_smooth_clip_worked_by_hand():
    scaling = Scaling(np.array([1.0]), np.array([2.0]), clip=3.0)
    rows = np.array([[1.0], [9.0], [-17.0]])  # 0, 4 and -9 deviations from the mean
    expected = np.array([[0.0], [4 / (1 + 16 / 9) ** 0.5], [-9 / 10**0.5]])
    np.testing.assert_allclose(scaling.apply(rows), expected, rtol=1e-15)
    np.testing.assert_allclose(scaling.undo(expected), rows, rtol=1e-14)


def test_nothing_gets_beyond_the_clip_and_what_is_there_has_a_number_all_the_same():
    scaling = Scaling(np.array([0.0]), np.array([1e-100]), clip=3.0)
    extreme = np.array([[1e100], [-1e100], [1e-100], [0.0]])
    np.testing.assert_allclose(
        scaling.apply(extreme)[:, 0], [3.0, -3.0, 1 / (1 + 1 / 9) ** 0.5, 0.0], rtol=1e-15
    )
    assert np.isfinite(scaling.undo(np.array([[3.0], [-3.0], [7.0]]))).all()


@given(tables)
def test_none_changes_nothing(features):
    np.testing.assert_array_equal(fit_scaling(features, "none").apply(features), features)


@given(tables, st.sampled_from(["zscore", "minmax", "none"]))
def test_scaled_rows_are_finite_and_can_be_scaled_back(features, method):
    scaling = fit_scaling(features, method)
    scaled = scaling.apply(features)
    assert np.isfinite(scaled).all()
    restored = scaled * scaling.scale + scaling.center
    np.testing.assert_allclose(restored, features, rtol=1e-12, atol=1e-9)


def test_zscore_with_epsilon_worked_by_hand():
    scaling = fit_scaling(np.array([[1.0], [2.0], [6.0]]), "zscore", epsilon=0.5)
    assert scaling.center.tolist() == [3.0]
    assert scaling.scale[0] == pytest.approx((14 / 3) ** 0.5 + 0.5, rel=1e-15)  # (4 + 1 + 9) / 3
    assert scaling.apply(np.array([[3.0]])).tolist() == [[0.0]]


@pytest.mark.parametrize("value", [0.1, -7.0, 1e100, 1e-300])
@pytest.mark.parametrize("rows", [1, 3, 10])
@pytest.mark.parametrize(
    ("method", "settings", "scale"),
    [("zscore", {"epsilon": 0.0}, 1.0), ("zscore", {"epsilon": 1e-8}, 1e-8), ("minmax", {}, 1)],
)
def test_a_constant_feature_becomes_zero(value, rows, method, settings, scale):
    features = np.full((rows, 1), value)
    scaling = fit_scaling(features, method, **settings)
    assert scaling.scale.tolist() == [scale]
    assert scaling.apply(features).tolist() == [[0.0]] * rows


def test_new_rows_are_scaled_by_what_was_fitted():
    scaling = fit_scaling(np.array([[0.0, 5.0], [10.0, 7.0]]), "minmax")
    assert scaling.apply(np.array([[20.0, 5.5]])).tolist() == [[2.0, 0.25]]


def test_an_unknown_method_is_named():
    with pytest.raises(InputError, match="'z' is no way to scale"):
        fit_scaling(np.ones((2, 1)), "z")
