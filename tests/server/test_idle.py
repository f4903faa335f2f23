"""The idle timeout: when the server speaks up, and when it does not."""

from __future__ import annotations

import asyncio

import pytest

from rt_notebook.server.idle import IdleTimeout

from .wire import run, wired


def test_waiting_begins_when_the_answer_was_heard():
    async def wait() -> tuple[list[int], float]:
        fired: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        began = asyncio.get_running_loop().time()
        timeout = IdleTimeout(lambda: 1234, fired.set_result)
        timeout.start(0.05, 50)
        return [await asyncio.wait_for(fired, 10)], asyncio.get_running_loop().time() - began

    fired, waited_s = asyncio.run(wait())
    assert fired == [1234]
    assert waited_s >= 0.099


def test_who_is_stopped_does_not_fire():
    async def wait() -> list[int]:
        fired: list[int] = []
        sooner, later = (IdleTimeout(lambda: 0, fired.append) for _ in range(2))
        done = asyncio.Event()
        last = IdleTimeout(lambda: 0, lambda _at: done.set())
        sooner.start(0, 10)
        later.start(0.01, 10)
        sooner.stop()
        later.stop()
        last.start(0.02, 20)
        await asyncio.wait_for(done.wait(), 10)
        return fired

    assert asyncio.run(wait()) == []


@pytest.mark.slow
@run
async def test_the_server_speaks_up_when_the_user_stays_silent(speech_server):
    async with wired(speech_server) as wire:
        detection = {"type": "server_vad", "idle_timeout_ms": 5000}
        await wire.configure(
            output_modalities=["text"], audio={"input": {"turn_detection": detection}}
        )
        await wire.append(bytes(48 * 1000))
        await wire.say("hello")
        await wire.respond()
        await wire.append(bytes(48 * 2000))
        events = await wire.until("response.done")
        assert [event["type"] for event in events[:5]] == [
            "input_audio_buffer.timeout_triggered",
            "input_audio_buffer.committed",
            "conversation.item.added",
            "conversation.item.done",
            "response.created",
        ]
        timeout, committed = events[:2]
        assert timeout["item_id"] == committed["item_id"]
        assert 1000 <= timeout["audio_start_ms"] <= timeout["audio_end_ms"] == 3000
        assert "heard no words" in events[-1]["response"]["output"][0]["content"][0]["text"]
