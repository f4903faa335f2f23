"""Spoken turns over a real connection."""

from __future__ import annotations

import asyncio
import base64

import numpy as np
import pytest

from tests.speech import say, wer

from .test_responses import AUDIO_LADDER
from .wire import Event, Wire, order, run, wired

pytestmark = pytest.mark.slow

# Hand-written from openai_ws__input_audio_retention_segments_three_server_vad_turns.
TURN = [
    "input_audio_buffer.speech_started",
    "input_audio_buffer.speech_stopped",
    "input_audio_buffer.committed",
    "conversation.item.added",
    "conversation.item.done",
]
TRANSCRIPTION = "conversation.item.input_audio_transcription"
QUIET = bytes(48 * 1000)
QUESTION = "What is seven plus five?"


def speech(text: str = QUESTION) -> bytes:
    """Return a sentence with silence around it, enough to end the turn."""
    return bytes(48 * 500) + say(text) + QUIET


def without_transcription(events: list[Event]) -> list[Event]:
    return [event for event in events if not event["type"].startswith(TRANSCRIPTION)]


def one(events: list[Event], kind: str) -> Event:
    (found,) = [event for event in events if event["type"] == kind]
    return found


async def listening(wire: Wire, **turn_detection) -> None:
    """Have turns found but not answered, and transcribed."""
    detection = {"type": "server_vad", "create_response": False, **turn_detection}
    transcription = {"model": "gpt-live-transcribe"}
    await wire.configure(
        audio={"input": {"turn_detection": detection, "transcription": transcription}}
    )


@run
async def test_a_spoken_turn_climbs_the_whole_ladder(speech_server):
    async with wired(speech_server) as wire:
        await wire.append(speech())
        events = await wire.until("rate_limits.updated")
    kinds = order(events)
    deltas = kinds.index("response.output_audio_transcript.delta")
    assert kinds[:deltas] == [*TURN, *AUDIO_LADDER[:4]]
    done = kinds.index("response.output_audio.done")
    assert kinds[done:] == [*AUDIO_LADDER[6:], "rate_limits.updated"]
    assert not [kind for kind in kinds if kind.startswith(TRANSCRIPTION)]  # it is off


@run
async def test_one_id_runs_through_the_turn(speech_server):
    async with wired(speech_server) as wire:
        await listening(wire)
        await wire.append(speech())
        events = await wire.until(f"{TRANSCRIPTION}.completed")
    assert len({event.get("item_id") or event["item"]["id"] for event in events}) == 1
    assert one(events, "conversation.item.added")["previous_item_id"] is None


@run
async def test_the_transcript_comes_as_delta_and_completed_with_its_duration(speech_server):
    async with wired(speech_server) as wire:
        await listening(wire)
        await wire.append(speech())
        events = await wire.until(f"{TRANSCRIPTION}.completed")
        completed = events[-1]
        deltas = [event["delta"] for event in events if event["type"] == f"{TRANSCRIPTION}.delta"]
        assert "".join(deltas) == completed["transcript"]
        assert wer(QUESTION, completed["transcript"]) == 0
        started, stopped = (one(events, kind) for kind in TURN[:2])
        turn_s = (stopped["audio_end_ms"] - started["audio_start_ms"]) / 1000
        assert completed["usage"]["type"] == "duration"
        assert turn_s <= completed["usage"]["seconds"] < turn_s + 1
        retrieve = {"type": "conversation.item.retrieve", "item_id": completed["item_id"]}
        await wire.send(retrieve)
        part = (await wire.one("conversation.item.retrieved"))["item"]["content"][0]
        assert part["transcript"] == completed["transcript"]
        assert len(part["audio"]) * 3 / 4 == pytest.approx(turn_s * 48000, abs=64)


@run
async def test_the_answer_knows_what_was_said_though_nobody_asked_for_a_transcript(speech_server):
    async with wired(speech_server) as wire:
        await wire.append(speech())
        response = (await wire.until("response.done"))[-1]["response"]
    assert "twelve" in response["output"][0]["content"][0]["transcript"]
    assert response["usage"]["input_token_details"]["audio_tokens"] > 10


@run
async def test_audio_ten_times_faster_than_real_time_gives_the_same_turns(speech_server):
    async def turns(speed: float | None, chunk_ms: int) -> list[int]:
        async with wired(speech_server) as wire:
            await listening(wire)
            audio = speech("I like rain.") + speech("And I like the sea.")
            await wire.append(audio, chunk_ms, speed)
            events = await wire.until(TURN[-1]) + await wire.until(TURN[-1])
        keys = ("audio_start_ms", "audio_end_ms")
        return [event[key] for event in events for key in keys if key in event]

    as_it_sounds, fast, at_once = await asyncio.gather(
        turns(1, 40), turns(10, 100), turns(None, 10_000)
    )
    assert as_it_sounds == fast == at_once
    assert len(fast) == 4


