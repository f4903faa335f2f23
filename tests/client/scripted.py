"""A WebSocket server on loopback that does what a test says: for refusals and broken peers.

Everything that a healthy server does is tested against the offline server itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import queue
import threading
from collections.abc import Callable, Coroutine, Iterator

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

# The server's own log holds what clients send: that is not what tests look for leaks in.
_silent = logging.getLogger("tests.scripted")
_silent.disabled = True

Script = Callable[[ServerConnection], Coroutine[None, None, None]]

CREATED = {
    "type": "session.created",
    "event_id": "event_1",
    "session": {
        "type": "realtime",
        "model": "scripted",
        "audio": {"input": {"turn_detection": {"type": "server_vad", "silence_duration_ms": 500}}},
    },
}


async def send(connection: ServerConnection, *events: dict) -> None:
    for event in events:
        await connection.send(json.dumps(event))


@contextlib.contextmanager
def scripted_server(script: Script, **options: object) -> Iterator[str]:
    """Serve on a thread of its own and yield the URL."""
    loop = asyncio.new_event_loop()
    started, stop = threading.Event(), asyncio.Event()
    ports: list[int] = []

    async def main() -> None:
        async with serve(script, "127.0.0.1", 0, logger=_silent, **options) as server:
            ports.append(next(iter(server.sockets)).getsockname()[1])
            started.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(main(),))
    thread.start()
    started.wait(10)
    try:
        yield f"ws://127.0.0.1:{ports[0]}/v1/realtime"
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


class Puppet:
    """A server on strings: it says what the test says, and keeps what it is told."""

    def __init__(self) -> None:
        self.received: queue.Queue[dict] = queue.Queue()
        self._connected = threading.Event()

    async def script(self, connection: ServerConnection) -> None:
        self._loop, self._connection = asyncio.get_running_loop(), connection
        await send(connection, CREATED)
        self._connected.set()
        with contextlib.suppress(ConnectionClosed):
            async for frame in connection:
                self.received.put(json.loads(frame))

    def say(self, *events: dict) -> None:
        self._connected.wait(10)
        asyncio.run_coroutine_threadsafe(send(self._connection, *events), self._loop).result(10)

    def hang_up(self) -> None:
        """Break off the connection."""
        self._connected.clear()
        self._loop.call_soon_threadsafe(self._connection.transport.abort)

    def told(self, type: str) -> dict:
        """Return the next event of a type that the client sends."""
        while (event := self.received.get(timeout=10))["type"] != type:
            pass
        return event
