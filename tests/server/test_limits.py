"""What no client can take more of: sessions, time, memory, half-open connections."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import socket
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from rt_notebook.server.conversation import Conversation, Item
from rt_notebook.server.limits import Limits
from rt_notebook.server.speech import Speech
from tests.speech import say

from .conftest import serving
from .http import PATIENCE_S, address
from .test_hostile import resident_mib
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


def test_who_does_not_read_is_dropped_and_nobody_waits_for_him():
    with serving(Speech(), limits=Limits(unread_bytes=100_000)) as url:

        @run
        async def talk() -> None:
            update = json.dumps({"type": "session.update", "session": {"type": "realtime"}})

            async def ask_without_reading() -> None:
                async with connect(url, additional_headers=BEARER, max_queue=1) as deaf:
                    while True:  # each is answered by a whole configuration
                        await deaf.send(update)

            with pytest.raises(ConnectionClosed):
                await asyncio.wait_for(ask_without_reading(), PATIENCE_S)
            async with wired(url) as wire:
                await wire.configure(instructions="Not disturbed.")

        talk()


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_sessions_that_listen_share_the_models(speech_server):
    @run
    async def talk() -> None:
        async with wired(speech_server) as first, AsyncExitStack() as others:
            await first.append(bytes(48 * 500) + say("Hello there.") + bytes(48 * 1000))
            await first.until("rate_limits.updated")  # every model was needed for it
            before = resident_mib(os.getpid())
            for _ in range(20):
                wire = await others.enter_async_context(wired(speech_server))
                await wire.append(bytes(48 * 1000))
                await wire.configure()
            each = (resident_mib(os.getpid()) - before) / 20
            print(f"a session that listens: {each:.1f} MiB, its client's share included")
            assert each < 2  # the smallest of the models has more

    talk()


FORMATS = {"input_audio": {"type": "audio/pcm", "rate": 24000}}


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
    assert "audio" not in conversation.retrieve("a").with_audio(FORMATS)["content"][0]


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