@pytest.mark.parametrize("silence_ms", [200, 500, 1000])
def test_a_turn_ends_soon_after_the_silence_that_was_asked_for(speech_server, silence_ms):
    @run
    async def talk() -> None:
        async with wired(speech_server) as wire:
            await listening(wire, silence_duration_ms=silence_ms)
            await wire.append(bytes(48 * 500) + say("Stop.") + QUIET + QUIET)
            stopped = one(await wire.until(TURN[-1]), TURN[1])
        samples = np.abs(np.frombuffer(say("Stop."), "<i2").astype(np.int32))
        spoken_until_ms = 500 + np.flatnonzero(samples > 180)[-1] / 24  # -45 dBFS
        assert -64 <= stopped["audio_end_ms"] - spoken_until_ms - silence_ms <= 130

    talk()


@run
async def test_turns_are_found_but_not_answered_when_create_response_is_off(speech_server):
    async with wired(speech_server) as wire:
        await listening(wire)
        await wire.append(speech())
        await wire.until(f"{TRANSCRIPTION}.completed")
        await wire.configure()  # answered next: no response came before it
        events = await wire.respond()
    assert "twelve" in events[-2]["response"]["output"][0]["content"][0]["transcript"]


@run
async def test_semantic_detection_waits_for_the_end_of_a_sentence(speech_server):
    unfinished = say("I would like to order a large pizza with") + bytes(48 * 900)
    whole = bytes(48 * 500) + unfinished + say("cheese and tomatoes.") + QUIET
    async with wired(speech_server) as wire:
        detection = {"type": "semantic_vad", "eagerness": "high", "create_response": False}
        transcription = {"model": "gpt-live-transcribe"}
        session = await wire.configure(
            audio={"input": {"turn_detection": detection, "transcription": transcription}}
        )
        assert session["audio"]["input"]["turn_detection"] == {
            **detection,
            "interrupt_response": True,
        }
        await wire.append(whole)
        events = await wire.until(f"{TRANSCRIPTION}.completed")
        assert [event["type"] for event in events if event["type"] == TURN[0]] == TURN[:1]
        assert "cheese" in events[-1]["transcript"].lower()


@run
async def test_without_turn_detection_the_client_commits_and_asks(speech_server):
    async with wired(speech_server) as wire:
        await wire.configure(audio={"input": {"turn_detection": None}})
        await wire.append(speech())
        await wire.send({"type": "input_audio_buffer.commit"})
        assert order(await wire.until(TURN[-1])) == TURN[2:]
        events = await wire.respond()
    assert "twelve" in events[-2]["response"]["output"][0]["content"][0]["transcript"]


@run
async def test_what_was_said_before_turn_detection_went_off_is_heard_too(speech_server):
    async with wired(speech_server) as wire:
        await wire.append(say(QUESTION))
        await wire.one("input_audio_buffer.speech_started")
        await wire.configure(audio={"input": {"turn_detection": None}})
        await wire.send({"type": "input_audio_buffer.commit"})
        await wire.until(TURN[-1])
        events = await wire.respond()
    assert "twelve" in events[-2]["response"]["output"][0]["content"][0]["transcript"]


@run
async def test_a_turn_that_is_cleared_never_becomes_an_item(speech_server):
    async with wired(speech_server) as wire:
        await listening(wire)
        await wire.append(say("Forget this sentence, please."))
        await wire.one("input_audio_buffer.speech_started")
        await wire.send({"type": "input_audio_buffer.clear"})
        await wire.one("input_audio_buffer.cleared")
        await wire.append(QUIET + speech("Keep this one."))
        events = await wire.until(f"{TRANSCRIPTION}.completed")
    assert order(events)[:5] == TURN
    assert wer("Keep this one.", events[-1]["transcript"]) == 0


@run
async def test_a_commit_in_the_middle_of_a_turn_takes_its_id(speech_server):
    async with wired(speech_server) as wire:
        await listening(wire)
        await wire.append(say("This sentence has no end"))
        started = await wire.one("input_audio_buffer.speech_started")
        await wire.send({"type": "input_audio_buffer.commit"})
        committed = await wire.one("input_audio_buffer.committed")
    assert committed["item_id"] == started["item_id"]


