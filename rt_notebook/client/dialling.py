"""Connections to a backend: the first one, and those that follow."""

from __future__ import annotations

import asyncio
import random

from ..errors import ServerError
from ..protocol.endings import Attempts
from .backends import Backend
from .clock import SystemClock
from .transport import Transport
from .websocket import WebSocketTransport

__all__ = ["first_connection", "next_connection"]


async def first_connection(backend: Backend, timeout: float) -> Transport:
    """Connect; a server that has no room for the moment is asked again while there is time.

    Raises
    ------
    ServerError, ConnectionLost
        As `WebSocketTransport.open`.
    """
    attempts, clock = Attempts(), SystemClock()
    deadline = clock.monotonic() + timeout
    while True:
        try:
            return await WebSocketTransport.open(backend, timeout)
        except ServerError as refusal:
            delay = attempts.next_delay(refusal, random.random())
            if delay is None or clock.monotonic() + delay > deadline:
                raise
        await clock.sleep(delay)


async def next_connection(backend: Backend, timeout: float) -> tuple[Backend, Transport]:
    """Connect once, to a new offline server if the former one has ended.

    Raises
    ------
    ServerError, ConnectionLost
        As `WebSocketTransport.open`.
    """
    # A server takes its time to start, and a thread meanwhile.
    revived = await asyncio.get_running_loop().run_in_executor(None, backend.revived)
    return revived, await WebSocketTransport.open(revived, timeout)
