"""Naming what differs between two versions of a file: of Python, the functions."""

import ast
from collections.abc import Iterable
from functools import cache

from commands.shared.differences import differences
from commands.shared.wording import first_few

NO_CODE = "only comments, docstrings or layout"


@cache  # a file belongs to many stages
def described(path: str, old: bytes | None, new: bytes | None) -> str:
    """Say in a few words how a file has changed; None stands for a file that is not there."""
    if old is None:
        return "new"
    if new is None:
        return "removed"
    if not path.endswith(".py"):
        return "changed"
    try:
        return first_few(changed_parts(old, new)) or NO_CODE
    except (SyntaxError, ValueError):  # one of them is no Python that this Python can read
        return "changed"


def changed_parts(old: bytes, new: bytes) -> list[str]:
    """Name the functions, methods and module's variables that differ, in the order of the code.

    Comments, docstrings and layout do not count. Raises SyntaxError or ValueError for what is no
    Python.
    """
    parts = (dict(_parts(ast.parse(source).body)) for source in (old, new))
    return [change.name for change in differences(*parts)]


def _parts(body: Iterable[ast.stmt], prefix: str = "") -> Iterable[tuple[str, str]]:
    """Cut a module or class into named parts, each with its syntax tree as text."""
    imports, rest = [], []
    for statement in body:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                for inner in ast.walk(statement):
                    _drop_docstring(inner)
                yield f"{prefix}{statement.name}()", ast.dump(statement)
            case ast.ClassDef():
                yield from _parts(statement.body, f"{prefix}{statement.name}.")
                statement.body = []
                yield f"class {prefix}{statement.name}", ast.dump(statement)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                yield f"{prefix}{name}", ast.dump(statement)
            case ast.Import() | ast.ImportFrom():
                imports.append(ast.dump(statement))
            case ast.Expr(value=ast.Constant(value=str())):
                pass  # a docstring
            case _:
                rest.append(ast.dump(statement))
    if imports:
        yield f"{prefix}imports", "".join(imports)
    if rest:
        yield f"{prefix}statements outside functions", "".join(rest)


def _drop_docstring(node: ast.AST) -> None:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        node.body = [
            statement
            for statement in node.body
            if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        ]