@run
async def test_speech_interrupts_the_answer(speech_server):
    async with wired(speech_server) as wire:
        await wire.say("Tell me a long story.")
        await wire.send({"type": "response.create"})
        await wire.until("response.output_audio.delta")
        await wire.append(speech("Stop."))
        events = await wire.until("input_audio_buffer.speech_stopped")
    start = [event["type"] for event in events].index("input_audio_buffer.speech_started")
    # protocol: speech_started, the remaining *.done with an incomplete item, response.done
    assert order(events[start:]) == [
        "input_audio_buffer.speech_started",
        *AUDIO_LADDER[6:],
        "rate_limits.updated",
        "input_audio_buffer.speech_stopped",
    ]
    assert one(events, "conversation.item.done")["item"]["status"] == "incomplete"
    response = one(events, "response.done")["response"]
    assert response["status"] == "cancelled"
    assert response["status_details"] == {"type": "cancelled", "reason": "turn_detected"}


@run
async def test_an_interrupted_answer_can_be_truncated_where_it_was_heard(speech_server):
    async with wired(speech_server) as wire:
        await wire.say("Tell me a long story.")
        await wire.send({"type": "response.create"})
        await wire.until("response.output_audio.delta")
        await wire.append(speech("Stop."))
        item = one(await wire.until("response.done"), "conversation.item.done")["item"]
        await wire.until("rate_limits.updated")
        await wire.until("rate_limits.updated")  # of the answer to "Stop."
        cut = {"type": "conversation.item.truncate", "item_id": item["id"], "content_index": 0}
        await wire.send({**cut, "audio_end_ms": 100})
        await wire.one("conversation.item.truncated")
        error = await wire.refusal({**cut, "audio_end_ms": 101})
        assert error["message"] == "Audio content of 100ms is already shorter than 101ms"


@run
async def test_speech_does_not_interrupt_where_that_is_off(speech_server):
    async with wired(speech_server) as wire:
        detection = {"type": "server_vad", "interrupt_response": False}
        await wire.configure(audio={"input": {"turn_detection": detection}})
        await wire.say("Repeat after me: one, two, three, four, five, six, seven, eight, nine.")
        await wire.send({"type": "response.create"})
        await wire.until("response.output_audio.delta")
        await wire.append(speech("Stop."))
        events = await wire.until("error") + await wire.until("response.done")
    # documented: then it may fail to create a response, if the model is already responding
    error = one(events, "error")["error"]
    assert error["code"] == "conversation_already_has_active_response"
    assert error["event_id"] is None
    assert one(events, "response.done")["response"]["status"] == "completed"


@pytest.mark.parametrize(("spoken", "words"), [(True, "twelve"), (False, "I heard no words")])
def test_audio_that_the_client_puts_into_the_conversation_is_heard(speech_server, spoken, words):
    @run
    async def talk() -> None:
        audio = base64.b64encode(speech() if spoken else QUIET).decode()
        part = {"type": "input_audio", "audio": audio}
        item = {"type": "message", "role": "user", "content": [part]}
        async with wired(speech_server) as wire:
            await wire.send({"type": "conversation.item.create", "item": item})
            await wire.until("conversation.item.done")
            response = (await wire.respond(output_modalities=["text"]))[-2]["response"]
        assert words in response["output"][0]["content"][0]["text"]

    talk()


@pytest.mark.parametrize("kind", ["audio/pcmu", "audio/pcma"])
def test_g711_is_heard(speech_server, kind):
    @run
    async def talk() -> None:
        async with wired(speech_server) as wire:
            await listening(wire)
            await wire.configure(audio={"input": {"format": {"type": kind}}})
            await wire.append(telephone(speech(), kind))
            events = await wire.until(f"{TRANSCRIPTION}.completed")
        assert wer(QUESTION, events[-1]["transcript"]) <= 0.2

    talk()


def telephone(pcm: bytes, kind: str) -> bytes:
    """Return PCM16 at 24 kHz as G.711 at 8 kHz, by the formula of the standard."""
    samples = np.frombuffer(pcm, "<i2").astype(np.int32)
    samples = samples[: len(samples) // 3 * 3].reshape(-1, 3).mean(axis=1).astype(np.int32)
    negative, size = samples < 0, np.abs(samples)
    if kind == "audio/pcmu":
        size = np.minimum(size, 32635) + 132
        exponent = np.floor(np.log2(size)).astype(int) - 7
        code = (exponent << 4) | ((size >> (exponent + 3)) & 15)
        return (~(code | (negative << 7)) & 255).astype(np.uint8).tobytes()
    size = np.minimum(size >> 4, 2047)
    exponent = np.maximum(np.floor(np.log2(np.maximum(size, 1))).astype(int) - 4, 0)
    code = np.where(size < 32, size >> 1, (exponent << 4) | ((size >> exponent) & 15))
    return ((code | np.where(negative, 0, 128)) ^ 0x55).astype(np.uint8).tobytes()
