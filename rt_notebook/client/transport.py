"""What carries a session's events: a connection, a recording, or a test.

Sends go through a bounded outbox, so that a slow server delays nothing but itself: when
the outbox is full, the oldest microphone audio is dropped and counted.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Protocol

__all__ = ["Outbox", "Transport"]

MAX_OUTBOX_BYTES = 4 * 1024 * 1024  # about 60 s of microphone audio as base64


class Transport(Protocol):
    """Frames both ways, from the moment it is handed to a `SessionCore`.

    Attributes
    ----------
    outbox : Outbox
        What was given to `send`, and what became of it.
    """

    outbox: Outbox

    def send(self, text: str, *, droppable: bool = False) -> None:
        """Take a text frame and return at once; frames go out in order.

        Parameters
        ----------
        droppable : bool
            Whether it may be dropped when too much waits: microphone audio may.
        """

    def frames(self) -> AsyncIterator[str | bytes]:
        """Yield what comes, until `close` is called or the transport ends by itself.

        Raises
        ------
        ConnectionLost
            If it ended by itself; with the close code and reason.
        """

    async def close(self) -> None:
        """End it; what has not gone out yet does not go out. Closing twice is allowed."""


class Outbox:
    """Texts that wait to be sent, first in first out, bounded in bytes.

    Attributes
    ----------
    accepted, handed_over, dropped : int
        Texts that were put in, taken out to be sent, and dropped because it was full or
        closed. The rest waits: ``accepted - handed_over - dropped``.
    """

    def __init__(self, max_bytes: int = MAX_OUTBOX_BYTES) -> None:
        self.accepted = 0
        self.handed_over = 0
        self.dropped = 0
        self._max_bytes = max_bytes
        self._size = 0
        self._texts: deque[tuple[str, bool]] = deque()
        self._filled = asyncio.Event()

    @property
    def size_bytes(self) -> int:
        """What waits."""
        return self._size

    @property
    def empty(self) -> bool:
        """Whether nothing waits."""
        return not self._texts

    def put(self, text: str, *, droppable: bool = False) -> None:
        """Add a text; one that is `droppable` (microphone audio) may be dropped when full."""
        self._texts.append((text, droppable))
        self.accepted += 1
        self._size += len(text)
        if self._size > self._max_bytes:
            self._drop_oldest()
        self._filled.set()

    async def get(self) -> str:
        """Wait for the next text. Cancelling is safe: nothing is lost."""
        while not self._texts:
            self._filled.clear()
            await self._filled.wait()
        text, _ = self._texts.popleft()
        self._size -= len(text)
        self.handed_over += 1
        return text

    def close(self) -> None:
        """Drop what waits: the connection has ended."""
        self.dropped += len(self._texts)
        self._texts.clear()
        self._size = 0

    def _drop_oldest(self) -> None:
        kept: deque[tuple[str, bool]] = deque()
        while self._texts:
            text, droppable = self._texts.popleft()
            if droppable and self._size > self._max_bytes:
                self._size -= len(text)
                self.dropped += 1
            else:
                kept.append((text, droppable))
        self._texts = kept
