"""Fixtures: a JupyterLab server, Chromium windows, and notebooks open in them."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Playwright, sync_playwright

from .chromium import chromium_window
from .install import find_chromium
from .lab import REMOTE_HOST, App, Lab, clean_environment
from .notebook import SCREENSHOTS, Notebook, write_notebook

_LOG_TAIL = 8000
_OPEN = pytest.StashKey[list[Notebook]]()
_LOG_START = pytest.StashKey[int]()


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab server for all tests of the session."""
    server = Lab(tmp_path_factory.mktemp("lab") / "jupyter")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Playwright, ended with the module: while it lives, `asyncio.run` fails in this thread."""
    find_chromium()
    with sync_playwright() as running:
        yield running


@pytest.fixture
def browser_page(playwright: Playwright) -> Iterator[Callable[..., BrowserContext]]:
    """Launch a Chromium of its own for this test; the options are `chromium_window`'s."""
    with ExitStack() as windows:

        def launch(microphone: Path | None = None, **options: Any) -> BrowserContext:
            return windows.enter_context(chromium_window(playwright, microphone, **options))

        yield launch


@pytest.fixture
def open_notebook(
    lab: Lab,
    browser_page: Callable[..., BrowserContext],
    request: pytest.FixtureRequest,
) -> Iterator[Callable[..., Notebook]]:
    """Write a notebook, open it in a new Chromium and wait for its kernel.

    ``open_notebook(*cells, microphone=WAV, app="lab"|"notebook", kernel="python3",
    remote=False, window=None, name="", **options)``, the options being `chromium_window`'s.

    remote
        Load the page from a name that is not loopback, as from a server elsewhere: secure,
        but out of reach of a direct path.
    window
        A window that is open already: the notebook opens in a further tab of it.
    name
        A notebook that is already in the server's folder.
    """
    notebooks: list[Notebook] = request.node.stash.setdefault(_OPEN, [])
    request.node.stash[_LOG_START] = lab.log_size()

    def launch(
        *cells: str,
        microphone: Path | None = None,
        app: App = "lab",
        kernel: str = "python3",
        remote: bool = False,
        window: BrowserContext | None = None,
        name: str = "",
        **options: Any,
    ) -> Notebook:
        host = REMOTE_HOST if remote else "127.0.0.1"
        if remote:
            options.setdefault("secure_origin", lab.origin(host))
        if not name:
            name = f"{_slug(request.node.name)}-{len(notebooks)}.ipynb"
            write_notebook(lab.work / name, cells, kernel)
        page = (window or browser_page(microphone, **options)).new_page()
        notebooks.append(Notebook(page, lab, name, app, host))
        return notebooks[-1].open()

    yield launch
    for notebook in notebooks:
        notebook.close()
    for session in lab.api("GET", "sessions"):
        lab.api("DELETE", f"sessions/{session['id']}")


@pytest.fixture(scope="session")
def ipykernel_6(lab: Lab, pytestconfig: pytest.Config) -> str:
    """The name of a kernel like this Python's own, but with ipykernel 6.29.5."""
    cache = pytestconfig.cache.mkdir("kernels")
    folder = cache / f"ipykernel-6.29.5-py{sys.hexversion >> 16:x}"
    if not folder.is_dir():
        # Another worker may be at it too: what is there is whole, whoever came first.
        fresh = Path(tempfile.mkdtemp(dir=cache))
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"]
        subprocess.run([*command, "--target", str(fresh), "ipykernel==6.29.5"], check=True)
        with contextlib.suppress(OSError):
            fresh.rename(folder)
    environment = {"PYTHONPATH": f"{folder}{os.pathsep}{clean_environment()['PYTHONPATH']}"}
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": command, "display_name": "ipykernel 6", "language": "python"}
    lab.add_kernel_spec("ipykernel-6", {**spec, "env": environment})
    return "ipykernel-6"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, Any, Any]:
    """Add to a failure what the server logged, what the pages said, and their pictures."""
    report = yield
    if call.when == "call" and report.failed and _LOG_START in item.stash:
        server: Lab = item.funcargs["lab"]
        report.sections.append(("JupyterLab log", server.log(item.stash[_LOG_START])[-_LOG_TAIL:]))
        for number, notebook in enumerate(item.stash[_OPEN]):
            picture = SCREENSHOTS / "failed" / f"{_slug(item.name)}-{number}.png"
            lines = [*notebook.console[-40:], _photograph(notebook, picture)]
            report.sections.append((f"page {number}", "\n".join(lines)))
    return report


def _photograph(notebook: Notebook, path: Path) -> str:
    from playwright.sync_api import Error

    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        notebook.page.screenshot(path=path, timeout=10_000)
    except Error as error:
        return f"no picture: {error.message}"
    return f"picture: {path}"


def _slug(name: str) -> str:
    return re.sub(r"\W+", "-", name).strip("-")
