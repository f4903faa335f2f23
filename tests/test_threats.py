"""Every threat of the table has a test that runs, where the threat is: browser, file, wire."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent

THREATS = {
    "T1": "a key in an output, a representation, a trait or the notebook's file",
    "T2": "a key in a traceback, a log, an export or a recording",
    "T3": "a key in the browser",
    "T4": "a short-lived key that lives too long",
    "T5": "words of others that run as markup or script",
    "T6": "words of others that steer a terminal",
    "T7": "frames that are too large, too deep or not what they say",
    "T8": "a model that calls what it may not",
    "T9": "an approval that is guessed, given twice or too late",
    "T10": "a tool's result that talks the next call into being allowed",
    "T11": "another page, or another program, on the direct path",
    "T12": "a name that was bound to this machine to get past the origin",
    "T13": "a server that sends the key elsewhere",
    "T14": "a server that is not who it says it is",
    "T15": "a notebook that acts when it is opened",
    "T16": "a microphone that stays open",
    "T17": "sound and words left readable to others",
    "T18": "code from elsewhere in the bundle or the wheel",
    "T19": "a recording that was made to do harm",
    "T20": "a flood that makes page or kernel grow",
    "T21": "answers, or tool calls, without end",
}


def marks_of(path: Path) -> Iterator[list[str]]:
    """Yield the marks of every test of a module, those of the module among them."""
    module = ast.parse(path.read_text("utf-8"))
    common: list[str] = []
    for node in ast.walk(module):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark":
            marks = node.value.elts if isinstance(node.value, ast.List) else [node.value]
            common = [ast.unparse(mark) for mark in marks]
    for node in ast.walk(module):
        is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if is_function and node.name.startswith("test_"):
            yield [*common, *(ast.unparse(mark) for mark in node.decorator_list)]


@pytest.fixture(scope="module")
def marked() -> list[tuple[str, str]]:
    """Every threat that a test is marked with, and all the marks of that test."""
    return [
        (threat, " ".join(marks))
        for path in TESTS.rglob("test_*.py")
        for marks in marks_of(path)
        for threat in re.findall(r"pytest\.mark\.threat\('(\w+)'\)", " ".join(marks))
    ]


@pytest.mark.parametrize("threat", THREATS)
def test_each_threat_has_a_test_that_always_runs(threat, marked):
    tests = [marks for name, marks in marked if name == threat]
    assert tests, f"nothing is tested against {threat}: {THREATS[threat]}"
    assert any(not re.search(r"mark\.(skip|skipif|xfail|long)", marks) for marks in tests)


def test_there_are_no_other_threats(marked):
    assert {threat for threat, _ in marked} == set(THREATS)
