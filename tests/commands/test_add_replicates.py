"""How many trainings with other seeds `add` chooses, by the length of the table."""

import pytest

from commands.adding.choices import choose


@pytest.mark.parametrize(
    ("rows", "count"), [(4999, 30), (5000, 10), (99_999, 10), (100_000, 3), (10_000_000, 3)]
)
def test_a_long_table_gets_few_replicates_and_is_told_why(rows, count):
    (found,) = [c for c in choose(rows, 10, 2, 100, {}) if c.key == "replicate.count"]
    assert found.value == count
    assert (f"few, as {rows} rows take long" in found.reason) == (count < 30)


def test_a_number_of_replicates_that_is_given_is_no_choice_of_few():
    (found,) = [c for c in choose(10**6, 10, 2, 100, {"count": 7}) if c.key == "replicate.count"]
    assert (found.value, found.reason) == (7, "as you say")
