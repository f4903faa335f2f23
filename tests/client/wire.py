"""A transport without a network: the test holds the server's end of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from rt_notebook.client.transport import Outbox
from rt_notebook.errors import ConnectionLost

from .scripted import CREATED


class Wire:
    """What the client sends waits in the outbox until the test reads it (`told`)."""

    def __init__(self, *, greet: bool = True) -> None:
        self.outbox = Outbox()
        self.closed = False
        self._frames: asyncio.Queue[str | bytes | ConnectionLost | None] = asyncio.Queue()
        if greet:
            self.say(CREATED)

    # The client's end

    def send(self, text: str, *, droppable: bool = False) -> None:
        self.outbox.put(text, droppable=droppable)

    async def frames(self) -> AsyncIterator[str | bytes]:
        while (frame := await self._frames.get()) is not None:
            if isinstance(frame, ConnectionLost):
                raise frame
            yield frame

    async def close(self) -> None:
        self.closed = True
        self._frames.put_nowait(None)

    # The server's end

    def say(self, *events: dict[str, Any]) -> None:
        for event in events:
            self._frames.put_nowait(json.dumps(event))

    def end(self, code: int, reason: str = "") -> None:
        error = ConnectionLost(f"ended with code {code} ({reason})", code=code, reason=reason)
        self._frames.put_nowait(error)

    async def told(self, type: str | None = None) -> dict[str, Any]:
        """Return the next event that the client sends, of a type if one is named."""
        while True:
            event = json.loads(await asyncio.wait_for(self.outbox.get(), 10))
            if type in (None, event["type"]):
                return event
