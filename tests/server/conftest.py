"""Servers for the tests: the real one, in this process, on a free port."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest

from rt_notebook.secret import Secret
from rt_notebook.server.brains.demo import DemoBrain
from rt_notebook.server.serving import running_server
from rt_notebook.server.speech import Speech

from .wire import KEY


def dated_brain() -> DemoBrain:
    return DemoBrain(now=lambda: datetime(2026, 11, 21, 15, 7))  # noqa: DTZ001


@contextmanager
def serving(speech: Speech, **options: Any) -> Iterator[str]:
    """Run a server in a thread with a loop of its own and yield its URL."""
    settings = {"key": Secret(KEY), "speech": speech, "brain": dated_brain, **options}
    loop, ready = asyncio.new_event_loop(), threading.Event()
    stop = asyncio.Event()
    urls: list[str] = []

    async def serve() -> None:
        async with running_server(**settings) as url:
            urls.append(url)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=[serve()])
    thread.start()
    assert ready.wait(10)
    try:
        yield urls[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


@pytest.fixture(scope="session")
def text_server() -> Iterator[str]:
    """URL of a server that has not loaded its models: enough for text."""
    with serving(Speech()) as url:
        yield url


@pytest.fixture(scope="session")
def speech_server() -> Iterator[str]:
    """URL of a server that hears and speaks."""
    speech = Speech()
    speech.load()
    with serving(speech) as url:
        yield url
    speech.close()
