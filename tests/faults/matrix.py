"""The rows of the fault matrix, as the tests themselves declare them."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest

__all__ = ["ROWS", "Row", "declared", "fault"]

ROWS = [f"F{number}" for number in range(1, 36)]

_TESTS = Path(__file__).parents[1]

Test = TypeVar("Test", bound=Callable[..., Any])


@dataclass
class Row:
    """One fault.

    Parameters
    ----------
    breaks : str
        What goes wrong.
    then : str
        What is promised.
    tests : list of str
        Who keeps the promise.
    """

    breaks: str = ""
    then: str = ""
    tests: list[str] = field(default_factory=list)


_declared: dict[str, Row] = {}


def fault(name: str, breaks: str = "", then: str = "") -> Callable[[Test], Test]:
    """Declare that a test is one of a row's; the first of them says what the row is.

    Parameters
    ----------
    name : str
        ``F1`` to ``F35``.
    breaks, then : str
        What goes wrong, and what happens: one line of the README's table.
    """

    def declare(test: Test) -> Test:
        row = _declared.setdefault(name, Row())
        row.breaks, row.then = row.breaks or breaks, row.then or then
        row.tests.append(f"{test.__module__}.{test.__name__}")
        return pytest.mark.fault(name)(test)

    return declare


def declared() -> dict[str, Row]:
    """Return every row that tests declare, in order; wherever they stand."""
    for path in sorted(_TESTS.rglob("test_*.py")):
        if "matrix import" in path.read_text("utf-8"):
            name = path.relative_to(_TESTS.parent).with_suffix("")
            importlib.import_module(".".join(name.parts))
    return {name: _declared[name] for name in sorted(_declared, key=lambda name: int(name[1:]))}
