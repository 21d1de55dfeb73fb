"""No call whose last bits depend on the machine, outside nn/arithmetic/sums.py.

IEEE 754 fixes + - * / and sqrt. It does not fix the order of a sum, nor the bits of exp and its
kin: NumPy's, Python's and the C library's differ between processors and between versions.
"""

import ast
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
HOME = "nn/arithmetic/sums.py"  # where sums and products are made portable

WHOLE = "whole numbers: exact in any order"
EXACT = "of factors that were cut so that no sum is rounded"
AN_ESTIMATOR_IS = "what scikit-learn's estimators are made of: it computes nothing of a result"
SIX_DECIMALS = "stages/generate.py writes 6 decimals: last bits are cut off"
TWELVE_DECIMALS = "rounded to 12 decimals right away"
# By file and call; each says why it may stand.
EXCEPTIONS = {
    ("nn/arithmetic/matmul.py", "np.matmul"): EXACT,
    ("nn/arithmetic/rows.py", "np.matmul"): EXACT,
    ("nn/arithmetic/layers.py", "np.cumsum"): WHOLE,
    ("nn/arithmetic/sorting.py", "np.cumsum"): WHOLE,
    ("nn/arithmetic/sorting.py", "np.add.reduceat"): WHOLE,
    ("nn/judging/bootstrap.py", "np.cumsum"): WHOLE,
    ("nn/datasets.py", "np.cos"): SIX_DECIMALS,
    ("nn/datasets.py", "np.sin"): SIX_DECIMALS,
    ("nn/datasets.py", "source.standard_normal"): SIX_DECIMALS,
    ("nn/exports/estimator.py", "from sklearn.base import BaseEstimator"): AN_ESTIMATOR_IS,
    ("nn/exports/estimator.py", "from sklearn.base import ClassifierMixin"): AN_ESTIMATOR_IS,
    ("nn/exports/estimator.py", "from sklearn.base import RegressorMixin"): AN_ESTIMATOR_IS,
    (
        "nn/exports/estimator.py",
        "from sklearn.exceptions import ConvergenceWarning",
    ): AN_ESTIMATOR_IS,
    (
        "nn/exports/estimator.py",
        "from sklearn.utils.multiclass import check_classification_targets",
    ): AN_ESTIMATOR_IS,
    (
        "nn/exports/estimator.py",
        "from sklearn.utils.validation import check_is_fitted",
    ): AN_ESTIMATOR_IS,
    (
        "nn/exports/estimator.py",
        "from sklearn.utils.validation import validate_data",
    ): AN_ESTIMATOR_IS,
    (
        "nn/training/initializers.py",
        "source.standard_normal",
    ): "rounded to multiples of 2**-36 right away",
    ("nn/judging/curves.py", "np.cumsum"): WHOLE,
    ("nn/arithmetic/ranks.py", "np.cumsum"): WHOLE,
    ("nn/judging/metrics.py", "np.cumsum"): WHOLE,
    ("nn/judging/metrics.py", "np.trace"): WHOLE,
    ("nn/model_file.py", "sum"): WHOLE,
    ("nn/network/network.py", "sum"): WHOLE,
    ("nn/preparing/dates.py", "math.cos"): TWELVE_DECIMALS,
    ("nn/preparing/dates.py", "math.sin"): TWELVE_DECIMALS,
    ("nn/splitting/groups.py", "np.abs(difference).sum"): WHOLE,
    ("nn/splitting/groups.py", "self.sizes.sum"): WHOLE,
    ("nn/splitting/order.py", "np.cumsum"): WHOLE,
    ("nn/splitting/parts.py", "counts.sum"): WHOLE,
    ("nn/splitting/parts.py", "dealt.sum"): WHOLE,
    ("stages/executing/cluster.py", "sum"): WHOLE,
    ("stages/executing/training.py", "sum"): WHOLE,
    ("stages/running/parameters/conflicts.py", "math.prod"): WHOLE,
    ("stages/tables/blocks.py", "sum"): WHOLE,
    ("stages/evaluate.py", "sum"): WHOLE,
    ("stages/figures/confusion.py", "np.cumsum"): WHOLE,
    ("stages/figures/style.py", "sum"): WHOLE,
    ("stages/normalize.py", "sum"): WHOLE,
    ("stages/reporting/experiment.py", "np.sum"): WHOLE,
    ("stages/judging/curves.py", "sum"): WHOLE,
    ("stages/running/artifacts.py", "sum"): WHOLE,
    ("stages/replicate.py", "sum"): WHOLE,
    ("stages/plot.py", "np.trace"): WHOLE,
    ("stages/judging/scores.py", "map(sum)"): WHOLE,
    ("stages/judging/scores.py", "sum"): WHOLE,
}


