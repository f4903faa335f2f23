"""A network that can be lost: a relay in front of a port of this machine.

Chromium's `set_offline` and its network conditions leave a WebSocket alone that is open
already, so what a page has open is held up where the bytes pass.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Relay", "relay_to"]

_BLOCK_BYTES = 65_536


class Relay:
    """Passes bytes on, both ways, until it is told to hold them.

    Attributes
    ----------
    port : int
        Where it listens.
    """

    def __init__(self, to_port: int) -> None:
        self.port = 0
        self._to_port = to_port
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> None:
        """Listen."""
        self._thread.start()
        listening = asyncio.start_server(self._serve, "127.0.0.1", 0)
        server = asyncio.run_coroutine_threadsafe(listening, self._loop).result()
        self.port = server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        """End everything."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def hold(self) -> None:
        """Lose the network: nothing passes any more, and nobody is told."""
        self._loop.call_soon_threadsafe(self._flowing.clear)

    def release(self) -> None:
        """Have it again; what was on its way arrives."""
        self._loop.call_soon_threadsafe(self._flowing.set)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._flowing.wait()
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to_port)
        await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while block := await reader.read(_BLOCK_BYTES):
                await self._flowing.wait()
                writer.write(block)
                await writer.drain()
        writer.close()


@contextmanager
def relay_to(port: int) -> Iterator[Relay]:
    """Start a relay, and end it."""
    relay = Relay(port)
    relay.start()
    try:
        yield relay
    finally:
        relay.stop()
