"""An environment in words: the parts that can decide about a last bit, and where two differ."""

from typing import Any

from commands.shared.differences import Change, differences
from commands.shared.environment import Environment
from nn.errors import counted

FEATURES = "CPU features"
COMPONENTS = {
    "Python": "python",
    "NumPy": "numpy",
    "BLAS": "blas",
    "processor": "cpu",
    FEATURES: "cpu_features",
    "system": "os",
    "C library": "libc",
    "its exp, sin": "libm",
    "matplotlib": "matplotlib",
}


def described(environment: Environment) -> dict[str, str]:
    """Describe each part in a few words."""
    return {name: _described(environment.get(key)) for name, key in COMPONENTS.items()}


def changes_of(a: Environment, b: Environment) -> list[Change]:
    """List the parts that differ; of the features of the processor those that only one has."""
    before, after = described(a), described(b)
    there, here = ([*(each.get(COMPONENTS[FEATURES]) or [])] for each in (a, b))
    before[FEATURES] = " ".join(name for name in there if name not in here) or "-"
    after[FEATURES] = " ".join(name for name in here if name not in there) or "-"
    return differences(before, after)


def _described(value: Any) -> str:
    match value:
        case {"name": name, "version": version, "kernel": kernel, "threads": threads}:
            told = f"{name} {version or ''}".strip()
            told += f", kernel {kernel}" if kernel else ", kernel unknown without threadpoolctl"
            return told + (f", {counted(threads, 'thread')}" if threads else "")
        case list():
            return " ".join(value)
        case _:
            return "unknown" if value is None else str(value)
