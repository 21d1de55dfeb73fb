import math
import operator
from fractions import Fraction
from functools import partial
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.linalg import blas

from nn.arithmetic import (
    exp,
    log,
    log1p,
    mapped,
    matmul,
    mean,
    sigmoid,
    softplus,
    sums,
    tanh,
    total,
    tuned_numpy,
    within,
)
from nn.arithmetic.matmul import SMALL
from nn.arithmetic.rows import CutRows
from nn.errors import InputError

UNIT = Fraction(1, 2**53)  # half a unit in the last place of 1


def draw(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape)


def same_bits(a, b):
    """Equal, the signs of zeros included."""
    return a.shape == b.shape and a.tobytes() == b.tobytes()


def exact_product(a, b):
    """The matrix product of two matrices in rational numbers."""
    a, b = [[list(map(Fraction, row)) for row in np.asarray(x).tolist()] for x in (a, b)]
    columns = list(zip(*b, strict=True))
    return [
        [sum((x * y for x, y in zip(row, column, strict=True)), Fraction()) for column in columns]
        for row in a
    ]


# Sums


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ([], 0.0),
        ([7.0], 7.0),
        # In halves: (1e16 - 1e16) + (1 + 1). From left to right, 1e16 + 1 would be 1e16.
        ([1e16, 1.0, -1e16, 1.0], 2.0),
        ([1e16, -1e16, 1.0, 1.0], 0.0),  # (1e16 + 1) + (-1e16 + 1), and both ones are lost
        # The odd one is added to the first sum: ((1e16 - 1e16) + 1) + (0 + 0).
        ([1e16, 0.0, -1e16, 0.0, 1.0], 1.0),
        ([1.0, 0.0, 1e16, 0.0, -1e16], 0.0),  # ((1 + 1e16) - 1e16) + (0 + 0)
        ([1e16, 1.0, 0.0, 0.0, 1.0], 1e16),  # ((1e16 + 0) + 1) + (1 + 0), not 1e16 + (1 + 1)
    ],
)
def test_total_worked_by_hand(terms, expected):
    assert total(np.array(terms)) == expected
    assert total(np.array(terms)[:, None], axis=0).tolist() == [expected]


@given(arrays(np.float64, st.integers(0, 300), elements=st.floats(-1e100, 1e100)))
def test_total_is_as_near_as_pairwise_sums_are(terms):
    exact = sum(map(Fraction, terms.tolist()), Fraction())
    magnitudes = sum((abs(Fraction(term)) for term in terms.tolist()), Fraction())
    halvings = max(len(terms), 1).bit_length() - 1
    # A term meets at most two additions a halving: half of the others, and the odd one.
    assert abs(Fraction(float(total(terms))) - exact) <= (2 * halvings + 1) * UNIT * magnitudes


@given(
    arrays(np.float64, array_shapes(max_dims=4, max_side=6), elements=st.floats(-9, 9)), st.data()
)
def test_total_along_an_axis_is_the_total_of_each_lane(terms, data):
    axis = data.draw(st.integers(-terms.ndim, terms.ndim - 1))
    sums = total(terms, axis)
    lanes = np.moveaxis(terms, axis, -1)
    assert sums.shape == lanes.shape[:-1]
    for index in np.ndindex(sums.shape):
        assert same_bits(sums[index], total(lanes[index].copy()))
    assert same_bits(total(np.asfortranarray(terms), axis).copy(), sums.copy())


def test_total_over_everything_does_not_depend_on_the_layout():
    terms = draw(1, 7, 11, 5)
    assert total(terms) == total(np.asfortranarray(terms)) == total(terms.ravel())
    assert total(terms) == pytest.approx(math.fsum(terms.ravel()), rel=1e-14)


