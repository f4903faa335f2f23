"""A faulty server for each test, and the promise that nothing leaks: no key, no thread, no task."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterator

import pytest

from rt_notebook.client.connect import close_all

from .stand import FaultyServer, holdings, until

_LEFT_BEHIND = ("Task was destroyed", "exception was never retrieved", "was never awaited")


@pytest.fixture
def faulty(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., FaultyServer]]:
    """Start servers with faults: ``faulty("close:1011", speaks=True)``.

    At the end every session is closed, everything that was begun has ended, and no output,
    log or word of the server's holds its key.
    """
    servers: list[FaultyServer] = []
    before = holdings()
    caplog.set_level(logging.DEBUG)

    def start(*faults: str, **options: object) -> FaultyServer:
        servers.append(FaultyServer(*faults, **options))
        return servers[-1]

    yield start
    close_all()
    for server in servers:
        server.child.close()
    gc.collect()
    until(lambda: not holdings().beyond(before))
    said = [*capfd.readouterr(), caplog.text, *(line for s in servers for line in s.child.log)]
    assert [server.key for server in servers if any(server.key in text for text in said)] == []
    assert [word for word in _LEFT_BEHIND if word in caplog.text] == []
