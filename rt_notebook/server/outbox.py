"""The server's events on their way out: queued at once, written by one task, bounded.

`Outbox.emit` only queues, so that what belongs together (a change of state and the events
that tell of it) happens without anything in between. A client that does not read is
dropped when its queue grows too long.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from typing import TYPE_CHECKING, Any, TypeAlias

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from .beta import beta_event
from .ids import make_id

if TYPE_CHECKING:
    from .faults import FaultySocket

__all__ = ["Outbox", "Socket"]

_log = logging.getLogger(__name__)


Socket: TypeAlias = "ServerConnection | FaultySocket"


class Outbox:
    """The events that wait for one client.

    Parameters
    ----------
    socket : Socket
        Where they go.
    dialect : {"ga", "beta"}
        How the client wants to hear them.
    unread_bytes : int
        How much may wait.
    """

    def __init__(self, socket: Socket, dialect: str, unread_bytes: int) -> None:
        self._socket = socket
        self._dialect = dialect
        self._unread_bytes = unread_bytes
        self._queue: deque[str] = deque()
        self._queued_bytes = 0
        self._changed = asyncio.Event()
        self._last: tuple[int, str] | None = None

    def emit(self, type: str, **fields: Any) -> None:
        """Queue an event for the client, with an id of its own."""
        event: dict[str, Any] | None = {"type": type, "event_id": make_id("event"), **fields}
        if self._dialect == "beta" and event is not None:
            event = beta_event(event)
        if event is None or self._last is not None:
            return
        # ASCII: a brain may answer with half of a surrogate pair, which UTF-8 cannot carry.
        frame = json.dumps(event, separators=(",", ":"))
        self._queue.append(frame)
        self._queued_bytes += len(frame)
        self._changed.set()
        if self._queued_bytes > self._unread_bytes:
            self._drop_client()

    def _drop_client(self) -> None:
        """End the connection at once, and keep nothing of what nobody reads."""
        _log.warning("dropping a client that does not read its events")
        self._queue.clear()
        self.close(1008, "unread events")
        self._socket.transport.abort()

    def close(self, code: int, reason: str) -> None:
        """Close the connection after what is queued; nothing more is taken."""
        self._last = (code, reason)
        self._changed.set()

    async def write(self) -> None:
        """Write what is queued, until the connection ends."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            while self._queue:
                frame = self._queue.popleft()
                self._queued_bytes -= len(frame)
                try:
                    await self._socket.send(frame)
                except ConnectionClosed:
                    return
            if self._last is not None:
                await self._socket.close(*self._last)
                return
