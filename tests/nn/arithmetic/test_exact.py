"""Exact sums: as near as they say, in any order, however the rows are dealt out."""

import math
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest

from nn.arithmetic.exact import SMALLEST, cut, power_above
from nn.arithmetic.matmul import matmul
from nn.arithmetic.rows import SLICES
from tests.nn.arithmetic.test_arithmetic import (
    assert_within_bound,
    cut_rows,
    draw,
    exact_product,
    forward,
    learn,
    same_bits,
)


def test_a_cut_worked_by_hand():
    # In quarters, to the even one halfway: 0.3 is nearest to 0.25, and 0.375 to 0.5.
    values = np.array([0.3, 0.375, -0.3, 0.1, -0.0, -0.1, 5.0])
    found = cut(values, np.float64(0.25), out=np.empty(7))
    assert same_bits(found, np.array([0.25, 0.5, -0.25, 0.0, 0.0, 0.0, 5.0]))


def test_powers_of_two_above():
    sizes = np.array([1.0, 0.999, 1.5, 2.0**40, 3e-5, 0.0, 1e-320])
    expected = [2.0, 1.0, 2.0, 2.0**41, 2.0**-15, 2 * SMALLEST, 2 * SMALLEST]
    assert power_above(sizes).tolist() == expected


def test_the_example_of_the_handbook():
    # docs/exact-sums.md: eight bits of a sum of two terms, by hand.
    a, b = np.array([[0.7, 0.2]]), np.array([[0.6], [0.9]])
    high_a, high_b = (cut(x, np.float64(1 / 8), out=np.empty_like(x)) for x in (a, b))
    assert high_a.tolist() == [[0.75, 0.25]]
    assert high_b.tolist() == [[0.625], [0.875]]
    assert (high_a @ high_b).item() == 0.6875 == 44 / 64
    low_a, low_b = (
        cut(x - high, np.float64(1 / 128), out=np.empty_like(x))
        for x, high in ((a, high_a), (b, high_b))
    )
    assert (low_a * 128).tolist() == [[-6.0, -6.0]]
    assert (low_b * 128).tolist() == [[-3.0], [3.0]]
    assert (high_a @ low_b + low_a @ high_b).item() == -0.08203125 == -84 / 1024
    assert 0.6875 - 0.08203125 == 0.60546875  # of 0.6


def factors(kind, seed, n, t, m):
    """Two matrices to multiply."""
    a, b = draw(seed, n, t), draw(seed + 1, t, m)
    source = np.random.default_rng(seed)
    if kind == "a column a million times the others":
        a[:, 0] *= 1e6
    if kind == "columns of all magnitudes":
        a *= 10.0 ** source.integers(-6, 7, t)
    if kind == "activations of a ReLU":
        a = np.maximum(a, 0.0)
    return a, b


KINDS = [
    "normal",
    "a column a million times the others",
    "columns of all magnitudes",
    "activations of a ReLU",
]


def errors(product, a, b):
    """How far each element is from the exact product."""
    exact = exact_product(a, b)
    off = np.empty(product.shape)
    for i, j in np.ndindex(off.shape):
        off[i, j] = abs(Fraction(float(product[i, j])) - exact[i][j])
    return off


def lengths(a, b):
    """Row length times column length of each element."""
    return np.linalg.norm(a, axis=1)[:, None] * np.linalg.norm(b, axis=0)


def single_precision(a, b):
    """The product in float32, from the first term to the last.

    Of `@`, the order and with it the error are the processor's.
    """
    terms = a.astype(np.float32)[:, :, None] * b.astype(np.float32)
    return np.add.accumulate(terms, axis=1)[:, -1]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("t", [8, 31, 101, 257, 785])
def test_one_slice_is_as_near_as_twice_single_precision(kind, t):
    ours, theirs = [], []
    for seed in range(3):
        a, b = factors(kind, 10 * seed, 8, t, 5)
        ours.append(errors(forward("single", a, b), a, b).max() / lengths(a, b).max())
        theirs.append(errors(single_precision(a, b), a, b).max() / lengths(a, b).max())
    assert max(ours) <= 2 * max(theirs)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("rows", "k", "m"), [(32, 5, 5), (32, 70, 30), (455, 12, 5), (1024, 9, 4)])
