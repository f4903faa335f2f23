"""Who listens to a session: callbacks and async iterators, never on the audio path.

Callbacks run one after another on a daemon thread of their own, so that a slow one, or
one that waits for a reply, delays no audio.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

from ..protocol.events import Event

__all__ = ["Listeners"]

logger = logging.getLogger("rt_notebook")
MAX_WAITING_EVENTS = 10_000

Callback = Callable[[Event], Any]


class Listeners:
    """Callbacks by event type (``*`` for all) and open iterators."""

    def __init__(self) -> None:
        self.dropped = 0
        self._callbacks: dict[str, list[Callback]] = {}
        self._streams: list[tuple[asyncio.AbstractEventLoop, asyncio.Queue[Event | None]]] = []
        self._waiting: queue.Queue[tuple[Callback, Event] | None] = queue.Queue(MAX_WAITING_EVENTS)
        self._thread: threading.Thread | None = None

    def on(self, type: str, callback: Callback) -> Callable[[], None]:
        """Call `callback(event)` for each event of a type and return the way to stop it."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="rt-callbacks", daemon=True)
            self._thread.start()
        self._callbacks.setdefault(type, []).append(callback)
        return lambda: self.off(type, callback)

    def off(self, type: str, callback: Callback) -> None:
        """Stop calling `callback`; unknown ones are ignored."""
        if callback in self._callbacks.get(type, []):
            self._callbacks[type].remove(callback)

    def tell(self, event: Event) -> None:
        """Pass an event on. Never waits: what nobody takes is dropped and counted."""
        for callback in [*self._callbacks.get(event.type, ()), *self._callbacks.get("*", ())]:
            try:
                self._waiting.put_nowait((callback, event))
            except queue.Full:
                self.dropped += 1
        for loop, stream in list(self._streams):
            self._offer(loop, stream, event)

    def close(self) -> None:
        """End the iterators and, after what is waiting, the thread."""
        for loop, stream in list(self._streams):
            self._offer(loop, stream, None)
        if self._thread is not None:
            self._waiting.put(None)

    async def events(self) -> AsyncIterator[Event]:
        """Iterate over events from now until the session closes, on any loop."""
        stream: asyncio.Queue[Event | None] = asyncio.Queue()
        entry = (asyncio.get_running_loop(), stream)
        self._streams.append(entry)
        try:
            while (event := await stream.get()) is not None:
                yield event
        finally:
            self._streams.remove(entry)

    def _offer(
        self,
        loop: asyncio.AbstractEventLoop,
        stream: asyncio.Queue[Event | None],
        event: Event | None,
    ) -> None:
        def put() -> None:
            if event is None or stream.qsize() < MAX_WAITING_EVENTS:
                stream.put_nowait(event)
            else:
                self.dropped += 1

        if not loop.is_closed():
            loop.call_soon_threadsafe(put)

    def _run(self) -> None:
        while (call := self._waiting.get()) is not None:
            callback, event = call
            try:
                result = callback(event)
                if asyncio.iscoroutine(result):
                    asyncio.run(result)
            except Exception:
                logger.exception("a callback for %s failed", event.type)
