"""Nothing later is learnt from; against scikit-learn's TimeSeriesSplit and hand calculation."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.model_selection import TimeSeriesSplit

from nn.errors import InputError
from nn.splitting import fold_table, split_table
from nn.splitting.order import fold_in_order, split_in_order

sizes = st.integers(0, 40).map(lambda percent: percent / 100)
places = st.lists(st.integers(0, 40), min_size=1, max_size=80).map(np.array)


def assert_rising(places, parts):
    held = [places[part] for part in parts if len(part)]
    for earlier, later in pairwise(held):
        assert earlier.max() < later.min()


@given(places, sizes, sizes)
def test_what_is_judged_by_comes_after_what_is_learnt_from(places, test_size, validation_size):
    try:
        parts = split_in_order(places, test_size, validation_size)
    except InputError:
        assume(False)
    assert_rising(places, parts)
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(places)))
    assert len(parts.train) > 0
    assert (len(parts.test) > 0, len(parts.validation) > 0) == (test_size > 0, validation_size > 0)
    assert split_in_order(places, test_size, 0.0).test.tolist() == parts.test.tolist()


def test_by_hand():
    # Ten rows, 20 % of them tested, 30 % validated, in whatever order they stand in the file.
    places = np.array([9, 0, 8, 1, 7, 2, 6, 3, 5, 4])
    parts = split_in_order(places, 0.2, 0.3)
    assert [sorted(places[part]) for part in parts] == [[0, 1, 2, 3, 4], [5, 6, 7], [8, 9]]
    assert parts.test.tolist() == [0, 2]


def test_rows_of_one_place_stay_together_as_near_to_the_size_as_can_be():
    # The last 4 of 12 rows would begin within the three rows of day 2, which begins 2 rows
    # earlier, and ends 1 row later.
    places = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3])
    assert split_in_order(places, 0.34, 0.0).test.tolist() == [9, 10, 11]
    assert split_in_order(places, 0.42, 0.0).test.tolist() == [6, 7, 8, 9, 10, 11]
    # 2 rows: day 3 has three, and there is none less.
    assert split_in_order(places, 0.15, 0.0).test.tolist() == [9, 10, 11]


@pytest.mark.parametrize(("rows", "folds"), [(20, 3), (23, 5), (100, 4)])
def test_folds_are_those_of_time_series_split(rows, folds):
    order = np.random.default_rng(rows).permutation(rows)
    found = fold_in_order(order, folds, 0.0)
    row_of = np.argsort(order)
    for fold, (train, test) in zip(
        found, TimeSeriesSplit(folds).split(np.zeros(rows)), strict=True
    ):
        assert fold.train.tolist() == sorted(row_of[train])
        assert fold.test.tolist() == sorted(row_of[test])


@given(places, st.integers(2, 5), sizes)
def test_folds_test_each_row_at_most_once_and_learn_from_what_was_before(places, folds, size):
    try:
        found = fold_in_order(places, folds, size)
    except InputError:
        assume(False)
    assert len(found) == folds
    tested = np.concatenate([fold.test for fold in found])
    assert len({*tested.tolist()}) == len(tested)
    for fold in found:
        assert len(fold.train) > 0
        assert (len(fold.validation) > 0) == (size > 0)
        assert_rising(places, fold)


def test_the_validation_rows_of_a_fold_are_a_share_of_those_up_to_it():
    found = fold_in_order(np.arange(100), 4, 0.1)
    assert [[len(part) for part in fold] for fold in found] == [
        [16, 4, 20], [34, 6, 20], [52, 8, 20], [70, 10, 20]
    ]  # fmt: skip


def test_a_table_in_an_order_is_split_and_folded_by_it():
    labels, keys = np.array([0, 1] * 10), np.arange(20)[::-1].copy()
    section: dict[str, Any] = {"validation_size": 0.0, "stratify": False, "seed": 3, "order": "day"}
    parts = split_table(labels, ["a", "b"], keys, test_size=0.25, **section)
    assert parts.test.tolist() == [0, 1, 2, 3, 4]
    assert fold_table(labels, ["a", "b"], keys, 4, **section)[-1].test.tolist() == [0, 1, 2, 3]


def test_too_few_places_are_told():
    with pytest.raises(InputError, match="1 different places in the order are too few"):
        split_in_order(np.zeros(9, dtype=np.int64), 0.2, 0.0)
    with pytest.raises(InputError, match="2 different places in the order are too few"):
        split_in_order(np.array([1, 1, 2, 2]), 0.2, 0.2)
    with pytest.raises(InputError, match="3 different places in the order are too few"):
        fold_in_order(np.array([1, 1, 2, 2, 3, 3]), 4, 0.0)
