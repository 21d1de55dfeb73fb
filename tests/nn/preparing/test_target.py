import numpy as np
import pytest

from nn.errors import InputError
from nn.preparing.scaling import Scaling
from nn.preparing.target import MOST_ERRORS, Quantity, fit_target, held_out_errors, scaled_target


def half_width(errors, level):
    return Quantity(Scaling(np.zeros(1), np.ones(1)), errors).half_width(level)


def test_numbers_are_standardised_and_classes_left_alone():
    scaling = fit_target(np.array([3.0, 5.0, 7.0]))
    assert scaling is not None
    assert (scaling.center.tolist(), scaling.scale.tolist()) == ([5.0], [np.sqrt(8 / 3)])
    scaled = scaled_target(np.array([5.0, 5.0 + np.sqrt(8 / 3)]), scaling)
    assert scaled.tolist() == pytest.approx([0.0, 1.0])
    assert scaling.undo(scaled).tolist() == pytest.approx([5.0, 5.0 + np.sqrt(8 / 3)])
    labels = np.array([0, 1])
    assert fit_target(labels) is None
    assert scaled_target(labels, None) is labels


@pytest.mark.parametrize(("count", "level"), [(19, 0.9), (20, 0.8), (99, 0.9), (50, 0.95)])
def test_the_interval_holds_what_it_promises(count, level):
    # Errors of any shape: here far from normal. The chance lies between level and level + 1/(n+1).
    source = np.random.default_rng(count)
    draws = 20_000
    errors = source.standard_t(2, (draws, count)) ** 3
    new = np.abs(source.standard_t(2, draws) ** 3)
    reach = [half_width(held_out_errors(row), level) for row in errors]
    held_out = np.mean(new <= reach)
    noise = 4 * np.sqrt(level * (1 - level) / draws)
    assert level - noise <= held_out <= level + 1 / (count + 1) + noise


@pytest.mark.parametrize(
    ("count", "level", "expected"),
    [(9, 0.9, 9.0), (10, 0.9, 10.0), (19, 0.9, 18.0), (3, 0.5, 2.0), (1, 0.5, 1.0), (5, 0.01, 1.0)],
)
def test_the_rank_by_hand(count, level, expected):
    assert half_width(np.arange(1.0, count + 1), level) == expected


@pytest.mark.parametrize(("count", "level", "needed"), [(8, 0.9, 9), (0, 0.5, 1), (98, 0.99, 99)])
def test_too_few_rows_are_told(count, level, needed):
    with pytest.raises(InputError, match=f"needs {needed} validation rows, and there were {count}"):
        half_width(np.arange(float(count)), level)
    half_width(np.arange(float(needed)), level)


def test_sizes_ascend_and_of_many_some_are_kept():
    assert held_out_errors(np.array([-3.0, 1.0, 2.0])).tolist() == [1.0, 2.0, 3.0]
    many = held_out_errors(np.arange(-5000.0, 0.0))
    assert len(many) == MOST_ERRORS
    assert (many[0], many[-1]) == (1.0, 5000.0)
    assert (np.diff(many) > 0).all()
