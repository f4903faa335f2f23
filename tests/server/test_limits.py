"""What no client can take more of: sessions, time, memory, half-open connections."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from rt_notebook.server.conversation import Conversation, Item
from rt_notebook.server.limits import Limits
from rt_notebook.server.speech import Speech

from .conftest import serving
from .http import PATIENCE_S, address
from .wire import KEY, run, status_of, wired

BEARER = {"Authorization": f"Bearer {KEY}"}
TEXT = {"output_modalities": ["text"]}


def test_a_full_server_answers_503_with_a_sentence_and_serves_the_next_one_later():
    with serving(Speech(), limits=Limits(sessions=1)) as url:

        @run
        async def talk() -> None:
            async with wired(url) as wire:
                status, body = await status_of(url, additional_headers=BEARER)
                assert status == 503
                assert body["error"]["code"] == "server_full"
                assert body["error"]["message"] == "This server serves 1 sessions; all are taken."
                await wire.configure(instructions="Not disturbed.")
            for _ in range(100):  # the place is free when the server has seen the close
                status, _ = await status_of(url, additional_headers=BEARER)
                if status == 101:
                    return
            pytest.fail("the place was never free again")

        talk()


def test_a_session_expires_with_an_error_and_close_1001():
    with serving(Speech(), limits=Limits(lifetime_s=0.3)) as url:

        @run
        async def talk() -> None:
            async with wired(url) as wire:
                error = (await wire.one("error"))["error"]
                assert error["code"] == "session_expired"
                assert error["message"].startswith("Your session hit the maximum duration of ")
                with pytest.raises(ConnectionClosed) as closed:
                    await wire.socket.recv()
                assert closed.value.rcvd.code == 1001

        talk()


def test_too_many_responses_at_once_are_refused():
    with serving(Speech(), limits=Limits(responses=2), brain=Endless) as url:

        @run
        async def talk() -> None:
            async with wired(url) as wire:
                beside = {"conversation": "none", **TEXT}
                for _ in range(2):
                    await wire.send({"type": "response.create", "response": beside})
                    await wire.one("response.created")
                error = await wire.refusal({"type": "response.create", "response": beside})
                assert error["code"] == "too_many_responses"

        talk()


class Endless:
    """A brain that thinks for ever."""

    async def answer(self, _context):
        await asyncio.Event().wait()
        yield None


def test_more_audio_than_the_server_keeps_is_refused():
    with serving(Speech(), limits=Limits(buffer_ms=1000)) as url:

        @run
        async def talk() -> None:
            async with wired(url) as wire:
                await wire.configure(audio={"input": {"turn_detection": None}})
                await wire.append(bytes(48 * 1100), chunk_ms=1100)
                audio = base64.b64encode(bytes(4800)).decode()
                event = {"type": "input_audio_buffer.append", "audio": audio}
                error = await wire.refusal(event)
                assert error["code"] == "input_audio_buffer_full"
                await wire.send({"type": "input_audio_buffer.clear"})
                await wire.one("input_audio_buffer.cleared")
                await wire.send(event)
                await wire.configure(instructions="Room again.")

        talk()


def item(name: str, audio_bytes: int = 0, text: str = "") -> Item:
    part = {"type": "input_audio", "transcript": text}
    fields = {"id": name, "type": "message", "role": "user", "content": [part]}
    return Item(fields, bytearray(audio_bytes))


def test_a_conversation_forgets_its_oldest_sound_and_keeps_how_long_it_was():
    conversation = Conversation(Limits(kept_bytes=100_000))
    for name in ("a", "b", "c"):
        conversation.add(item(name, 48_000))
    kept = {one.id: len(one.audio) for one in conversation}
    assert kept == {"a": 0, "b": 48_000, "c": 48_000}
    assert [one.duration_ms for one in conversation] == [1000, 1000, 1000]
    assert "audio" not in conversation.retrieve("a").with_audio()["content"][0]


def test_a_conversation_forgets_its_oldest_items():
    conversation = Conversation(Limits(items=2, kept_bytes=1000))
    for name in ("a", "b", "c"):
        conversation.add(item(name))
    assert [one.id for one in conversation] == ["b", "c"]
    conversation.add(item("d", text="x" * 900))
    conversation.add(item("e", text="x" * 900))
    assert [one.id for one in conversation] == ["e"]


def test_the_newest_item_is_never_forgotten():
    conversation = Conversation(Limits(kept_bytes=10))
    conversation.add(item("a", 48_000))
    assert [len(one.audio) for one in conversation] == [48_000]


def test_who_does_not_say_what_he_wants_is_dropped():
    with serving(Speech(), open_timeout_s=0.3) as url:
        beginnings = [b"", b"G", b"GET /v1/realtime HTTP/1.1\r\nHost: loc", b"POST /v1/realtime/c"]
        held = []
        for beginning in beginnings:
            connection = socket.create_connection(address(url), timeout=PATIENCE_S)
            connection.sendall(beginning)
            held.append(connection)
        for connection in held:
            with connection:
                assert connection.recv(1024) == b""

        @run
        async def talk() -> None:
            async with wired(url) as wire:  # the deadline is for the opening only
                await wire.configure(instructions="Still here.")

        talk()


def test_a_frame_of_17_mib_ends_its_own_session_before_it_is_read(text_server):
    with opened(text_server) as connection:
        connection.sendall(b"\x81\xff" + (17 * 1024 * 1024).to_bytes(8, "big") + b"mask")
        answer = b""
        while received := connection.recv(65536):
            answer += received
    assert (1009).to_bytes(2, "big") in answer  # the close frame's code: too big


def test_a_flood_of_bad_events_is_answered_one_by_one_and_leaves_nothing(text_server):
    @run
    async def talk() -> None:
        async with wired(text_server) as wire, wired(text_server) as other:
            for number in range(300):
                await wire.socket.send(json.dumps({"type": "nonsense", "event_id": f"e{number}"}))
            errors = [(await wire.one("error"))["error"]["event_id"] for _ in range(300)]
            assert errors == [f"e{number}" for number in range(300)]
            await other.configure(instructions="Not disturbed.")

    talk()


def test_half_a_frame_and_a_reset_leave_the_server_as_it_was(text_server):
    with opened(text_server) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.sendall(b"\x81\xfe\x10\x00abcd half")

    @run
    async def talk() -> None:
        async with wired(text_server) as wire:
            await wire.configure(instructions="Still here.")

    talk()


@contextmanager
def opened(url: str) -> Iterator[socket.socket]:
    """Open a WebSocket by hand and yield its connection, to send what no library would."""
    request = (
        f"GET /v1/realtime HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {'A' * 22}==\r\n"
        f"Sec-WebSocket-Version: 13\r\nAuthorization: Bearer {KEY}\r\n\r\n"
    )
    with socket.create_connection(address(url), timeout=PATIENCE_S) as connection:
        connection.sendall(request.encode())
        assert connection.recv(1024).startswith(b"HTTP/1.1 101")
        yield connection


def resident_mib() -> float:
    """Return how much memory this process, with the server in it, holds."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


HOSTILE = {
    "deep": "[" * 100_000 + "]" * 100_000,
    "deep event": '{"type": "session.update", "session": ' + '{"a":' * 5000 + "1" + "}" * 5001,
    "9 MB of text": json.dumps({"type": "x" * 9_000_000}),
    "9 MB of keys": json.dumps({f"key-{n}": n for n in range(400_000)}),
    "huge number": '{"type": "response.cancel", "event_id": ' + "9" * 100_000 + "}",
    "duplicate keys": '{"type": "response.cancel", "type": "nonsense"}',
    "lone surrogate": '{"type": "\\ud83d"}',
}


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_hostile_frames_leave_no_memory_behind(text_server):
    @run
    async def talk() -> None:
        async with wired(text_server) as wire:

            async def attack() -> None:
                for frame in HOSTILE.values():
                    await wire.socket.send(frame)
                    error = (await wire.one("error"))["error"]
                    assert error["type"] == "invalid_request_error"
                    assert len(error["message"]) < 2000
                    wire.events.clear()

            await attack()
            before = resident_mib()
            for _ in range(3):
                await attack()
            assert resident_mib() - before < 30

    talk()
