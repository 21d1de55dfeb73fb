"""A copy of what the stages need to run: code, parameters and given tables."""

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]
COPIED = ("nn", "stages", "commands", "data", "params.yaml", "requirements.lock")


def copy_project(target: Path) -> None:
    """Copy these into a folder that exists, and nothing that the stages have written."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "generated")
            shutil.copytree(ROOT / name, target / name, ignore=ignored)
        else:
            shutil.copyfile(ROOT / name, target / name)
