from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.model_selection import KFold, StratifiedKFold

from nn.arithmetic.randomness import random_source
from nn.errors import InputError
from nn.splitting import fold_table, split_rows, split_table, strata_of
from nn.splitting.chance import deal_rows

sizes = st.integers(0, 45).map(lambda percent: percent / 100)
labels_of_many = st.lists(st.integers(0, 3), min_size=1, max_size=120).map(np.array)
seeds = st.integers(0, 2**32 - 1)


def split(labels, test_size, validation_size, stratify=True, seed=0):
    source = random_source(seed, "split")
    return split_rows(np.asarray(labels), test_size, validation_size, stratify, source)


def split_or_discard(*args):
    try:
        return split(*args)
    except InputError:
        assume(False)


@given(labels_of_many, sizes, sizes, st.booleans(), seeds)
def test_every_row_is_in_one_part(labels, test_size, validation_size, stratify, seed):
    parts = split_or_discard(labels, test_size, validation_size, stratify, seed)
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(labels)))
    for part in parts:
        assert part.dtype == np.int64
        assert (np.diff(part) > 0).all()


@given(labels_of_many, sizes, sizes, st.booleans(), seeds)
def test_parts_have_their_sizes(labels, test_size, validation_size, stratify, seed):
    parts = split_or_discard(labels, test_size, validation_size, stratify, seed)
    for rows, size in ((parts.test, test_size), (parts.validation, validation_size)):
        wanted = len(labels) * size
        assert (len(rows) == 0) == (size == 0)
        assert abs(len(rows) - wanted) <= 0.5 + 1e-9 or (len(rows) == 1 and wanted < 1)


@given(labels_of_many, sizes, sizes, seeds)
def test_stratified_parts_keep_the_proportions(labels, test_size, validation_size, seed):
    parts = split_or_discard(labels, test_size, validation_size, True, seed)
    for label, count in Counter(labels.tolist()).items():
        in_train = (labels[parts.train] == label).sum()
        assert in_train >= 1
        for rows in (parts.test, parts.validation):
            share = Fraction(len(rows) * count, len(labels))
            assert abs((labels[rows] == label).sum() - share) < 1
        assert abs(in_train - Fraction(len(parts.train) * count, len(labels))) < 2


@given(labels_of_many, sizes, sizes, st.booleans(), seeds)
def test_the_test_rows_depend_on_the_seed_alone(labels, test_size, validation_size, stratify, seed):
    parts = split_or_discard(labels, test_size, validation_size, stratify, seed)
    again = split(labels, test_size, validation_size, stratify, seed)
    for part, same in zip(parts, again, strict=True):
        assert part.tolist() == same.tolist()
    without_validation = split(labels, test_size, 0.0, stratify, seed)
    assert parts.test.tolist() == without_validation.test.tolist()


@pytest.mark.parametrize("stratify", [True, False])
def test_every_row_is_as_likely_to_be_tested(stratify):
    labels = np.repeat([0, 1], [30, 10])
    drawn: Counter[int] = Counter()
    for seed in range(2000):
        drawn.update(split(labels, 0.2, 0.2, stratify, seed).test.tolist())
    spread = np.sqrt(2000 * 0.2 * 0.8)
    assert all(abs(drawn[row] - 400) < 4.5 * spread for row in range(40))


def test_the_largest_remainder_gets_the_odd_row():
    # 10 test rows of 48: the shares are 2.29, 3.33 and 4.375, so the last class has 5.
    labels = np.repeat([0, 1, 2], [11, 16, 21])
    assert np.bincount(labels[split(labels, 0.21, 0.0).test]).tolist() == [2, 3, 5]


def test_half_a_row_is_rounded_up():
    assert len(split([0, 1] * 5, 0.25, 0.0).test) == 3


def test_names_of_classes_split_as_their_numbers():
    numbers = np.array([0, 1, 1, 0, 1, 1, 0, 0, 1])
    names = np.array(["benign", "malignant"])[numbers]
    assert split(names, 0.3, 0.2).test.tolist() == split(numbers, 0.3, 0.2).test.tolist()


def test_nothing_set_aside_trains_on_all_rows():
    parts = split([0, 0, 1], 0.0, 0.0)
    assert [len(part) for part in parts] == [3, 0, 0]


