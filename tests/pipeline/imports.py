"""Which of the project's own files a module imports, directly or through others."""

import ast
from collections.abc import Iterable
from pathlib import Path

PACKAGES = ("nn", "stages", "commands")
NAMES_ONLY = "stages/running/parameters/"
"""Checks params.yaml. What it imports of `nn` are names and ranges of settings, to compare with:
they can stop a stage, and never change what it writes."""
WHERE_ONLY = "stages/executing/"
"""Says on which processor a function is called, not what it returns: its tests compare the bits. So
no stage depends on it, and an edit there trains nothing again."""


def import_closure(module: str, root: Path) -> set[str]:
    """Find the files that are read when a module is imported, as paths from the root.

    Imports for type checkers alone (under `if TYPE_CHECKING`) are not followed, nor those of
    NAMES_ONLY out of its folder. Left out are a package's `__init__.py` at the top, which computes
    nothing, and the files of WHERE_ONLY, but not what they import.
    """
    found: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        parts = name.split(".")
        for end in range(1, len(parts) + 1):
            path = _file_of(parts[:end], root)
            if path is not None and path not in found:
                found.add(path)
                names = _imported(ast.parse((root / path).read_text(encoding="utf-8")))
                if path.startswith(NAMES_ONLY):
                    names = [n for n in names if n.replace(".", "/").startswith(NAMES_ONLY)]
                waiting += names
    tops = {f"{package}/__init__.py" for package in PACKAGES}
    return {path for path in found - tops if not path.startswith(WHERE_ONLY)}


def expanded(paths: Iterable[str], root: Path) -> set[str]:
    """List the Python files among paths, those in a folder each."""
    files = (
        (root / path).rglob("*.py") if (root / path).is_dir() else [root / path] for path in paths
    )
    return {file.relative_to(root).as_posix() for each in files for file in each}


def folded(files: set[str], root: Path) -> list[str]:
    """Name a set of files by the fewest paths: a folder where all of its Python files are there."""
    folders = {parent for file in files for parent in Path(file).parents if parent != Path()}
    whole = [f for f in folders if expanded([f.as_posix()], root) <= files]
    widest = {f.as_posix() for f in whole if not {*f.parents} & {*whole}}
    alone = {file for file in files if not {p.as_posix() for p in Path(file).parents} & widest}
    return sorted(widest | alone)


def _file_of(parts: list[str], root: Path) -> str | None:
    if parts[0] not in PACKAGES:
        return None
    stem = "/".join(parts)
    return next((p for p in (f"{stem}.py", f"{stem}/__init__.py") if (root / p).is_file()), None)


def _imported(tree: ast.AST) -> list[str]:
    names: list[str] = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            names += _imported(node)
    return names
