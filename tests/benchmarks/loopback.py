"""A server in a process of its own that sends back what it hears: ``python -m …loopback``.

Its process is its own so that only the client's time is measured. It writes its address and
ends with its standard input.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from ..client.scripted import CREATED, send
from .server_events import audio_delta, response_begins, transcript_delta

__all__ = ["DELTAS_A_WORD", "loopback"]

#: After so many pieces of audio comes a piece of the transcript.
DELTAS_A_WORD = 10


@contextlib.contextmanager
def loopback() -> Iterator[str]:
    """Run the server and yield its address, ``ws://127.0.0.1:PORT/v1``."""
    process = subprocess.Popen(
        [sys.executable, "-m", __name__],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


async def _echo(connection: ServerConnection) -> None:
    await send(connection, CREATED, *response_begins(1))
    heard = 0
    with contextlib.suppress(ConnectionClosed):
        async for frame in connection:
            event = json.loads(frame)
            if event["type"] != "input_audio_buffer.append":
                continue
            heard += 1
            await send(connection, audio_delta(1, event["audio"]))
            if heard % DELTAS_A_WORD == 0:
                await send(connection, transcript_delta(1, " word"))


async def _main() -> None:
    async with serve(_echo, "127.0.0.1", 0, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        print(f"ws://127.0.0.1:{port}/v1", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_main())
