"""What a module calls public is there, and in order."""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import rt_notebook

ROOT = Path(rt_notebook.__file__).parent
MODULES = [
    path for path in sorted(ROOT.rglob("*.py")) if path.name not in ("__init__.py", "__main__.py")
]


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


@functools.cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def exported(path: Path) -> list[str] | None:
    for node in tree_of(path).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return ast.literal_eval(node.value)
    return None


def defined(nodes: list[ast.stmt]) -> Iterator[str]:
    """Yield the names that statements bind at module level, in branches too."""
    for node in nodes:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, (ast.If, ast.Try)):
            yield from defined([*node.body, *node.orelse])
        else:
            names = (leaf for leaf in ast.walk(node) if isinstance(leaf, ast.Name))
            yield from (leaf.id for leaf in names if isinstance(leaf.ctx, ast.Store))


def isort_key(name: str) -> tuple[int, str]:
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_a_module_lists_what_it_makes_public(path):
    names = exported(path)
    assert names is not None, "the module has no __all__"
    assert names == sorted(set(names), key=isort_key)
    assert set(names) <= set(defined(tree_of(path).body))


def names_taken_from_neighbours(path: Path) -> Iterator[tuple[Path, str]]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ImportFrom) and node.level:
            home = path.parents[node.level - 1]
            source = home.joinpath(*(node.module or "").split(".")).with_suffix(".py")
            if source.is_file():
                yield from ((source, alias.name) for alias in node.names)


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=module_name)
def test_a_module_takes_only_what_its_neighbours_make_public(path):
    unlisted = [
        f"{module_name(source)}.{name}"
        for source, name in names_taken_from_neighbours(path)
        if name not in (exported(source) or [])
    ]
    assert unlisted == []


@pytest.mark.parametrize("name", rt_notebook.__all__)
def test_every_public_name_of_the_package_resolves(name):
    assert getattr(rt_notebook, name) is not None
    assert name in dir(rt_notebook)


def test_public_names_of_the_package_are_in_order():
    assert rt_notebook.__all__ == sorted(set(rt_notebook.__all__), key=isort_key)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = rt_notebook.nonsense


@pytest.mark.slow
def test_importing_the_package_loads_nothing_heavy():
    heavy = "numpy pydantic websockets ipywidgets anywidget pandas matplotlib openai soxr httpx"
    program = f"import sys, rt_notebook; print(set({heavy.split()}) & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.stdout.strip() == "set()", result.stderr