def words(text):
    return frozenset(text.split())


SUMS = words(
    """average convolve corrcoef correlate cov cumprod cumsum cumulative_prod cumulative_sum dot
    einsum einsum_path fft gradient inner interp kron linalg linspace logspace geomspace matmul
    matvec mean median nancumprod nancumsum nanmean nanmedian nanpercentile nanprod nanquantile
    nanstd nansum nanvar percentile polyfit polynomial polyval prod quantile std sum tensordot trace
    trapezoid trapz var vdot vecdot vecmat reduce accumulate reduceat"""
)
FUNCTIONS = words(
    """exp exp2 expm1 log log2 log10 log1p logaddexp logaddexp2 sin cos tan sinh cosh tanh arcsin
    arccos arctan arctan2 arcsinh arccosh arctanh asin acos atan atan2 asinh acosh atanh sinc hypot
    power pow float_power cbrt i0"""
)
DRAWS = words(
    """beta chisquare dirichlet exponential gamma gumbel laplace logistic lognormal normal
    multivariate_normal pareto poisson randn rayleigh standard_cauchy standard_exponential
    standard_gamma standard_normal standard_t triangular vonmises wald weibull"""
)
# What math does exactly or correctly rounded; all else of it is the C library's.
EXACT_MATH = words(
    """ceil comb copysign e fabs factorial floor fmod frexp fsum gcd inf isclose isfinite isinf
    isnan isqrt lcm ldexp modf nan nextafter perm pi sqrt tau trunc ulp"""
)
METHODS = DRAWS | words("accumulate cumprod cumsum dot mean prod reduce reduceat std sum trace var")
OTHERS = {"scipy", "sklearn", "statistics", "cmath", "numexpr", "random"}


def unportable(source: str) -> Iterator[tuple[int, str]]:
    """Find what depends on the machine: (line, how it is written)."""
    tree = ast.parse(source)
    modules = {"numpy": set[str](), "math": set[str]()}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                package = alias.name.split(".")[0]
                if package in OTHERS:
                    yield node.lineno, f"import {alias.name}"
                if alias.name in modules:
                    modules[alias.name].add(alias.asname or alias.name)
        elif isinstance(node, ast.ImportFrom):
            package = (node.module or "").split(".")[0]
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                if package in OTHERS or (package in modules and _is_unportable(name)):
                    yield node.lineno, f"from {node.module} import {alias.name}"
    for node in ast.walk(tree):
        yield from _unportable_node(node, modules)


def _is_unportable(name: str) -> bool:
    package, *parts = name.split(".")
    if package == "math":
        return parts[0] not in EXACT_MATH
    return any(part in SUMS or part in FUNCTIONS for part in parts)


def _unportable_node(node: ast.AST, modules: dict[str, set[str]]) -> Iterator[tuple[int, str]]:
    match node:
        case ast.BinOp(op=ast.MatMult()) | ast.AugAssign(op=ast.MatMult()):
            yield node.lineno, "@"
        case ast.BinOp(op=ast.Pow(), left=base, right=exponent):
            if not _is_exact_power(base, exponent):
                yield node.lineno, "**"
        case ast.AugAssign(op=ast.Pow()):
            yield node.lineno, "**"
        case ast.Attribute(value=ast.Name(id=module), attr=name):
            for package, aliases in modules.items():
                if module in aliases and _is_unportable(f"{package}.{name}"):
                    yield node.lineno, ast.unparse(node)
        case _:
            pass
    match node:
        case ast.Call(func=ast.Attribute(value=owner, attr=name)) if name in METHODS:
            numpy = isinstance(owner, ast.Name) and owner.id in modules["numpy"]
            if not numpy:  # which was judged above
                yield node.lineno, ast.unparse(node.func)
        case ast.Call(func=ast.Name(id="sum" | "pow" as name)):
            yield node.lineno, name
        case ast.Call(func=ast.Name(id="map"), args=[ast.Name(id="sum" | "pow" as name), *_]):
            yield node.lineno, f"map({name})"
        case _:
            pass


