"""Parts of messages that tell a person what to change."""

import pytest

from nn.errors import counted, nearest


@pytest.mark.parametrize(
    ("number", "told"), [(0, "0 rows are"), (1, "1 row is"), (2, "2 rows are")]
)
def test_one_thing_is_in_the_singular(number, told):
    assert counted(number, "row is", "rows are") == told
    assert counted(number, "row") == told.rpartition(" ")[0]


def test_what_is_used_is_named_only_where_there_is_nothing_else():
    assert nearest("x2", ["x1", "y1"], used=["x1"]) == "; there is 'y1'"
    assert nearest("size 2", ["size", "size 3"], used=["size"]) == "; did you mean 'size 3'?"
    assert nearest("x2", ["x1"], used=["x1"]) == "; there is only 'x1'"
    assert nearest("x2", []) == "; there is none"
