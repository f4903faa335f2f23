"""The notebooks run as a reader runs them, and what they keep is what they would show now."""

from __future__ import annotations

import copy
import difflib
import json
import re

import pytest

from .execute import NOTEBOOKS, execute, keepable

KEY = re.compile(r"\b(sk-|ek_|sess-|eyJ)[\w-]{8,}|Bearer\s+\S{8,}|[A-Fa-f0-9]{32,}")
MACHINE_PATH = re.compile(r"/(home|Users|root|tmp|var|opt|usr|mnt|work)/|[A-Za-z]:\\\w")
OPAQUE = re.compile(r"image/|audio/|application/vnd\.jupyter\.widget-view")
ALIKE = 0.8

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def strings(value):
    """Yield every string in nested JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list, tuple)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def committed(path):
    """Return the text of a notebook's outputs and metadata; pictures, sound, widget ids apart."""
    book = read(path)
    outputs = [output for cell in book["cells"] for output in cell.get("outputs", ())]
    for output in outputs:
        for kind in [kind for kind in output.get("data", {}) if OPAQUE.match(kind)]:
            del output["data"][kind]
    return "\n".join(strings([outputs, book["metadata"]]))


def code_cells(book):
    return [cell for cell in book.cells if cell.cell_type == "code" and cell.source.strip()]


def shape(cell):
    """Return what a cell shows, without what: streams and kinds of data in order."""
    return [
        (output.output_type, output.get("name") or sorted(output.get("data", {})))
        for output in cell.outputs
    ]


def words(cell):
    """Return the words that a cell shows; of tags, ids, numbers and times nothing."""
    shown = [output.get("text") or _readable(output.data) for output in cell.outputs]
    return re.findall(r"[^\W\d]+", re.sub(r"<[^>]*>|[a-z]+_[\w-]{8,}", " ", str(shown)))


def _readable(data):
    return sorted((kind, text) for kind, text in data.items() if not OPAQUE.match(kind))


def alike(one, other):
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


def test_the_quickstart_is_there():
    assert "01_quickstart" in [path.stem for path in NOTEBOOKS]


@pytest.mark.slow
@every_notebook
def test_a_notebook_runs_from_top_to_bottom_and_shows_what_it_keeps(path):
    import nbformat

    book = execute(path)
    kept = keepable(nbformat.read(path, as_version=4))
    for now, then in zip(code_cells(book), code_cells(kept), strict=True):
        assert now.execution_count == then.execution_count
        assert shape(now) == shape(then), now.source
        assert alike(words(now), words(then)) >= ALIKE, now.source


@every_notebook
def test_what_a_notebook_keeps_holds_no_key(path):
    assert not KEY.search(committed(path))


@every_notebook
def test_what_a_notebook_keeps_holds_no_path_of_a_machine(path):
    assert not MACHINE_PATH.search(committed(path))


@every_notebook
def test_what_a_notebook_keeps_needs_no_kernel_to_be_seen(path):
    book = read(path)
    assert "widgets" not in book["metadata"]
    assert keepable(copy.deepcopy(book)) == book
