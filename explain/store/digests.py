"""Digests: of values in canonical form, and of code without its words."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]
_WORDS = frozenset({"title", "help", "says", "source", "formula", "steps"})
"""Keyword arguments that hold what is for people."""


def digest_of(value: Any) -> str:
    """Digest what JSON can hold, by its canonical form.

    Returns
    -------
    str
        sha256, hexadecimal.

    Examples
    --------
    >>> digest_of({"b": 1, "a": 2}) == digest_of({"a": 2, "b": 1})
    True
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@cache  # a run stays with the code that it started with
def code_digest(files: tuple[Path, ...]) -> str:
    """Digest what files of code do, not how they say it: their syntax trees without comments, docstrings and titles.

    Parameters
    ----------
    files : tuple of Path
        Python by its syntax tree; other files, such as TOML, by their bytes.
    """
    return digest_of([_tree(file) if file.suffix == ".py" else file.read_text(encoding="utf-8") for file in files])


def modules_behind(modules: Iterable[str], within: tuple[str, ...]) -> tuple[Path, ...]:
    """Find the files of modules and of all that they import, as far as it lies in certain packages.

    Parameters
    ----------
    modules : iterable of str
        Full names, such as ``explain.explainers.fem``.
    within : tuple of str
        Packages; what is imported from elsewhere is not followed.

    Returns
    -------
    tuple of Path
        Each once, sorted. Imports for type checking alone do not count.
    """
    found: dict[str, Path] = {}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        file = _file_of(name)
        if file is None:
            continue
        found[name] = file
        waiting += [each for each in _imports(file) if any(each == p or each.startswith(f"{p}.") for p in within)]
    return tuple(sorted(set(found.values())))


def _file_of(module: str) -> Path | None:
    place = _ROOT.joinpath(*module.split("."))
    return next((file for file in (place.with_suffix(".py"), place / "__init__.py") if file.is_file()), None)


@cache
def _imports(file: Path) -> tuple[str, ...]:
    names: list[str] = []
    for node in ast.walk(_Plain().visit(ast.parse(file.read_text(encoding="utf-8")))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.append(node.module)
            names += [f"{node.module}.{alias.name}" for alias in node.names]  # a module of a package, or no module
    return tuple(names)


def _tree(file: Path) -> str:
    return ast.dump(_Plain().visit(ast.parse(file.read_text(encoding="utf-8"))))


class _Plain(ast.NodeTransformer):
    """Takes out of a syntax tree what only speaks to people, and what only type checkers read."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            return None  # a docstring
        return self.generic_visit(node)

    def visit_If(self, node: ast.If) -> ast.AST | None:
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return None
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        node.keywords = [keyword for keyword in node.keywords if keyword.arg not in _WORDS]
        return self.generic_visit(node)
