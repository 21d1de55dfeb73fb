"""No group on two sides; against scikit-learn, hand calculation, and an oracle of sums."""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold

from nn.arithmetic import random_source
from nn.errors import InputError
from nn.splitting import fold_table, split_table
from nn.splitting.groups import fold_groups, split_groups

sizes = st.integers(0, 40).map(lambda percent: percent / 100)
seeds = st.integers(0, 2**32 - 1)
tables = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 2)), min_size=1, max_size=80).map(
    lambda rows: np.array(rows).T
)


def split(labels, groups, test_size, validation_size, stratify, seed):
    source = random_source(seed, "split")
    return split_groups(labels, groups, test_size, validation_size, stratify, source)


@given(tables, sizes, sizes, st.booleans(), seeds)
def test_no_group_is_in_two_parts_and_every_row_in_one(
    table, test_size, validation_size, stratify, seed
):
    groups, labels = table
    try:
        parts = split(labels, groups, test_size, validation_size, stratify, seed)
    except InputError:
        assume(False)
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(groups)))
    held = [{*groups[part].tolist()} for part in parts]
    assert sum(map(len, held)) == len({*groups.tolist()})
    for part, size in zip(parts[1:], (validation_size, test_size), strict=True):
        assert (np.diff(part) > 0).all()
        assert (len(part) > 0) == (size > 0)
    if stratify:
        assert {*labels[parts.train]} == {*labels}
    if validation_size:
        one = split(labels, groups, test_size, validation_size, False, seed)
        other = split(labels, groups, test_size, validation_size / 2, False, seed)
        assert one.test.tolist() == other.test.tolist()


@pytest.mark.parametrize("seed", range(8))
def test_many_small_groups_come_as_near_to_the_sizes_as_can_be(seed):
    source = np.random.default_rng(seed)
    groups = source.integers(0, 100, 500)
    of_group = source.integers(0, 2, 100)
    parts = split(of_group[groups], groups, 0.2, 0.1, True, seed)
    labels = of_group[groups]
    for part, size in ((parts.test, 0.2), (parts.validation, 0.1)):
        for label in (0, 1):
            wanted = size * np.count_nonzero(labels == label)
            assert abs(np.count_nonzero(labels[part] == label) - wanted) <= 2


def test_groups_are_tested_by_chance():
    groups = np.repeat(np.arange(10), 3)
    counts = np.zeros(10)
    for seed in range(1000):
        tested = split(np.zeros(30), groups, 0.2, 0.2, False, seed).test
        assert len(tested) == 6
        counts[groups[tested[::3]]] += 1
    assert (abs(counts - 200) < 4.5 * np.sqrt(1000 * 0.2 * 0.8)).all()


def test_a_group_is_taken_where_it_brings_a_part_nearer_to_its_size():
    # Of 100 rows 20 are to be tested. A group of 39 brings nearer (19 too many are less than 20
    # too few), one of 41 does not.
    for sizes, is_ever_tested in (([39, 30, 31], True), ([41, 30, 29], False)):
        groups = np.repeat([0, 1, 2], sizes)
        tested = [0 in groups[split(groups, groups, 0.2, 0.0, False, s).test] for s in range(40)]
        assert any(tested) == is_ever_tested


def test_of_groups_that_are_all_too_large_the_smallest_is_tested():
    groups = np.repeat(["a", "b", "c"], [30, 50, 40])
    assert {*groups[split(groups, groups, 0.1, 0.0, False, 5).test]} == {"a"}


def test_numbers_and_names_of_groups_split_alike_in_the_table():
    labels, keys = np.array([0, 1] * 20), np.repeat(np.arange(8), 5)
    section: dict[str, Any] = {
        "test_size": 0.25,
        "validation_size": 0.0,
        "stratify": True,
        "seed": 3,
    }
    parts = split_table(labels, ["no", "yes"], keys, **section, group="who")
    names = np.array(["no", "yes"])[labels]
    expected = split(names, keys, 0.25, 0.0, True, 3)
    assert [part.tolist() for part in parts] == [part.tolist() for part in expected]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("folds", [2, 3, 5])
def test_folds_are_those_of_group_k_fold(folds, seed):
    # All groups of other sizes: then nothing depends on the order in which they are drawn.
    counts = np.random.default_rng(seed).permutation(np.arange(1, 21))
    groups = np.repeat(np.arange(20), counts)
    sources = [random_source(seed, str(use)) for use in range(folds + 1)]
    found = fold_groups(groups, groups, folds, 0.0, False, sources)
    expected = [test for _, test in GroupKFold(folds).split(groups, groups=groups)]
    assert {tuple(fold.test) for fold in found} == {tuple(part) for part in expected}


@pytest.mark.parametrize("seed", range(5))
def test_stratified_folds_are_as_even_as_scikit_learn_s(seed):
    source = np.random.default_rng(seed)
    groups = source.integers(0, 40, 400)
    labels = (source.random(40)[groups] ** 3 > source.random(400)).astype(int)
    section: dict[str, Any] = {"validation_size": 0.2, "stratify": True, "seed": seed}
    folds = fold_table(labels, ["a", "b"], groups, 5, **section, group="who")
    oracle = StratifiedGroupKFold(5, shuffle=True, random_state=seed).split(labels, labels, groups)

    def unevenness(parts):
        counts = np.array([np.bincount(labels[part], minlength=2) for part in parts])
        return (counts.std(axis=0) / counts.mean(axis=0)).max()

    assert unevenness([fold.test for fold in folds]) < 1.5 * unevenness([t for _, t in oracle])
    tested = np.concatenate([fold.test for fold in folds])
    assert sorted(tested.tolist()) == list(range(400))
    for fold in folds:
        held = [{*groups[part].tolist()} for part in fold]
        assert sum(map(len, held)) == 40
        assert abs(len(fold.validation) - 80) <= np.bincount(groups).max()


@pytest.mark.parametrize(
    ("labels", "groups", "arguments", "told"),
    [
        ("aabb", "xxyy", (0.2, 0.2, False), "2 groups are too few to split into so many parts"),
        ("aabb", "xxxx", (0.2, 0.0, False), "1 group is too few to split into so many parts"),
        ("aab", "xyz", (0.34, 0.34, True), "class '[ab]' has no row left to train on: it is in"),
    ],
)
def test_what_cannot_be_split_is_told(labels, groups, arguments, told):
    tested, validated, stratified = arguments
    with pytest.raises(InputError, match=told):
        split(np.array([*labels]), np.array([*groups]), tested, validated, stratified, 0)


def test_too_few_groups_for_the_folds_are_told():
    labels, keys = np.array([0, 1] * 6), np.repeat([0, 1, 2], 4)
    section: dict[str, Any] = {"validation_size": 0.0, "stratify": True, "seed": 0, "group": "who"}
    assert len(fold_table(labels, ["a", "b"], keys, 3, **section)) == 3
    with pytest.raises(InputError, match="3 groups are too few for 4 folds: take fewer folds"):
        fold_table(labels, ["a", "b"], keys, 4, **section)