def test_a_class_with_too_few_rows_is_named_and_counted():
    labels = ["no"] * 20 + ["yes"]
    with pytest.raises(InputError, match=r"class 'yes' has too few rows to split into 2 parts: 1"):
        split(labels, 0.2, 0.0)
    with pytest.raises(InputError, match=r"class 'yes' has too few rows to split into 3 parts: 2"):
        split([*labels, "yes"], 0.2, 0.2)
    split(labels, 0.2, 0.2, stratify=False)
    split(labels, 0.0, 0.0)


def test_a_class_without_a_row_to_train_on_is_named():
    # Class 0 gives 1 of 2 rows to test and 2 of 3 to validate: it has as many rows as there are
    # parts, but none is left.
    with pytest.raises(InputError, match=r"class '0' has too few rows to split into 3 parts: 3"):
        split([0, 0, 0, 1, 1, 1], 0.3, 0.45)


@pytest.mark.parametrize("stratify", [True, False])
def test_no_row_left_to_train_on_is_an_error(stratify):
    with pytest.raises(InputError, match="of 2 rows, 1 for testing and 1 for validation leave"):
        split([0, 1], 0.1, 0.1, stratify)


@pytest.mark.parametrize("stratify", [True, False])
@pytest.mark.parametrize("count", [2, 3, 5])
def test_folds_have_the_sizes_of_scikit_learn_s(stratify, count):
    labels = np.random.default_rng(count).choice(3, size=61, p=[0.6, 0.3, 0.1])
    fold_of_row = deal_rows(labels, count, stratify, random_source(1, "folds"))
    oracle = (StratifiedKFold if stratify else KFold)(count)
    parts = [test for _, test in oracle.split(labels, labels)]
    sizes = np.bincount(fold_of_row)
    assert sorted(sizes.tolist()) == sorted(map(len, parts))
    if stratify:
        for label in range(3):
            expected = sorted(np.count_nonzero(labels[part] == label) for part in parts)
            found = np.bincount(fold_of_row[labels == label], minlength=count)
            assert sorted(found.tolist()) == expected


@given(labels_of_many, st.integers(2, 6), sizes, st.booleans(), seeds)
def test_each_row_is_tested_in_one_fold(labels, count, validation_size, stratify, seed):
    arguments = {"validation_size": validation_size, "stratify": stratify, "seed": seed}
    try:
        folds = fold_table(labels, ["a", "b", "c", "d"], None, count, **arguments)
    except InputError:
        assume(False)
    tested = np.concatenate([fold.test for fold in folds])
    assert sorted(tested.tolist()) == list(range(len(labels)))
    for fold in folds:
        assert sorted(np.concatenate(fold).tolist()) == list(range(len(labels)))
        assert len(fold.train) > 0
        assert (len(fold.validation) > 0) == (validation_size > 0)
        if stratify:
            assert {*labels[fold.train]} == {*labels}


def test_folds_follow_their_seed_and_are_validated_by_rows_of_their_own():
    labels = np.repeat([0, 1], 30)
    first, again, other = (
        fold_table(labels, ["a", "b"], None, 3, validation_size=0.2, stratify=True, seed=seed)
        for seed in (1, 1, 2)
    )
    for one, same in zip(first, again, strict=True):
        assert [part.tolist() for part in one] == [part.tolist() for part in same]
    assert {*first[0].test} != {*other[0].test}
    assert [len(fold.validation) for fold in first] == [12, 12, 12]
    assert len({frozenset(fold.validation.tolist()) for fold in first}) == 3


def test_too_few_rows_for_the_folds_are_told():
    with pytest.raises(InputError, match="2 rows are too few for 3 folds"):
        fold_table(np.array([0, 1]), ["a", "b"], None, 3, validation_size=0, stratify=True, seed=0)
    with pytest.raises(InputError, match=r"class 'b' has too few rows for these folds: 1, of"):
        fold_table(
            np.array([0] * 9 + [1]), ["a", "b"], None, 3, validation_size=0, stratify=True, seed=0
        )


def test_numbers_are_stratified_by_quantiles_of_equal_size():
    values = np.random.default_rng(3).lognormal(size=200)
    strata = strata_of(values, ())
    assert np.bincount(strata).tolist() == [20] * 10
    assert all(values[strata == s].max() <= values[strata == s + 1].min() for s in range(9))
    parts = split_table(values, (), test_size=0.2, validation_size=0.1, stratify=True, seed=0)
    assert np.bincount(strata[parts.test]).tolist() == [4] * 10
    assert np.bincount(strata[parts.validation]).tolist() == [2] * 10
    assert strata_of(values[:39], ()).tolist() == [0] * 39
    assert strata_of(np.ones(60), ()).tolist() == [0] * 20 + [1] * 20 + [2] * 20
