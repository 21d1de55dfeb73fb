"""What a verification found, as a table for people and as JSON for another verification."""

import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from commands.verifying.emulation import Trial
from commands.verifying.environment import Environment
from commands.verifying.outputs import Row
from commands.verifying.recorded import FORMAT, VERSION, Recorded

WIDTH = 100
COMPONENTS = {
    "Python": "python",
    "NumPy": "numpy",
    "BLAS": "blas",
    "processor": "cpu",
    "CPU features": "cpu_features",
    "system": "os",
    "C library": "libc",
    "its exp, sin": "libm",
    "matplotlib": "matplotlib",
}


def outputs_table(rows: Sequence[Row]) -> str:
    """Lay out the rows, those of pictures apart."""
    numbers = [row for row in rows if not row.is_picture]
    pictures = [row for row in rows if row.is_picture]
    parts = [_table(("stage", "output", "result"), numbers)] if numbers else []
    if pictures:
        parts.append(_table(("stage", "pictures, compared by pixels", "result"), pictures))
    return "\n\n".join(parts)


def _table(header: tuple[str, str, str], rows: Sequence[Row]) -> str:
    lines = _aligned([header, *((row.stage, row.path, str(row.result)) for row in rows)])
    told = lines[:1]
    for line, row in zip(lines[1:], rows, strict=True):
        told += [line, *_indented(row.details)]
    return "\n".join(told)


def trials_table(trials: Sequence[Trial]) -> str:
    """Lay out the trials."""
    lines = _aligned([("as if", "result"), *((trial.setting, trial.result) for trial in trials)])
    told = lines[:1]
    for line, trial in zip(lines[1:], trials, strict=True):
        told += [line, *_indented(trial.details)]
    return "\n".join(told)


def environments_table(recorded: Recorded, rebuilt: Environment) -> str:
    """Set the environments of both sides beside each other, or say that one is unknown."""
    here = {name: _component(rebuilt[key]) for name, key in COMPONENTS.items()}
    if recorded.environment is None:
        lines = _aligned([("environment", "rebuilt"), *here.items()], wrap=True)
    else:
        there = {
            name: _component(recorded.environment.get(key)) for name, key in COMPONENTS.items()
        }
        rows = [(name, there[name], here[name]) for name in COMPONENTS if name != "CPU features"]
        lines = _aligned(
            [("environment", f"recorded ({recorded.environment_note})", "rebuilt"), *rows]
        )
        lines += _features(recorded.environment, rebuilt)
    if recorded.environment is None:
        lines += textwrap.wrap(
            f"The environment of what was recorded is {recorded.environment_note}.", WIDTH
        )
    return "\n".join(lines)


def _features(recorded: Environment, rebuilt: Environment) -> list[str]:
    there, here = (environment.get("cpu_features") or [] for environment in (recorded, rebuilt))
    told = {
        "CPU features on both sides": [name for name in there if name in here],
        "recorded only": [name for name in there if name not in here],
        "rebuilt only": [name for name in here if name not in there],
    }
    texts = (f"{where}: {' '.join(names)}" for where, names in told.items() if names)
    return [line for text in texts for line in textwrap.wrap(text, WIDTH, subsequent_indent="  ")]


def _component(value: Any) -> str:
    match value:
        case {"name": name, "version": version, "kernel": kernel, "threads": threads}:
            told = f"{name} {version or ''}".strip()
            told += f", kernel {kernel}" if kernel else ", kernel unknown without threadpoolctl"
            return told + (f", {threads} thread{'s' if threads > 1 else ''}" if threads else "")
        case list():
            return " ".join(value)
        case _:
            return "unknown" if value is None else str(value)


def summary(rows: Sequence[Row]) -> str:
    """Count the results in one line, pictures apart."""
    told = []
    for things, chosen in (
        ("outputs", [row for row in rows if not row.is_picture]),
        ("of pictures", [row for row in rows if row.is_picture]),
    ):
        if chosen:
            counts = Counter(str(row.result) for row in chosen)
            results = "; ".join(f"{number} {result}" for result, number in counts.items())
            told.append(f"{len(chosen)} {things}: {results}")
    return ". ".join(told) + "."


def as_json(
    commit: str,
    recorded: Recorded,
    environment: Environment,
    rows: Iterable[Row],
    trials: Iterable[Trial],
    problems: Sequence[str],
    is_same: bool,
) -> dict[str, Any]:
    """Collect all that was found; another verification can be run against it."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "commit": commit,
        "against": recorded.name,
        "same": is_same,
        "environment": environment,
        "recorded_environment": recorded.environment,
        "outputs": [row._asdict() for row in rows],
        "problems": list(problems),
        "emulated": [trial._asdict() for trial in trials],
    }


def _aligned(rows: Sequence[tuple[str, ...]], wrap: bool = False) -> list[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]) - 1)]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        line = "  ".join([*cells, row[-1]]).rstrip()
        indent = " " * (sum(widths) + 2 * len(widths))
        lines += textwrap.wrap(line, WIDTH, subsequent_indent=indent) if wrap else [line]
    return lines


def _indented(details: Iterable[str]) -> list[str]:
    return [
        line
        for detail in details
        for line in textwrap.wrap(
            detail, WIDTH, initial_indent="    ", subsequent_indent="      ", break_on_hyphens=False
        )
    ]
