"""Rank correlation, beside scipy's."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from nn.arithmetic import rank_correlations


@pytest.mark.parametrize("values", [None, 4], ids=["distinct", "ties"])
def test_rank_correlations_are_scipy_s(values):
    source = np.random.default_rng(0)
    columns = source.standard_normal((50, 4))
    columns[:, 1] += columns[:, 0]
    if values:
        columns = np.round(columns * values / 4)
    assert rank_correlations(columns) == pytest.approx(
        spearmanr(columns).statistic, rel=0, abs=1e-14
    )


def test_a_column_of_one_value_correlates_with_none():
    columns = np.array([[1.0, 1.0], [1.0, 2.0], [1.0, 3.0]])
    assert rank_correlations(columns) == pytest.approx(np.diag([0.0, 1.0]), abs=1e-15)