def _is_exact_power(base: ast.expr, exponent: ast.expr) -> bool:
    try:
        numbers = Fraction(ast.literal_eval(base)), int(ast.literal_eval(exponent))
        power = numbers[0] ** numbers[1]
        return Fraction(float(power)) == power
    except (ValueError, TypeError, OverflowError):
        return False


def findings():
    for package in ("nn", "stages"):
        for path in sorted((ROOT / package).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if name != HOME:
                for line, written in unportable(path.read_text(encoding="utf-8")):
                    yield name, line, written


def test_only_the_exceptions_depend_on_the_machine():
    found = [f"{n}:{line}: {told}" for n, line, told in findings() if (n, told) not in EXCEPTIONS]
    assert found == [], "use nn.arithmetic, or add an exception that says why"


def test_no_exception_is_left_over():
    assert EXCEPTIONS.keys() - {(name, told) for name, _, told in findings()} == set()


@pytest.mark.parametrize(
    "broken",
    [
        "c = a @ b",
        "a @= b",
        "np.dot(a, b)",
        "a.dot(b)",
        "np.matmul(a, b, out=c)",
        "np.einsum('ij,jk', a, b)",
        "np.linalg.norm(a)",
        "from numpy.linalg import eigh",
        "from numpy import linalg",
        "import numpy\nnumpy.sum(a)",
        "np.sum(a)",
        "np.add.reduce(a)",
        "(a * b).sum()",
        "a[0].mean(axis=0)",
        "np.mean(a)",
        "np.average(a, weights=b)",
        "a.std()",
        "a.var(ddof=1)",
        "np.cov(a)",
        "np.cumsum(a)",
        "a.prod()",
        "sum(a)",
        "total = functools.reduce(f, map(sum, a))",
        "np.exp(a)",
        "f = {'tanh': np.tanh}",
        "from numpy import exp as e",
        "np.log(a)",
        "np.log1p(a)",
        "np.logaddexp(0, a)",
        "np.sin(a) + np.cos(a)",
        "np.hypot(a, b)",
        "math.exp(a)",
        "from math import log",
        "import math as m\nm.pow(a, b)",
        "math.hypot(a, b)",
        "a ** 3",
        "a **= 0.5",
        "beta ** t",
        "0.1 ** 2",
        "pow(a, b)",
        "np.power(a, 2)",
        "np.linspace(0, 1, 7)",
        "np.quantile(a, 0.5)",
        "source.standard_normal(3)",
        "np.random.RandomState(0).randn(3)",
        "import scipy.special",
        "from sklearn.metrics import log_loss",
        "import statistics",
    ],
)
def test_it_sees(broken):
    assert list(unportable(f"import math\nimport numpy as np\n{broken}")) != []


@pytest.mark.parametrize(
    "portable",
    [
        "a + b - c * d / e",
        "np.sqrt(a)",
        "a * a",
        "2.0**-53 + 1.5 * 2.0**52 + 0.625**2",
        "np.ldexp(a, 3) + np.frexp(a)[0] + np.rint(a)",
        "np.maximum(a, 0.0).max() + a.min()",
        "np.argsort(a, kind='stable')",
        "np.count_nonzero(a)",
        "math.floor(a) + math.sqrt(a) + math.fsum(a)",
        "from nn.arithmetic.sums import exp, mean, total\nexp(a) + mean(a) + total(a)",
        "state.mean * state.square",
        "source.random(3) + source.permutation(3) + source.integers(3)",
        "@decorator\ndef f(): '''np.exp, a @ b, a ** 3'''",
    ],
)
def test_it_lets_pass(portable):
    assert list(unportable(f"import math\nimport numpy as np\n{portable}")) == []
