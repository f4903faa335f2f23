"""Who listens to a session: callbacks and async iterators, never on the audio path.

The names of client and server events differ, so a name says which way an event goes.

Callbacks run one after another on a daemon thread of their own, so that a slow one, or
one that waits for a reply, delays no audio.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from ..config.reading import shown
from ..errors import ConfigError
from ..protocol.events import Event

__all__ = ["Listeners"]

logger = logging.getLogger("rt_notebook")
MAX_WAITING_EVENTS = 10_000

Callback = Callable[[Event], Any]

DIRECTIONS = ("received", "sent", "both")


@dataclass(eq=False)
class _Subscription:
    callback: Callback
    direction: str


@dataclass(eq=False)
class _Stream:
    loop: asyncio.AbstractEventLoop
    events: asyncio.Queue[Event | None]
    direction: str


class Listeners:
    """Callbacks by event type (``*`` for all) and open iterators."""

    def __init__(self) -> None:
        self.dropped = 0
        self._callbacks: dict[str, list[_Subscription]] = {}
        self._streams: list[_Stream] = []
        self._waiting: queue.Queue[tuple[Callback, Event] | None] = queue.Queue(MAX_WAITING_EVENTS)
        self._thread: threading.Thread | None = None

    def on(self, type: str, callback: Callback, direction: str | None = None) -> Callable[[], None]:
        """Call `callback(event)` for each event of a type and return the way to stop it.

        Without a `direction`, a name is heard whichever way it goes, and ``*`` is what is
        received.

        Raises
        ------
        ConfigError
            If there is no such direction, or the callback cannot be called.
        """
        if not callable(callback):
            raise ConfigError(f"on takes a function of an event, got {shown(callback)}")
        direction = _checked(direction or ("received" if type == "*" else "both"))
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="rt-callbacks", daemon=True)
            self._thread.start()
        subscription = _Subscription(callback, direction)
        self._callbacks.setdefault(type, []).append(subscription)
        return lambda: self._off(type, subscription)

    def tell(self, event: Event, direction: str = "received") -> None:
        """Pass an event on. Never waits: what nobody takes is dropped and counted."""
        if not self._callbacks and not self._streams:
            return
        for one in [*self._callbacks.get(event.type, ()), *self._callbacks.get("*", ())]:
            if one.direction not in (direction, "both"):
                continue
            try:
                self._waiting.put_nowait((one.callback, event))
            except queue.Full:
                self.dropped += 1
        for stream in list(self._streams):
            if stream.direction in (direction, "both"):
                self._offer(stream, event)

    @property
    def waiting(self) -> int:
        """Calls that wait for the callbacks before them."""
        return self._waiting.qsize()

    async def caught_up(self) -> None:
        """Wait until every callback has returned that was due before."""
        if self._thread is None:
            return
        loop = asyncio.get_running_loop()
        reached: asyncio.Future[None] = loop.create_future()
        self._waiting.put_nowait(
            (lambda _: loop.call_soon_threadsafe(reached.set_result, None), Event(type="reached"))
        )
        await reached

    def close(self) -> None:
        """End the iterators and, after what is waiting, the thread."""
        for stream in list(self._streams):
            self._offer(stream, None)
        if self._thread is not None:
            self._waiting.put(None)

    async def events(self, direction: str = "received") -> AsyncIterator[Event]:
        """Iterate over events from now until the session closes, on any loop."""
        stream = _Stream(asyncio.get_running_loop(), asyncio.Queue(), _checked(direction))
        self._streams.append(stream)
        try:
            while (event := await stream.events.get()) is not None:
                yield event
        finally:
            self._streams.remove(stream)

    def _off(self, type: str, subscription: _Subscription) -> None:
        if subscription in self._callbacks.get(type, []):
            self._callbacks[type].remove(subscription)

    def _offer(self, stream: _Stream, event: Event | None) -> None:
        def put() -> None:
            if event is None or stream.events.qsize() < MAX_WAITING_EVENTS:
                stream.events.put_nowait(event)
            else:
                self.dropped += 1

        if not stream.loop.is_closed():
            stream.loop.call_soon_threadsafe(put)

    def _run(self) -> None:
        while (call := self._waiting.get()) is not None:
            callback, event = call
            try:
                result = callback(event)
                if asyncio.iscoroutine(result):
                    asyncio.run(result)
            except Exception:
                logger.exception("a callback for %s failed", event.type)


def _checked(direction: str) -> str:
    if direction not in DIRECTIONS:
        raise ConfigError(f"direction takes received, sent or both, got {direction!r}")
    return direction