@pytest.mark.parametrize("columns", [(), (1,), (3,)])
@pytest.mark.parametrize("rows", [40, 41, 63, 64, 65, 999, 1000])
@pytest.mark.parametrize("numbers", [1, 7, 16])
def test_total_of_many_terms_is_the_same_block_by_block(rows, columns, numbers, monkeypatch):
    terms = draw(rows, rows, *columns) * 10.0 ** draw(1, rows, *columns)
    whole = total(terms, axis=0)
    monkeypatch.setattr(mapped, "SMALL", 0)
    monkeypatch.setattr(sums, "NUMBERS_IN_A_BLOCK", numbers)
    assert same_bits(total(terms, axis=0), whole)


def test_total_of_no_terms_is_zero_in_the_remaining_shape():
    assert same_bits(total(np.ones((2, 0, 3)), axis=1), np.zeros((2, 3)))
    assert total(np.ones((0,))) == 0.0


def test_total_does_not_change_its_terms():
    terms = draw(2, 9)
    before = terms.copy()
    total(terms)
    assert same_bits(terms, before)


def test_mean_worked_by_hand():
    terms = np.array([[1.0, 2.0, 6.0], [3.0, 5.0, 1.0]])
    assert mean(terms) == 3.0
    assert mean(terms, axis=0).tolist() == [2.0, 3.5, 3.5]
    assert mean(terms, axis=1).tolist() == [3.0, 3.0]


# Products


def cut_rows(precision, rows, partner=None):
    """Cut rows (..., n, k) as a layer does."""
    *networks, n, k = rows.shape
    made = CutRows(tuple(networks), k, n, precision)
    made.cut(rows.swapaxes(-1, -2), partner)
    made.measure()
    return made


def forward(precision, a, b):
    """Multiply rows by weights, as a layer's `forward` and `before` do."""
    *networks, n, _ = a.shape
    out, room = (np.empty((*networks, b.shape[-1], n)) for _ in range(2))
    return cut_rows(precision, a).times(b, out, room).swapaxes(-1, -2) + 0.0


def learn(precision, a, b):
    """Multiply columns of rows by columns of others, as a layer's `learn` does."""
    first = cut_rows(precision, a.swapaxes(-1, -2))
    return first.summed(cut_rows(precision, b, first)) + 0.0


MULTIPLY: list[Any] = [
    matmul,
    *(partial(way, precision) for way in (forward, learn) for precision in ("single", "double")),
]

# BLAS promises a sum's terms, not their order. These are some that it might choose.


def in_order(order, a, b):
    sums = np.zeros((*a.shape[:-1], b.shape[-1]))
    for term in order(a.shape[-1]):
        sums += a[..., :, term, None] * b[..., None, term, :]
    return sums