def test_gradients_of_one_slice_are_as_near_as_twice_single_precision(kind, rows, k, m):
    ours, theirs = [], []
    for seed in range(3):
        a, _ = factors(kind, 10 * seed, rows, k, m)
        a, b = a.T, draw(seed, rows, m) * draw(seed + 1, rows, m) ** 2  # errors: most are small
        ours.append((errors(learn("single", a, b), a, b) / lengths(a, b)).max())
        theirs.append((errors(single_precision(a, b), a, b) / lengths(a, b)).max())
    assert max(ours) <= 2 * max(theirs)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("t", [8, 31, 101, 128, 129, 784, 3000])
def test_two_slices_are_nearly_double_at_any_width(kind, t):
    a, b = factors(kind, 3, 3, t, 70 // t + 2)
    assert_within_bound(matmul(a, b), a, b)
    assert errors(forward("double", a, b), a, b).max() <= 1e-13 * lengths(a, b).max()


@pytest.mark.parametrize("t", [128, 129, 3000])
def test_what_is_left_out_cannot_add_up_to_more(t):
    # The worst: beside one large number, all others are just cut off, with the same sign.
    a, b = np.full((1, t), 2.0**-27 - 2.0**-50), np.full((t, 65), 2.0**-27 - 2.0**-50)
    a[0, 0] = b[0] = 1.0 - 2.0**-53
    assert_within_bound(matmul(a, b), a, b)


def deal(seed, rows, parts):
    """Deal rows out to parts, as long as may be."""
    source = np.random.default_rng(seed)
    cuts = np.sort(source.integers(0, rows + 1, parts - 1))
    return np.split(source.permutation(rows), cuts)


@pytest.mark.parametrize("precision", SLICES)
def test_a_gradient_has_the_same_bits_however_its_rows_are_dealt_out(precision):
    a, b = draw(1, 700, 11), draw(2, 700, 5)
    rows = cut_rows(precision, a)
    errors = cut_rows(precision, b, rows)
    pairs = [(rows.high, errors.high)]
    if rows.low is not None:
        pairs += [(rows.high, errors.low), (rows.low, errors.high)]
    whole = rows.summed(errors)

    def is_whole(sums):
        high, *crossed = sums
        return same_bits(high + (crossed[0] + crossed[1]) if crossed else high, whole)

    for parts in (1, 2, 3, 7):
        dealt = deal(parts, 700, parts)
        for order in list(permutations(range(parts)))[:: max(math.factorial(parts) // 6, 1)]:
            sums = []
            for x, y in pairs:
                of_parts = [x[:, dealt[part]] @ y[:, dealt[part]].T for part in order]
                sums.append(sum(of_parts[1:], of_parts[0]))
            assert is_whole(sums)
    assert not same_bits(a.T @ b, sum(a[d].T @ b[d] for d in deal(7, 700, 7)))


@pytest.mark.parametrize("precision", SLICES)
@pytest.mark.parametrize("t", [31, 400])
def test_permuted_terms_give_the_same_bits(precision, t):
    a, b = draw(5, 20, t), draw(6, t, 17)
    order = np.random.default_rng(7).permutation(t)
    for multiply in (forward, learn):
        expected = multiply(precision, a, b)
        assert same_bits(multiply(precision, a[:, order], b[order]), expected)


def worst_case(precision, bits):
    """Columns as large and as long as their bounds allow."""
    rows = cut_rows(precision, np.full((2048, 3), 1.0 - 2.0**-bits))
    return rows, cut_rows(precision, np.full((2048, 2), 1.0 - 2.0**-bits), rows)


@pytest.mark.parametrize("precision", SLICES)
@pytest.mark.parametrize("bits", [3, 12, 20, 23, 24, 25, 30, 45, 53])
def test_the_largest_sums_are_exact(precision, bits):
    rows, errors = worst_case(precision, bits)
    found = rows.high @ errors.high.T
    exact = exact_product(rows.high[:1], errors.high[:1].T)
    assert Fraction(float(found[0, 0])) == exact[0][0]
    if rows.low is not None:
        for x, y in ((rows.high, errors.low), (rows.low, errors.high)):
            exact = exact_product(x[:1], y[:1].T)
            assert Fraction(float((x @ y.T)[0, 0])) == exact[0][0]
