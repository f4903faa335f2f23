"""The notebooks run as a reader runs them: offline server, no provider's key, Run All."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from ..browser.lab import clean_environment

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
CELL_SECONDS = 120

KEY = re.compile(r"\b(sk-|ek_|sess-|eyJ)[\w-]{8,}|Bearer\s+\S{8,}|[A-Fa-f0-9]{32,}")
MACHINE_PATH = re.compile(r"/(home|Users|root|tmp|var|opt|usr|mnt|work)/|[A-Za-z]:\\\w")
OPAQUE = re.compile(r"image/|audio/|application/vnd\.jupyter\.widget-view")

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def strings(value):
    """Yield every string in nested JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)


def committed(path):
    """Return the text of a notebook's outputs and metadata; pictures, sound, widget ids apart."""
    book = nbformat.read(path, as_version=4)
    outputs = [output for cell in book.cells for output in cell.get("outputs", ())]
    for output in outputs:
        for kind in [kind for kind in output.get("data", {}) if OPAQUE.match(kind)]:
            del output["data"][kind]
    return "\n".join(strings([outputs, book.metadata]))


def test_the_quickstart_is_there():
    assert "01_quickstart" in [path.stem for path in NOTEBOOKS]


@pytest.mark.slow
@every_notebook
def test_a_notebook_runs_from_top_to_bottom_without_any_key(path, tmp_path):
    book = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(tmp_path)}}
    client = NotebookClient(book, timeout=CELL_SECONDS, kernel_name="python3", resources=resources)
    client.execute(env={**clean_environment(), "IPYTHONDIR": str(tmp_path / "ipython")})
    code = [cell for cell in book.cells if cell.cell_type == "code" and cell.source.strip()]
    assert all(cell.execution_count for cell in code)


@every_notebook
def test_committed_outputs_hold_no_key(path):
    assert not KEY.search(committed(path))


@every_notebook
def test_committed_outputs_hold_no_path_of_a_machine(path):
    assert not MACHINE_PATH.search(committed(path))
