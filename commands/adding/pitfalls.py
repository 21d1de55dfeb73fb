"""What DVC would lose or refuse later, of an experiment that was just added."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from commands.shared.differences import flat
from commands.shared.repository import is_new_to_git


def pitfalls(path: Path, section: Mapping[str, Any]) -> list[str]:
    """Warn where git does not have the table, and of names that DVC takes for references."""
    warnings = []
    if is_new_to_git(Path.cwd(), path):
        warnings.append(
            f"git does not have {path.as_posix()}, and dvc exp run with --temp or --queue does not "
            f"see it: git add {shlex.quote(path.as_posix())}"
        )
    names = [name for _, value in flat(section) for name in _texts(value) if "${" in name]
    if names:
        warnings.append(
            f"{names[0]!r} looks like a reference to DVC, and dvc exp run with -S fails: rename it "
            "in the table"
        )
    return warnings


def _texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return [value] if isinstance(value, str) else []
