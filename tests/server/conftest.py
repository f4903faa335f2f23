"""Servers for the tests: the real one, in this process, on a free port."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

import pytest

from rt_notebook.secret import Secret
from rt_notebook.server import fixture
from rt_notebook.server.brains.demo import DemoBrain
from rt_notebook.server.speech import Speech

from .process import PATIENCE_S, program
from .wire import KEY


def dated_brain() -> DemoBrain:
    return DemoBrain(now=lambda: datetime(2026, 11, 21, 15, 7))  # noqa: DTZ001


def serving(speech: Speech, **options: Any) -> AbstractContextManager[str]:
    """Run a server with the tests' key and brain, and yield its URL."""
    settings = {"key": Secret(KEY), "speech": speech, "brain": dated_brain, **options}
    return fixture.serving(**settings)


@pytest.fixture(scope="session")
def text_server() -> Iterator[str]:
    """URL of a server that has not loaded its models: enough for text."""
    with serving(Speech()) as url:
        yield url


@pytest.fixture(scope="session")
def speech() -> Iterator[Speech]:
    """The models, loading."""
    models = Speech()
    models.load()
    yield models
    models.close()


@pytest.fixture(scope="session")
def speech_server(speech: Speech) -> Iterator[str]:
    """URL of a server that hears and speaks."""
    with serving(speech) as url:
        yield url


@pytest.fixture(scope="session")
def server_process() -> Iterator[str]:
    """URL of a server that hears and speaks, in a process of its own that checks its events."""
    with program("--key", KEY, module="tests.server.checked_server") as (process, url, _key):
        yield url
        process.terminate()
        process.wait(PATIENCE_S)
        assert process.stderr.read() == ""
