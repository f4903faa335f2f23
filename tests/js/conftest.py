"""Fixtures: the panel in Chromium, on a page whose script plays the kernel."""

from __future__ import annotations

import math
import struct
import threading
import wave
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright

from ..browser.chromium import chromium_window
from ..browser.lab import REMOTE_HOST
from .node import BUNDLE

_STAND = Path(__file__).with_name("stand.html")


class _Handler(SimpleHTTPRequestHandler):
    def translate_path(self, path: str) -> str:
        return str(_STAND) if path == "/" else super().translate_path(path)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A web server with the bundle and the stand."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(BUNDLE)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., BrowserContext]]:
    """Chromium windows that last for the module, one for each set of options."""
    tone = tmp_path_factory.mktemp("microphone") / "tone.wav"
    with wave.open(str(tone), "wb") as file:
        file.setparams((1, 2, 48000, 0, "NONE", ""))
        samples = (round(9000 * math.sin(2 * math.pi * 440 * i / 48000)) for i in range(48000))
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    known: dict[str, BrowserContext] = {}
    with sync_playwright() as playwright, ExitStack() as windows:

        def launch(**options: Any) -> BrowserContext:
            key = repr(sorted(options.items()))
            if key not in known:
                opened = chromium_window(playwright, tone, loop=True, **options)
                known[key] = windows.enter_context(opened)
            return known[key]

        yield launch


@pytest.fixture
def open_panel(window: Callable[..., BrowserContext], port: int) -> Iterator[Callable[..., Page]]:
    """Open the panel on a page of its own; `remote` is a page without a secure context."""
    pages: list[Page] = []
    mistakes: list[str] = []

    def open_page(
        *, remote: bool = False, width: int = 900, init: str = "", **options: Any
    ) -> Page:
        page = window(**options).new_page()
        pages.append(page)
        page.on("pageerror", lambda error: mistakes.append(str(error)))
        page.set_viewport_size({"width": width, "height": 640})
        if init:
            page.add_init_script(init)
        page.goto(f"http://{REMOTE_HOST if remote else '127.0.0.1'}:{port}/")
        page.wait_for_function("window.ready === true && model.kinds().includes('hello')")
        return page

    yield open_page
    for page in pages:
        page.close()
    assert mistakes == []
