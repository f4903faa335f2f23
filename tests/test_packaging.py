"""The wheel: complete, made without Node, and with nothing in it that does not belong."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def names(tmp_path_factory):
    """What is in a wheel that was built where no Node can be found."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", folder, ROOT]
    subprocess.run(command, check=True, env={**os.environ, "PATH": str(folder)}, timeout=300)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_it_carries_the_panel_the_notebooks_and_the_licence(names):
    assert {
        "rt_notebook/notebook/static/panel.js",
        "rt_notebook/notebook/static/panel.css",
        "rt_notebook/notebooks/01_quickstart.ipynb",
        "rt_notebook/py.typed",
    } <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_every_module_is_in_it(names):
    modules = {path.relative_to(ROOT).as_posix() for path in (ROOT / "rt_notebook").rglob("*.py")}
    assert modules <= names


@pytest.mark.threat("T18")
def test_it_holds_nothing_else(names):
    allowed = (".py", ".js", ".css", ".ipynb", ".typed", ".png")
    strange = {name for name in names if ".dist-info/" not in name and not name.endswith(allowed)}
    assert strange == set()
    assert not any(name.startswith(("tests/", "js/")) for name in names)
