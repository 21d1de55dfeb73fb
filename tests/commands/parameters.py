"""A params.yaml of the project's smallest experiment alone, which is read and written faster."""

from pathlib import Path

WHOLE = (Path(__file__).parents[2] / "params.yaml").read_text(encoding="utf-8")


def smallest():
    top, rest = WHOLE.split("experiments:\n", 1)
    start = rest.index("  # Twelve rows")
    return f"{top}experiments:\n\n{rest[start : rest.index('  # 2000 rows')]}"


PARAMS = smallest()
