"""The matrix is whole, and the README tells what it holds."""

from __future__ import annotations

import pytest

from .matrix import ROWS, declared
from .table import README, with_table


@pytest.mark.parametrize("name", ROWS)
def test_every_fault_has_a_test_that_says_what_breaks_and_what_happens(name):
    row = declared().get(name)
    assert row is not None, f"no test is marked @fault({name!r})"
    assert row.breaks, f"no test of {name} says what breaks"
    assert row.then, f"no test of {name} says what happens"


def test_there_are_no_other_faults():
    assert set(declared()) <= set(ROWS)


def test_the_readme_says_what_is_survived():
    text = README.read_text("utf-8")
    assert with_table(text) == text, "run: python -m tests.faults.table"
