"""A raw client for the tests: hand-written JSON in, checked events out.

It is made of the websockets package and the SDK's event types and of nothing that
rt_notebook itself believes about the API.
"""

from __future__ import annotations

import asyncio
import base64
import functools
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection, connect

from tests.server_events import check_event

__all__ = ["KEY", "Wire", "audio_of", "order", "run", "shape", "wired"]

KEY = "test-key-of-the-offline-server"
PATIENCE_S = 30

Event = dict[str, Any]


class Wire:
    """One connection, and every event that came over it."""

    def __init__(self, socket: ClientConnection, dialect: str = "ga") -> None:
        self.socket = socket
        self.dialect = dialect
        self.events: list[Event] = []
        self.times: list[float] = []

    async def send(self, *events: Event) -> None:
        for event in events:
            await self.socket.send(json.dumps(event))

    async def receive(self) -> Event:
        frame = await asyncio.wait_for(self.socket.recv(), PATIENCE_S)
        self.times.append(asyncio.get_running_loop().time())
        event = json.loads(frame)
        check_event(event, self.dialect)
        assert event["event_id"] not in {earlier["event_id"] for earlier in self.events}
        self.events.append(event)
        return event

    async def until(self, kind: str) -> list[Event]:
        """Return the events from here on, up to the first of this type."""
        events = [await self.receive()]
        while events[-1]["type"] != kind:
            assert kind == "error" or events[-1]["type"] != "error", events[-1]
            events.append(await self.receive())
        return events

    async def one(self, kind: str) -> Event:
        """Return the next event, which is of this type."""
        event = await self.receive()
        assert event["type"] == kind, event
        return event

    async def refusal(self, event: Event) -> Event:
        """Send an event and return the ``error`` object that answers it."""
        await self.send({"event_id": "of-the-client", **event})
        error = (await self.one("error"))["error"]
        assert error["event_id"] == "of-the-client"
        assert set(error) == {"type", "code", "message", "param", "event_id"}
        return error

    async def configure(self, **session: Any) -> Event:
        """Update the session and return what it became."""
        await self.send({"type": "session.update", "session": {"type": "realtime", **session}})
        return (await self.one("session.updated"))["session"]

    async def say(self, text: str) -> str:
        """Give a user's message to the conversation and return its id."""
        part = {"type": "input_text", "text": text}
        item = {"type": "message", "role": "user", "content": [part]}
        await self.send({"type": "conversation.item.create", "item": item})
        added = await self.one("conversation.item.added")
        await self.one("conversation.item.done")
        return added["item"]["id"]

    async def respond(self, **response: Any) -> list[Event]:
        """Ask for a response and return its events with the rate limits after it."""
        await self.send({"type": "response.create", "response": response})
        return await self.until("rate_limits.updated")

    async def append(self, pcm: bytes, chunk_ms: int = 40, speed: float | None = None) -> None:
        """Send PCM16 at 24 kHz, as fast as it goes or at a multiple of real time."""
        size = 48 * chunk_ms
        began = asyncio.get_running_loop().time()
        for at in range(0, len(pcm), size):
            audio = base64.b64encode(pcm[at : at + size]).decode()
            if speed is not None:  # a chunk can be sent when it has been heard
                due = began + (at + size) / 48000 / speed
                await asyncio.sleep(max(0, due - asyncio.get_running_loop().time()))
            await self.send({"type": "input_audio_buffer.append", "audio": audio})


@asynccontextmanager
async def wired(url: str, key: str | None = KEY, query: str = "") -> AsyncIterator[Wire]:
    """Connect, take the greeting, and close at the end."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    async with connect(url + query, additional_headers=headers, max_size=None) as socket:
        wire = Wire(socket)
        await wire.one("session.created")
        yield wire


def run(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Make a test of a coroutine function."""

    @functools.wraps(test)
    def synchronous(*args: Any, **kwargs: Any) -> None:
        asyncio.run(test(*args, **kwargs))

    return synchronous


def order(events: list[Event]) -> list[str]:
    """Return the types in their order, runs of deltas as one."""
    types = [event["type"] for event in events]
    return [
        kind
        for place, kind in enumerate(types)
        if place == 0 or not (kind.endswith(".delta") and kind == types[place - 1])
    ]


def shape(value: Any) -> Any:
    """Return the keys of JSON, without its values."""
    if isinstance(value, dict):
        return {key: shape(part) for key, part in value.items()}
    if isinstance(value, list):
        return [shape(part) for part in value]
    return None


def audio_of(events: list[Event]) -> bytes:
    """Return the sound of a response's audio deltas."""
    deltas = [event for event in events if event["type"] == "response.output_audio.delta"]
    return b"".join(base64.b64decode(event["delta"]) for event in deltas)


async def status_of(url: str, **options: Any) -> tuple[int, Any]:
    """Try to connect and return the HTTP status and JSON body of the refusal."""
    try:
        async with connect(url, **options):
            return 101, None
    except websockets.InvalidStatus as refused:
        return refused.response.status_code, json.loads(refused.response.body or b"null")
