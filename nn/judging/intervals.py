"""95 % intervals by formula: Wilson's of a rate, Student's of the mean of repeated measurements."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from nn.arithmetic import mean, total
from nn.judging.bootstrap import Z_95

CONFIDENCE = 0.95
LARGEST_T = 12.71  # the quantile for one degree of freedom is 12.706, all others are smaller


def wilson_interval(successes: int, trials: int) -> tuple[float, float]:
    """Compute the 95 % interval of a rate from successes and trials, at least one.

    Wilson's score interval (1927): it stays within 0 and 1, and keeps what it promises for few
    trials and rates near the ends.
    """
    rate, shrinkage = successes / trials, Z_95 * Z_95 / trials
    center = rate + shrinkage / 2
    half_width = float(np.sqrt(shrinkage * (rate * (1 - rate) + shrinkage / 4)))
    low, high = (center - half_width) / (1 + shrinkage), (center + half_width) / (1 + shrinkage)
    # Rounding must not move the two ends that are known.
    return (low if successes > 0 else 0.0), (high if successes < trials else 1.0)


class Spread(NamedTuple):
    """What several measurements say of their mean; None where there are too few of them."""

    n: int
    mean: float | None
    std: float | None
    """Sample standard deviation, of `n - 1` degrees of freedom."""
    low: float | None
    high: float | None
    """Ends of the 95 % interval of the mean."""
    min: float | None
    max: float | None


def spread(measured: Sequence[float | None]) -> Spread:
    """Summarise measurements: their mean, its 95 % interval, and how far they spread.

    Those that are None are passed over and not counted. The interval is Student's (1908):
    mean ± t * std / sqrt(n), t the quantile of n - 1 degrees of freedom. It holds where
    measurements are independent and not far from normal, or many.
    """
    values = np.array([value for value in measured if value is not None], dtype=np.float64)
    count = len(values)
    if count == 0:
        return Spread(0, None, None, None, None, None, None)
    lowest, highest = float(values.min()), float(values.max())
    if count == 1:
        return Spread(1, lowest, None, None, None, lowest, highest)
    if lowest == highest:  # their mean may be a rounding error away from them
        return Spread(count, lowest, 0.0, lowest, lowest, lowest, highest)
    center = float(mean(values))
    deviations = values - center
    std = math.sqrt(float(total(deviations * deviations)) / (count - 1))
    half = student_t(count - 1) * std / math.sqrt(count)
    return Spread(count, center, std, center - half, center + half, lowest, highest)


def student_t(degrees: int) -> float:
    """Find t so that Student's distribution lies within ±t in 95 % of cases.

    `degrees` of freedom are 1 or more. The search halves an interval 60 times.
    """
    low, high = 0.0, LARGEST_T
    for _ in range(60):
        middle = (low + high) / 2
        if _within(middle, degrees) < CONFIDENCE:
            low = middle
        else:
            high = middle
    return high


def _within(t: float, degrees: int) -> float:
    """Compute the probability that Student's distribution lies within ±t.

    It is a finite sum of powers of a cosine (Abramowitz & Stegun, Handbook of Mathematical
    Functions, 26.7.3 and 26.7.4; the tangent of their angle is t / sqrt(degrees)).
    """
    tangent = t / math.sqrt(degrees)
    square = 1.0 / (1.0 + tangent * tangent)  # of the cosine
    cosine = math.sqrt(square)
    odd = degrees % 2
    term = cosine if odd else 1.0
    terms = 0.0
    for number in range(1 + odd, degrees, 2):
        terms += term
        term *= square * number / (number + 1)
    sine = tangent * cosine
    return (_arctan(tangent) + sine * terms) / (math.pi / 2) if odd else sine * terms


def _arctan(x: float) -> float:
    """Compute the angle whose tangent is x, by its series after halving the angle six times.

    The C library's own differs between machines in its last bit.
    """
    for _ in range(6):
        x = x / (1.0 + math.sqrt(1.0 + x * x))
    square = x * x
    series = 0.0
    for exponent in (13, 11, 9, 7, 5, 3, 1):
        series = 1.0 / exponent - square * series
    return 64.0 * x * series
