"""``rt-notebook lab``: the notebooks in a folder of the user's, and JupyterLab on the first."""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from ..errors import ConfigError

__all__ = ["add_arguments", "copy_notebooks", "run", "shipped_notebooks"]

FIRST = "01_quickstart.ipynb"
_PACKAGE = Path(__file__).resolve().parents[1]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.usage = "rt-notebook [lab] [--dir DIR] [-- JUPYTERLAB_ARGUMENT ...]"
    parser.add_argument(
        "--dir",
        type=Path,
        default=Path("rt_notebook_quickstart"),
        help="folder for your copies of the notebooks (./%(default)s)",
    )
    parser.add_argument(
        "for_jupyterlab",
        metavar="JUPYTERLAB_ARGUMENT",
        nargs="*",
        help="handed on to JupyterLab: -- --no-browser --port 8899",
    )


def run(options: argparse.Namespace) -> int:
    """Copy the notebooks, open JupyterLab and return its exit status.

    Raises
    ------
    ConfigError
        If JupyterLab or the notebooks are not installed.
    OSError
        If the folder cannot be written.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        raise ConfigError('JupyterLab is not installed; try: pip install "rt_notebook[lab]"')
    kept = copy_notebooks(shipped_notebooks(), options.dir)
    print(f"Your notebooks are in {options.dir.resolve()}")
    if kept:
        names = ", ".join(path.name for path in kept)
        print(f"Kept what you changed: {names}. Delete a copy to get the original back.")
    sys.stdout.flush()
    return _jupyterlab(options.dir, options.for_jupyterlab)


def shipped_notebooks() -> Path:
    """Return the folder of notebooks that came with rt_notebook: in a wheel, or the checkout's.

    Raises
    ------
    ConfigError
        If there is none.
    """
    for folder in (_PACKAGE / "notebooks", _PACKAGE.parent / "notebooks"):
        if (folder / FIRST).is_file():
            return folder
    raise ConfigError("this installation has no notebooks; install rt_notebook again")


def copy_notebooks(source: Path, target: Path) -> list[Path]:
    """Copy notebooks and what they need, never over a file that is there.

    Parameters
    ----------
    source : Path
        Where they are.
    target : Path
        Where they go; made if it does not exist.

    Returns
    -------
    list of Path
        Copies that differ from what ships, and were kept.

    Raises
    ------
    OSError
        If the folder cannot be made or written.
    """
    target.mkdir(parents=True, exist_ok=True)
    kept = []
    for original in _files(source):
        copy = target / original.relative_to(source)
        if not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(original, copy)  # without the mode: site-packages may be read-only
        elif copy.read_bytes() != original.read_bytes():
            kept.append(copy)
    return kept


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden:
            yield path


def _jupyterlab(folder: Path, arguments: list[str]) -> int:
    process = subprocess.Popen([sys.executable, "-m", "jupyterlab", FIRST, *arguments], cwd=folder)
    # Who ends this command means JupyterLab, which ends its kernels.
    former = signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    while process.returncode is None:
        # Ctrl-C is for JupyterLab, which asks whether to shut down.
        with contextlib.suppress(KeyboardInterrupt):
            process.wait()
    signal.signal(signal.SIGTERM, former)
    # A signal's number is negative here; a shell counts it from 128.
    return process.returncode if process.returncode >= 0 else 128 - process.returncode
