"""What a verification found, as a table for people and as JSON for another verification."""

import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from commands.verifying.emulation import Emulation
from commands.verifying.environment import Environment
from commands.verifying.recorded import FORMAT, VERSION, Recorded
from commands.verifying.verdicts import OutputVerdict

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


def outputs_table(verdicts: Sequence[OutputVerdict]) -> str:
    """Lay out the verdicts, those on pictures in a table of their own."""
    tables = []
    for title, chosen in (
        ("output", [verdict for verdict in verdicts if not verdict.is_picture]),
        ("pictures, compared by pixels", [verdict for verdict in verdicts if verdict.is_picture]),
    ):
        rows = [(verdict.stage, verdict.path, str(verdict.result)) for verdict in chosen]
        details = [verdict.details for verdict in chosen]
        tables += [_table(("stage", title, "result"), rows, details)] if chosen else []
    return "\n\n".join(tables)


def emulations_table(emulations: Sequence[Emulation]) -> str:
    """Lay out what other processors would make of the outputs."""
    rows = [(emulation.setting, emulation.result) for emulation in emulations]
    return _table(("as if", "result"), rows, [emulation.details for emulation in emulations])


def _table(
    header: tuple[str, ...], rows: Sequence[tuple[str, ...]], details: Iterable[Sequence[str]]
) -> str:
    first, *lines = _aligned([header, *rows])
    pairs = zip(lines, details, strict=True)
    return "\n".join([first, *(part for line, more in pairs for part in [line, *_indented(more)])])


def environments_table(recorded: Recorded, rebuilt: Environment) -> str:
    """Set the environments of both sides beside each other, or say that one is unknown."""
    here = {name: _component(rebuilt[key]) for name, key in COMPONENTS.items()}
    if recorded.environment is None:
        lines = _aligned([("environment", "rebuilt"), *here.items()], wrap=True)
        unknown = f"The environment of what was recorded is {recorded.environment_note}."
        return "\n".join([*lines, *textwrap.wrap(unknown, WIDTH)])
    there = {name: _component(recorded.environment.get(key)) for name, key in COMPONENTS.items()}
    header = ("environment", f"recorded ({recorded.environment_note})", "rebuilt")
    rows = [(name, there[name], here[name]) for name in COMPONENTS if name != "CPU features"]
    return "\n".join([*_aligned([header, *rows]), *_features(recorded.environment, rebuilt)])


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


def counts(verdicts: Sequence[OutputVerdict]) -> str:
    """Count the results in one line, those of pictures by themselves."""
    told = []
    for things, chosen in (
        ("outputs", [verdict for verdict in verdicts if not verdict.is_picture]),
        ("of pictures", [verdict for verdict in verdicts if verdict.is_picture]),
    ):
        if chosen:
            found = Counter(str(verdict.result) for verdict in chosen)
            results = "; ".join(f"{number} {result}" for result, number in found.items())
            told.append(f"{len(chosen)} {things}: {results}")
    return ". ".join(told) + "."


def as_json(
    commit: str,
    recorded: Recorded,
    environment: Environment,
    verdicts: Iterable[OutputVerdict],
    emulations: Iterable[Emulation],
    problems: Sequence[str],
    is_same: bool,
) -> dict[str, Any]:
    """Collect all findings as JSON can hold them; `--against` reads this file."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "commit": commit,
        "against": recorded.name,
        "same": is_same,
        "environment": environment,
        "recorded_environment": recorded.environment,
        "outputs": [verdict._asdict() for verdict in verdicts],
        "problems": list(problems),
        "emulated": [emulation._asdict() for emulation in emulations],
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
