"""Three clients of one loopback server, each as its users write it; CPU time is the thread's.

Every client sends a number of 20 ms chunks, decodes what comes back, and gives its CPU
seconds and the round trips in ms. All run on the background loop, one after the other.
"""

from __future__ import annotations

import asyncio
import base64
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

from rt_notebook.client.backends import resolve_backend
from rt_notebook.client.observer import Observer
from rt_notebook.client.session import RealtimeSession

__all__ = ["CHUNK", "CHUNK_SECONDS", "Client", "Trips", "agents", "ours", "sdk"]

CHUNK_SECONDS = 0.02
CHUNK = random.Random(1).randbytes(960)
_OPENING_SECONDS = 30.0


@dataclass
class Trips:
    """Chunks on their way there and back."""

    returned_ms: list[float] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    _sent: deque[float] = field(default_factory=deque)

    def leave(self) -> None:
        """A chunk is sent."""
        self._sent.append(time.perf_counter())

    def arrive(self, pcm: bytes) -> None:
        """The oldest chunk is back."""
        assert pcm == CHUNK
        self.returned_ms.append((time.perf_counter() - self._sent.popleft()) * 1000)
        self.came.set()

    async def until(self, count: int) -> None:
        """Wait until so many are back."""
        while len(self.returned_ms) < count:
            self.came.clear()
            await self.came.wait()


@dataclass
class Client:
    """An open connection: how a chunk is sent, and where it comes back."""

    append: Callable[[], Awaitable[None]]
    trips: Trips


class _Player(Observer):
    """What the panel is to a session: it takes the sound."""

    can_play = True

    def __init__(self, trips: Trips) -> None:
        self._trips = trips

    def play(self, item_id: str, pcm: bytes) -> None:
        self._trips.arrive(pcm)


async def ours(url: str) -> AsyncIterator[Client]:
    """A whole session: state machine, log, transcript and player; the meter is the page's."""
    session = await RealtimeSession.open(
        resolve_backend(f"{url}/realtime"), timeout=_OPENING_SECONDS
    )
    trips = Trips()
    session.core.attach(_Player(trips))

    async def append() -> None:
        trips.leave()
        session.core.append_audio(CHUNK)

    yield Client(append, trips)
    await session.core.close()


async def sdk(url: str) -> AsyncIterator[Client]:
    """The openai package's connection, and nothing kept."""
    from openai import AsyncOpenAI

    trips = Trips()
    client = AsyncOpenAI(api_key="none", websocket_base_url=url)
    async with client, client.realtime.connect(model="loopback") as connection:

        async def receive() -> None:
            async for event in connection:
                if event.type == "response.output_audio.delta":
                    trips.arrive(base64.b64decode(event.delta))

        async def append() -> None:
            trips.leave()
            await connection.input_audio_buffer.append(audio=base64.b64encode(CHUNK).decode())

        receiving = asyncio.ensure_future(receive())
        yield Client(append, trips)
        receiving.cancel()


async def agents(url: str) -> AsyncIterator[Client]:
    """The openai-agents package's Realtime model."""
    from agents.realtime import OpenAIRealtimeWebSocketModel, RealtimeModelSendAudio

    trips = Trips()

    class Listener:
        async def on_event(self, event) -> None:
            if event.type == "audio":
                trips.arrive(event.data)

    model = OpenAIRealtimeWebSocketModel()
    model.add_listener(Listener())
    await model.connect({"api_key": "none", "url": f"{url}/realtime", "initial_model_settings": {}})

    async def append() -> None:
        trips.leave()
        await model.send_event(RealtimeModelSendAudio(audio=CHUNK))

    yield Client(append, trips)
    await model.close()