def in_blocks(seed, a, b):
    source = np.random.default_rng(seed)
    terms = source.permutation(a.shape[-1])
    cuts = np.sort(source.integers(0, a.shape[-1] + 1, 1 + a.shape[-1] // 5))
    blocks = [in_order(lambda count, block=block: block, a, b) for block in np.split(terms, cuts)]
    return sum(blocks[1:], blocks[0])


def in_long_double(a, b):
    wide = a[..., :, :, None].astype(np.longdouble) * b[..., None, :, :]
    return wide.sum(axis=-2).astype(np.float64)


def with_fused_steps(a, b):
    """Round each partial sum once, product and addition together, as a fused multiply-add does."""
    sums = np.zeros((*a.shape[:-1], b.shape[-1]))
    for term in range(a.shape[-1]):
        wide = a[..., :, term, None].astype(np.longdouble) * b[..., None, term, :]
        sums = (sums + wide).astype(np.float64)
    return sums


def correctly_rounded(a, b):
    terms = a[..., :, :, None] * b[..., None, :, :]
    return np.apply_along_axis(lambda lane: np.float64(math.fsum(lane)), -2, terms)


def in_python(a, b):
    """Add Python's own numbers, from the first term to the last."""
    columns = b.T.tolist()
    return np.array(
        [[sum(map(operator.mul, row, column)) for column in columns] for row in a.tolist()]
    )


def by_another_blas(a, b):
    """SciPy comes with a BLAS of its own."""
    return blas.dgemm(1.0, a, b)


def of_each_pair(multiply, a, b):
    """Multiply matrices along leading axes."""
    leading = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    a, b = (np.broadcast_to(x, (*leading, *x.shape[-2:])) for x in (a, b))
    product = np.empty((*leading, a.shape[-2], b.shape[-1]))
    for place in np.ndindex(leading):
        product[place] = multiply(a[place], b[place])
    return product


ORDERS: dict[str, Any] = {
    "forward": partial(in_order, range),
    "backward": partial(in_order, lambda count: range(count - 1, -1, -1)),
    "even terms first": partial(in_order, lambda count: [*range(0, count, 2), *range(1, count, 2)]),
    "random blocks 1": partial(in_blocks, 1),
    "random blocks 2": partial(in_blocks, 2),
    "long double": in_long_double,
    "fused": with_fused_steps,
    "correctly rounded": correctly_rounded,
    "einsum": partial(np.einsum, "...nt,...tm->...nm"),
    "Python": partial(of_each_pair, in_python),
    "another BLAS": partial(of_each_pair, by_another_blas),
}


class Calls:
    """Stand in for np.matmul, and count the calls."""

    def __init__(self, multiply):
        self.multiply, self.count = multiply, 0

    def __call__(self, a, b, out=None):
        self.count += 1
        if out is None:
            return self.multiply(a, b)
        out[...] = self.multiply(a, b)
        return out


def results_by_order(multiply, a, b):
    """What `multiply` gives with BLAS, and with each of the orders in its place."""
    results = [multiply(a, b)]
    for order in ORDERS.values():
        with pytest.MonkeyPatch.context() as patch:
            calls = Calls(order)
            patch.setattr(np, "matmul", calls)
            results.append(multiply(a, b))
            assert calls.count, "the product was not made by np.matmul, so this proves nothing"
    return results


@pytest.mark.parametrize("multiply", MULTIPLY)
@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((5, 30), (30, 16)),
        ((200, 70), (70, 33)),
        ((3, 1500), (1500, 2)),  # longer than one call of BLAS takes
        ((4, 6, 20), (4, 20, 8)),
        ((2, 3, 6, 20), (2, 3, 20, 8)),
        ((3, 6, 300), (3, 300, 8)),  # in equal parts
        ((2, 6, 131), (2, 131, 8)),  # with terms left over
    ],
    ids=str,
)
@pytest.mark.parametrize("scale", [1.0, 1e-70, 1e60])
def test_a_product_does_not_depend_on_the_order_of_adding(multiply, a, b, scale):
    a, b = draw(3, *a) * scale, draw(4, *b)
    first, *others = results_by_order(multiply, a, b)
    assert np.isfinite(first).all()
    for other in others:
        assert same_bits(other, first)


@pytest.mark.parametrize("multiply", MULTIPLY)
def test_numbers_next_to_the_largest_are_multiplied_or_made_nan(multiply):
    a, b = draw(3, 5, 30) * 1e297, draw(4, 30, 16)
    with np.errstate(over="ignore", invalid="ignore"):
        first, *others = results_by_order(multiply, a, b)
    for other in others:
        np.testing.assert_array_equal(other, first)
    # A training that has come so far has diverged, and is told so by what is no number.
    right = np.isclose(first * 1e-290, (a * 1e-290) @ b, rtol=1e-5)
    assert right.all() or np.isnan(first).all()
    assert right.all() or multiply is not matmul


def test_a_plain_product_does_depend_on_the_order_of_adding():
    a, b = draw(3, 200, 70), draw(4, 70, 33)
    results = {order(a, b).tobytes() for order in ORDERS.values()}
    assert len(results) >= 6  # rounded correctly and in long double it may be the same


