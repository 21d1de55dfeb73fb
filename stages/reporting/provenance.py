"""What a page was made from: hashes of data, code, parameters and weights, versions of packages.

Nothing here is of this machine: two machines with the same files write the same.
"""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

LOCK = Path("requirements.lock")
CODE = ("nn", "stages")


def sha256_of_file(path: str | Path) -> str:
    """Hash a file's bytes, as the program sha256sum does."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of_code() -> str:
    """Hash every Python file of the network and the stages: their hashes and paths, as a list.

    The list is what ``sha256sum`` prints of these files, in the order of their paths.
    """
    files = [path.as_posix() for folder in CODE for path in Path(folder).rglob("*.py")]
    listed = "".join(f"{sha256_of_file(path)}  {path}\n" for path in sorted(files))
    return hashlib.sha256(listed.encode()).hexdigest()


def sha256_of_parameters(section: dict[str, Any]) -> str:
    """Hash parameters as JSON with sorted keys, so that their order and comments do not count."""
    return hashlib.sha256(json.dumps(section, sort_keys=True).encode()).hexdigest()


def locked_versions() -> list[tuple[str, str]]:
    """List the packages that the project asks for itself, and the versions that are locked."""
    lock = LOCK.read_text(encoding="utf-8")
    entries = re.findall(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)(.*(?:\n[ #].*)*)", lock, re.MULTILINE)
    return [(name, version) for name, version, text in entries if "pyproject.toml)" in text]
