"""Which of the project's own files a module imports, directly or through others."""

import ast
from pathlib import Path

PACKAGES = ("nn", "stages", "commands")


def import_closure(module: str, root: Path) -> set[str]:
    """Find the files that are read when a module is imported, as paths from the root.

    Imports for type checkers alone (under `if TYPE_CHECKING`) are not followed. With a module,
    the `__init__.py` of each package that holds it is imported.
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
                waiting += _imported(ast.parse((root / path).read_text(encoding="utf-8")))
    return found


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