@settings(max_examples=60)
@given(
    st.integers(1, 6),
    st.integers(1, 90),
    st.integers(1, 20),
    st.integers(0, 2**32),
    st.sampled_from(MULTIPLY),
    st.sampled_from(["halves", "powers of ten", "cancelling"]),
)
def test_a_product_does_not_depend_on_the_order_in_any_shape(n, t, m, seed, multiply, kind):
    source = np.random.default_rng(seed)
    a, b = source.standard_normal((n, t)), source.standard_normal((t, m))
    if kind == "halves":  # many exact ties
        a, b = np.rint(a * 4) / 2, np.rint(b * 2**42) / 2**43
    elif kind == "powers of ten":
        a, b = a * 10.0 ** source.integers(-20, 20, a.shape), b * 10.0 ** source.integers(-9, 9, m)
    else:
        a[:, t // 2 :] = -a[:, : t - t // 2]
        b[t // 2 :] = b[: t - t // 2] * (1 + 1e-13)
    if t * m <= SMALL:  # made without BLAS
        a, b = np.pad(a, ((0, 0), (0, SMALL))), np.pad(b, ((0, SMALL), (0, 0)))
    first, *others = results_by_order(multiply, a, b)
    for other in others:
        assert same_bits(other, first)


shapes = st.tuples(st.integers(0, 6), st.integers(0, 20), st.integers(0, 9))
values = st.one_of(
    st.floats(-2, 2), st.floats(-1e150, 1e150), st.sampled_from([0.0, -0.0, 1.0, 5e-324, -1e-310])
)


def assert_within_bound(product_, a, b, bound=Fraction(1, 10**13)):
    """Within 1e-13 of the row's length times the column's, and t times the smallest number."""
    lengths = [
        [sum((Fraction(x) ** 2 for x in lane), Fraction()) for lane in lanes]
        for lanes in (a.tolist(), b.T.tolist())
    ]
    for i, row in enumerate(exact_product(a, b)):
        for j, exact in enumerate(row):
            error = abs(Fraction(float(product_[i, j])) - exact) - a.shape[1] * Fraction(5e-324)
            assert error <= 0 or error**2 <= bound**2 * lengths[0][i] * lengths[1][j]


@given(
    shapes.flatmap(
        lambda s: st.tuples(
            arrays(np.float64, s[:2], elements=values), arrays(np.float64, s[1:], elements=values)
        )
    )
)
def test_matmul_is_as_near_as_it_says(operands):
    a, b = operands
    result = matmul(a, b)
    assert result.shape == (len(a), b.shape[1])
    assert_within_bound(result, a, b)


@pytest.mark.parametrize("terms", [1, 7, 40, 512, 513, 1024])
@pytest.mark.parametrize("scale", [1.0, 1e-200, 1e140, 2.0**-1060])
def test_matmul_is_as_near_as_it_says_in_long_sums(terms, scale):
    a, b = draw(5, 3, terms) * scale, draw(6, terms, 70 // terms + 1)
    assert_within_bound(matmul(a, b), a, b)


def test_matmul_of_a_row_of_widely_differing_columns_is_near_in_each():
    a = draw(7, 4, 30)
    b = draw(8, 30, 12) * 10.0 ** np.arange(-180, 180, 30)
    assert_within_bound(matmul(a, b), a, b)


@pytest.mark.parametrize("multiply", MULTIPLY)
def test_whole_numbers_are_multiplied_exactly(multiply):
    source = np.random.default_rng(9)
    for shape in ((3, 4, 5), (6, 50, 20), (2, 700, 3)):
        n, t, m = shape
        a, b = source.integers(-99, 100, (n, t)), source.integers(-99, 100, (t, m))
        np.testing.assert_array_equal(multiply(a.astype(float), b.astype(float)), a @ b)


@pytest.mark.parametrize("multiply", MULTIPLY)
@pytest.mark.parametrize("shape", [(2, 3, 4), (5, 30, 10), (5, 300, 10), (5, 131, 10)])
def test_leading_axes_are_products_of_their_own(multiply, shape):
    n, t, m = shape
    a, b = draw(10, 3, n, t), draw(11, 3, t, m) * np.array([1.0, 1e-30, 1e30])[:, None, None]
    stacked = multiply(a, b)
    for network in range(3):
        assert same_bits(stacked[network].copy(), multiply(a[network], b[network]).copy())


@pytest.mark.parametrize("multiply", MULTIPLY)
def test_leading_axes_may_lie_in_memory_in_any_order(multiply):
    a, b = draw(21, 2, 3, 40, 60), draw(22, 2, 3, 60, 9)
    pairs = zip(a.reshape(6, 40, 60), b.reshape(6, 60, 9), strict=True)
    expected = np.array([multiply(x, y) for x, y in pairs])
    for order in ((0, 1, 2, 3), (1, 0, 2, 3), (3, 1, 0, 2)):
        x, y = (m.transpose(order).copy().transpose(np.argsort(order)) for m in (a, b))
        assert same_bits(multiply(x, y).copy().reshape(expected.shape), expected.copy())


@pytest.mark.parametrize("multiply", MULTIPLY)
@pytest.mark.parametrize("shape", [(2, 3, 4), (50, 30, 10)])
def test_a_product_does_not_depend_on_the_layout_in_memory(multiply, shape):
    n, t, m = shape
    a, b = draw(12, n, t), draw(13, t, m)
    expected = multiply(a, b).copy()
    spaced = np.repeat(a, 2, axis=1)[:, ::2]
    turned = b[::-1].copy()[::-1]
    for x in (a, np.asfortranarray(a), spaced):
        for y in (b, np.asfortranarray(b), turned):
            assert same_bits(np.ascontiguousarray(multiply(x, y)), expected)


@pytest.mark.parametrize("shape", [(3, 4), (30, 10)])
def test_a_row_does_not_depend_on_the_other_rows(shape):
    t, m = shape
    a, b = draw(14, 20, t), draw(15, t, m)
    expected = matmul(a, b).copy()
    for row in range(len(a)):
        assert same_bits(matmul(a[row : row + 1], b)[0].copy(), expected[row].copy())
    a[5] *= 1e200
    a[6] = 0.0
    others = [*range(5), *range(7, 20)]
    assert same_bits(matmul(a, b)[others], expected[others])
    assert same_bits(matmul(a[::-1], b)[::-1][others].copy(), expected[others])
    b[:, 0] *= 1e100
    assert same_bits(matmul(a, b)[others, 1:].copy(), expected[others, 1:].copy())


@pytest.mark.parametrize("n, t, m", [(0, 3, 2), (2, 0, 3), (2, 3, 0), (0, 30, 20), (1, 1, 1)])
def test_empty_and_single_matrices(n, t, m):
    a, b, expected = np.full((n, t), 3.0), np.full((t, m), 7.0), np.full((n, m), 21.0 * t)
    np.testing.assert_array_equal(matmul(a, b), expected)
    for precision in ("single", "double"):
        if t and m:  # a layer has inputs and outputs
            np.testing.assert_array_equal(forward(precision, a, b), expected)
        if n and m:
            np.testing.assert_array_equal(learn(precision, a, b), expected)


@pytest.mark.parametrize("shape", [(2, 3), (30, 10)])
@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_zeros_of_either_sign_give_zeros(shape, zero):
    a, b = np.full((4, shape[0]), zero), draw(16, *shape)
    for multiply in MULTIPLY:
        assert not multiply(a, b).any()
        assert not multiply(b.T, a.T).any()
    other = np.zeros((1, shape[0]))
    assert same_bits(matmul(other, b), matmul(-other, b) + 0.0)


@pytest.mark.parametrize("shape", [(2, 3), (30, 10)])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused(shape, value):
    a, b = np.ones((2, shape[0])), np.ones(shape)
    bad_a, bad_b = a.copy(), b.copy()
    bad_a[1, 1] = bad_b[1, 2] = value
    with pytest.raises(InputError, match=r"(nan|inf) at index \[1, 1\]"):
        matmul(bad_a, b)
    with pytest.raises(InputError, match=r"(nan|inf) at index \[1, 2\]"):
        matmul(a, bad_b)


@pytest.mark.parametrize("shape", [(2, 3), (30, 10)])
def test_a_product_beyond_the_largest_number_is_refused(shape):
    with pytest.raises(InputError, match="inf at index"):
        matmul(np.full((1, shape[0]), 1e200), np.full(shape, 1e200))
    assert matmul(np.full((1, shape[0]), 1e200), np.full(shape, -1e-200))[0, 0] == pytest.approx(
        -shape[0], rel=1e-12
    )


# Functions, against 50 digits


def spread(seed, lowest, highest, both_signs=True):
    """Numbers of every size between two powers of ten."""
    source = np.random.default_rng(seed)
    numbers = 10.0 ** source.uniform(lowest, highest, 1500)
    return np.concatenate([numbers, -numbers]) if both_signs else numbers


def around(*points):
    """The numbers next to some points, on either side."""
    steps = (0.0, 2.0**-52, 2.0**-51, 2.0**-50, 1e-9, 1e-4)
    return np.array([p * (1 + sign * step) for p in points for step in steps for sign in (-1, 1)])


def uniform(seed, lowest, highest):
    return np.random.default_rng(seed).uniform(lowest, highest, 2000)


LN2 = math.log(2)
FUNCTIONS: dict[
    str, Any
] = {  # what computes it, what it is, the bound in its docstring, where to try
    "exp": (
        exp,
        mpmath.exp,
        1,
        uniform(1, -745.1, 709.7825),
        uniform(2, -1, 1),
        spread(3, -320, 2),
        around(*(LN2 * k / 2 for k in (-2047, -3, -1, 1, 3, 1023)), -708.4, -745.0, 709.7),
    ),
    "log": (
        log,
        mpmath.log,
        1,
        spread(4, -323, 308, both_signs=False),
        uniform(5, 0.4, 2.2),
        around(1.0, 0.5**0.5, 2**0.5, 0.5, 2.0, 2.0**-1022, 1e308),
    ),
    "log1p": (
        log1p,
        mpmath.log1p,
        1,
        spread(6, -320, 308, both_signs=False),
        -spread(7, -320, -1e-9, both_signs=False),
        uniform(8, -1, 2),
        around(1.0, 2**0.5 - 1, 0.5**0.5 - 1, -0.5, 1e-16, 2.0**53),
        -1 + 2.0 ** -np.arange(1.0, 54.0),
    ),
    "sigmoid": (
        sigmoid,
        lambda x: 1 / (1 + mpmath.exp(-x)),
        2,
        uniform(9, -745, 40),
        uniform(10, -3, 3),
        spread(11, -320, 2),
        around(-708.4, -744.0, 36.7, LN2, -LN2, 1e-16),
    ),
    "softplus": (
        softplus,
        lambda x: mpmath.log1p(mpmath.exp(x)),
        2,
        uniform(12, -745, 40),
        uniform(13, -3, 3),
        spread(14, -320, 2),
        around(-708.4, -744.0, 36.7, LN2, -LN2, 1e-16, 1e300),
    ),
    "tanh": (
        tanh,
        mpmath.tanh,
        2,
        uniform(15, -22, 22),
        uniform(16, -1, 1),
        spread(17, -320, 2),
        around(0.625, -0.625, 19.06, 22.0, 30.0, 1e-8),
    ),
}


def errors_in_ulps(function, exact, x):
    computed = function(x)
    with mpmath.workdps(50):
        values = [exact(mpmath.mpf(value)) for value in x.tolist()]
        return np.array(
            [
                float(abs(mpmath.mpf(c) - v) / np.spacing(abs(float(v))))
                for c, v in zip(computed.tolist(), values, strict=True)
            ]
        )


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_as_near_as_it_says(name):
    function, exact, bound, *ranges = FUNCTIONS[name]
    for x in ranges:
        errors = errors_in_ulps(function, exact, x)
        worst = errors.argmax()
        assert errors[worst] <= bound, f"{name}({x[worst]!r}): {errors[worst]} units"


@pytest.mark.parametrize(
    ("function", "points"),
    [
        (exp, {0.0: 1.0, -1e308: 0.0, -800.0: 0.0}),
        (log, {1.0: 0.0}),
        (log1p, {0.0: 0.0}),
        (sigmoid, {0.0: 0.5, 1e308: 1.0, -1e308: 0.0, 1e9: 1.0, -1e9: 0.0}),
        (softplus, {1e308: 1e308, -1e308: 0.0, 1e9: 1e9, -1e9: 0.0}),
        (tanh, {0.0: 0.0, 1e308: 1.0, -1e308: -1.0, 5e-324: 5e-324}),
    ],
)
def test_a_function_is_exact_where_its_value_is_a_number(function, points):
    assert function(np.array([*points])).tolist() == [*points.values()]


@pytest.mark.parametrize("function", [sigmoid, softplus, tanh, exp, log1p, log])
def test_a_function_does_not_fall(function):
    lowest = 1e-9 if function is log else -0.9 if function is log1p else -40.0
    x = np.sort(np.concatenate([uniform(18, lowest, 40), np.linspace(lowest, 40, 5001)]))
    assert (np.diff(function(x)) >= -4 * np.spacing(np.abs(function(x)[1:]))).all()


@given(st.floats(-1e308, 1e308))
def test_symmetries(x):
    x = np.array([x])
    assert tanh(-x) == -tanh(x)
    assert abs(sigmoid(x) + sigmoid(-x) - 1.0) <= 2.0**-52
    assert 0.0 <= sigmoid(x) <= 1.0
    assert softplus(x) >= np.maximum(x, 0.0)


@pytest.mark.parametrize(
    ("function", "x"),
    [
        (exp, 709.7826),
        (exp, 1e9),
        (log, 0.0),
        (log, -1.0),
        (log1p, -1.0),
        (log1p, -2.0),
        *((f, x) for f in (exp, log, log1p, sigmoid, softplus, tanh) for x in (math.nan, math.inf)),
        *((f, -math.inf) for f in (exp, log, log1p, sigmoid, softplus, tanh)),
    ],
)
def test_a_function_refuses_what_has_no_finite_value(function, x):
    with pytest.raises(InputError, match=r"at index \[0, 1\]"):
        function(np.array([[0.5, x]]))


@pytest.mark.parametrize("function", [exp, log, log1p, sigmoid, softplus, tanh])
def test_a_function_does_not_depend_on_layout_or_size(function):
    x = np.abs(draw(19, 3, 5, 1999)) + 0.1
    expected = function(x)
    assert expected.shape == x.shape
    pieces = [function(piece.copy()) for piece in x.reshape(-1, 5)]
    assert same_bits(np.concatenate(pieces), expected.ravel())
    odd_layouts: list[Any] = [
        lambda y: y.transpose(2, 0, 1).copy().transpose(1, 2, 0),
        np.asfortranarray,
        lambda y: np.repeat(y, 2, axis=1)[:, ::2],
        lambda y: y[::-1, ::-1].copy()[::-1, ::-1],
    ]
    for layout in odd_layouts:
        np.testing.assert_array_equal(function(layout(x)), expected)
    wide = np.broadcast_to(x[:, :, :1], x.shape)
    np.testing.assert_array_equal(function(wide), function(wide.copy()))
    assert function(np.ones((0, 3))).shape == (0, 3)
    assert function(np.array(0.5)) == function(np.array([0.5]))[0]


def test_within_names_the_place_and_the_value():
    with pytest.raises(InputError, match=r"^7.0 at index \[1, 0\] .* from -2 to 3"):
        within(np.array([[1.0], [7.0]]), lowest=-2.0, highest=3.0)


# NumPy


def test_numpy_is_tuned_no_longer_than_it_computes():
    before = np.getbufsize(), np.geterr()
    with tuned_numpy():
        assert np.getbufsize() < before[0]
        assert np.isinf(np.float64(1e300) * np.float64(1e300))  # without a warning
    assert (np.getbufsize(), np.geterr()) == before
