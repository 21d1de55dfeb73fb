"""Different numbers counted in stretches: as `numpy.unique` counts them all at once."""

import numpy as np
import pytest

from nn.arithmetic import at_ranks, distinct, mapped, sorting

SOURCE = np.random.default_rng(0)
COLUMNS = {
    "all different": SOURCE.normal(size=1000),
    "few": SOURCE.integers(0, 4, 1000).astype(float),
    "one": np.full(1000, 2.5),
    "ascending": np.arange(1000.0),
    "some often": np.minimum(SOURCE.exponential(size=1000).round(2), 1.0),
    "a single row": np.array([3.0]),
    "no row": np.empty(0),
}


@pytest.mark.parametrize("block", [7, 100, 5000])
@pytest.mark.parametrize("stretch", [3, 50, 5000])
@pytest.mark.parametrize("column", COLUMNS)
def test_they_are_all_there_in_order(column, stretch, block, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sorting, "STRETCH", stretch)
    monkeypatch.setattr(sorting, "PIECES", 4)
    monkeypatch.setattr(mapped, "SMALL", 0)
    values = COLUMNS[column]
    kinds = np.eye(2)[SOURCE.integers(0, 2, len(values))]
    starts = range(0, max(len(values), 1), block)
    found = [*distinct((values[s : s + block], kinds[s : s + block]) for s in starts)]
    expected, place = np.unique(values, return_inverse=True)
    all_values = np.concatenate([np.empty(0), *(each.values for each in found)])
    assert all_values.tolist() == expected.tolist()
    counts = np.concatenate([np.empty((0, 2)), *(each.counts for each in found)])
    for kind in (0, 1):
        assert (
            counts[:, kind].tolist() == np.bincount(place, kinds[:, kind], len(expected)).tolist()
        )
    if block >= stretch:
        assert max((len(each.values) for each in found), default=0) <= 3 * max(stretch, 4 * 8)


@pytest.mark.parametrize("stretch", [3, 50, 5000])
@pytest.mark.parametrize("column", COLUMNS)
def test_without_counts_each_row_counts_one(column, stretch, monkeypatch):
    monkeypatch.setattr(sorting, "STRETCH", stretch)
    values = COLUMNS[column]
    found = [*distinct((values[s : s + 100], None) for s in range(0, max(len(values), 1), 100))]
    expected, counts = np.unique(values, return_counts=True)
    assert [number for each in found for number in each.values] == expected.tolist()
    assert [row for each in found for row in each.counts.tolist()] == counts[:, None].tolist()


def test_zero_has_one_sign_wherever_it_is_sorted():
    values = np.tile([0.0, -0.0], 500)
    assert not np.signbit(at_ranks(values, [0, 499, 500, 999])).any()
    assert not any(np.signbit(each.values).any() for each in distinct([(values, None)]))


@pytest.mark.parametrize("column", [name for name, values in COLUMNS.items() if len(values) > 5])
def test_ranks_are_those_of_the_sorted_column(column, monkeypatch):
    values = COLUMNS[column]
    expected = np.sort(values)
    for ranks in ([0, 499, 500, 999], [7], [3, 3, 998]):
        monkeypatch.setattr(sorting, "STRETCH", 50)
        assert at_ranks(values, ranks) == expected[ranks].tolist()
        monkeypatch.undo()
        assert at_ranks(values, ranks) == expected[ranks].tolist()
