"""No event of the offline server escapes the check, whatever reads it."""

from __future__ import annotations

import asyncio
import json

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import serve

from .server_events import violations

CLEARED = {"type": "input_audio_buffer.cleared", "event_id": "event_1"}


def received(*events: dict, server: str = "rt_notebook") -> list[str]:
    """Receive events and return what was found wrong with them."""

    async def talk() -> None:
        async def send(socket) -> None:
            for event in events:
                await socket.send(json.dumps(event))

        async with serve(send, "127.0.0.1", 0, server_header=server) as listening:
            port = next(iter(listening.sockets)).getsockname()[1]
            async with connect(f"ws://127.0.0.1:{port}") as socket:
                async for _frame in socket:
                    pass

    asyncio.run(talk())
    found = list(violations)
    violations.clear()
    return found


def test_a_valid_event_passes():
    assert received(CLEARED) == []


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        ({"type": "input_audio_buffer.cleared"}, "event_id"),
        ({**CLEARED, "type": "input_audio_buffer.emptied"}, "there is no"),
        ({**CLEARED, "type": "conversation.item.deleted"}, "item_id"),
        ({**CLEARED, "type": "conversation.item.deleted", "item_id": 5}, "valid string"),
    ],
)
def test_what_is_no_event_is_found(event, sentence):
    [found] = received(event)
    assert sentence in found


def test_an_id_is_used_once_in_a_connection():
    [found] = received(CLEARED, CLEARED)
    assert "was another's before" in found


def test_other_servers_are_not_looked_at():
    assert received({"type": 5}, server="another") == []
