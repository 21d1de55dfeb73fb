"""Arithmetic with the same bits on every machine: here alone is rounding thought about."""

from nn.arithmetic.elementary import Array, exp, log, log1p, sigmoid, softplus, tanh, within
from nn.arithmetic.sums import matmul, mean, total

__all__ = ["Array", "exp", "log", "log1p", "matmul", "mean", "sigmoid", "softplus", "tanh"]
__all__ += ["total", "within"]
