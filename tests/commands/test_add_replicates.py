"""How many networks and trainings with other seeds `add` chooses, by the length of the table."""

import pytest

from commands.adding.choices import choose


@pytest.mark.parametrize(
    ("rows", "count"), [(999, 30), (1000, 5), (9999, 5), (10_000, 3), (10_000_000, 3)]
)
def test_a_long_table_gets_few_replicates_and_is_told_why(rows, count):
    (found,) = [c for c in choose(rows, 10, 2, 100, {}) if c.key == "replicate.count"]
    assert found.value == count
    assert (f"few, as {rows} rows take long" in found.reason) == (count < 30)


def test_a_number_of_replicates_that_is_given_is_no_choice_of_few():
    (found,) = [c for c in choose(10**6, 10, 2, 100, {"count": 7}) if c.key == "replicate.count"]
    assert (found.value, found.reason) == (7, "as you say")


@pytest.mark.parametrize(
    ("rows", "count"),
    [(100, 8), (9999, 8), (10_000, 4), (99_999, 4), (100_000, 2), (1_000_000, 1)],
)
def test_a_long_table_gets_few_networks_and_is_told_why(rows, count):
    (found,) = [c for c in choose(rows, 10, 2, 100, {}) if c.key == "train.ensemble"]
    assert found.value == count
    assert (f"few, as each may hold all {rows} rows" in found.reason) == (count < 8)


@pytest.mark.parametrize(("rows", "learnt"), [(100, 80), (1000, 600), (50_000, 30_000)])
def test_the_penalty_goes_by_the_rows_that_are_learnt_from(rows, learnt):
    (found,) = [c for c in choose(rows, 10, 2, 50, {}) if c.key == "train.l2"]
    assert found.value * learnt == pytest.approx(3, rel=0.03)


def test_what_is_trained_without_validation_rows_is_trained_for_fewer_epochs():
    for rows, smallest in [(199, 50), (5000, 2)]:  # too few, or too few of a class
        chosen = {c.key: c.value for c in choose(rows, 10, 2, smallest, {})}
        assert (chosen["train.epochs"], chosen["train.early_stopping"]) == (100, None)
    chosen = {c.key: c.value for c in choose(200, 10, 2, 50, {})}
    assert chosen["train.epochs"] == 300
    assert chosen["train.early_stopping"]["patience"] == 20


@pytest.mark.parametrize(
    ("rows", "features", "members", "count"),
    [(300, 100, 8, 30), (60, 3000, 8, 5), (200, 20_000, 4, 3), (60, 10**6, 2, 3)],
)
def test_a_wide_table_gets_few_as_well(rows, features, members, count):
    chosen = {each.key: each for each in choose(rows, features, 2, 20, {})}
    assert chosen["train.ensemble"].value == members
    assert chosen["replicate.count"].value == count
    told = f"few, as {rows} rows of {features} features take long"
    assert (told in chosen["replicate.count"].reason) == (count < 30)


@pytest.mark.parametrize(
    ("rows", "classes", "epochs"),
    [(99_999, 2, 500), (100_000, 2, 100), (20_000, 26, 500), (30_000, 1000, 100)],
)
def test_the_linear_model_of_many_rows_or_classes_gets_few_epochs(rows, classes, epochs):
    (found,) = [c for c in choose(rows, 10, classes, 20, {}) if c.key == "evaluate.baseline"]
    assert found.value["epochs"] == epochs
