"""Answers over a real connection: their pace, their end, and what stands in their way."""

from __future__ import annotations

import pytest

from tests.speech import transcribe, wer

from .test_responses import AUDIO_LADDER
from .wire import audio_of, order, run, wired

pytestmark = pytest.mark.slow

SENTENCE = "Repeat after me: the quick brown fox jumps over the lazy dog."
STORY = "Tell me a long story."


@run
async def test_the_answer_sounds_like_its_transcript(speech_server):
    async with wired(speech_server) as wire:
        await wire.say(SENTENCE)
        events = await wire.respond()
    transcript = events[-2]["response"]["output"][0]["content"][0]["transcript"]
    assert transcript.endswith("the quick brown fox jumps over the lazy dog.")
    assert wer(transcript, transcribe(audio_of(events))) <= 0.1


@run
async def test_words_come_before_their_sound(speech_server):
    async with wired(speech_server) as wire:
        await wire.say(SENTENCE)
        events = await wire.respond()
    kinds = [event["type"] for event in events if event["type"].endswith(".delta")]
    assert kinds[0] == "response.output_audio_transcript.delta"
    assert kinds[-1] == "response.output_audio.delta"
    said = [event["delta"] for event in events if event["type"].endswith("transcript.delta")]
    assert len(said) > 10
    done = next(e for e in events if e["type"] == "response.output_audio_transcript.done")
    assert "".join(said) == done["transcript"]


@run
async def test_sound_begins_at_once_and_is_counted(speech_server):
    async with wired(speech_server) as wire:
        await wire.say(SENTENCE)
        events = await wire.respond()
    audio = audio_of(events)
    assert max(map(abs, memoryview(audio).cast("h")[:720])) > 100  # within 30 ms
    usage = events[-2]["response"]["usage"]["output_token_details"]
    assert usage["audio_tokens"] == pytest.approx(len(audio) / 48 / 50, abs=1)


@run
async def test_sound_is_sent_at_most_three_seconds_ahead_of_real_time(speech_server):
    async with wired(speech_server) as wire:
        await wire.say(STORY)
        await wire.send({"type": "response.create"})
        await wire.until("response.output_audio.delta")
        first, sent_s = len(wire.events) - 1, 0.0
        leads = []
        while sent_s < 8:
            event = await wire.receive()
            sent_s += len(audio_of([event])) / 48000
            leads.append(sent_s - (wire.times[-1] - wire.times[first]))
        await wire.send({"type": "response.cancel"})
        await wire.until("response.done")
    assert 2.5 < max(leads) <= 3.25  # one delta of 0.1 s, and the machine's own delays


@run
async def test_a_cancelled_answer_climbs_down(speech_server):
    async with wired(speech_server) as wire:
        await wire.say(STORY)
        await wire.send({"type": "response.create"})
        await wire.until("response.output_audio.delta")
        await wire.send({"type": "response.cancel"})
        events = await wire.until("rate_limits.updated")
        done = [kind for kind in order(events) if not kind.endswith(".delta")]
        assert done == [*AUDIO_LADDER[6:], "rate_limits.updated"]
        response = events[-2]["response"]
        assert response["status_details"] == {"type": "cancelled", "reason": "client_cancelled"}
        assert response["output"][0]["status"] == "incomplete"
        said = response["output"][0]["content"][0]["transcript"]
        assert 0 < len(said) < 400  # what was sent, not the whole story
        await wire.say("hello")
        assert (await wire.respond())[-2]["response"]["status"] == "completed"


@run
async def test_a_second_answer_waits_for_the_first_to_end(speech_server):
    async with wired(speech_server) as wire:
        await wire.say(STORY)
        await wire.send({"type": "response.create"})
        created = (await wire.until("response.created"))[-1]["response"]
        await wire.until("response.output_audio.delta")
        await wire.send({"type": "response.create", "event_id": "second"})
        error = (await wire.until("error"))[-1]["error"]
        assert error["code"] == "conversation_already_has_active_response"
        assert error["event_id"] == "second"
        assert error["message"] == (
            f"Conversation already has an active response in progress: {created['id']}. "
            "Wait until the response is finished before creating a new one."
        )


@run
async def test_an_answer_out_of_band_runs_beside_the_story(speech_server):
    async with wired(speech_server) as wire:
        await wire.say(STORY)
        await wire.send({"type": "response.create"})
        await wire.until("response.output_audio.delta")
        beside = {"conversation": "none", "output_modalities": ["text"], "metadata": {"n": "1"}}
        await wire.send({"type": "response.create", "response": beside})
        done = (await wire.until("response.done"))[-1]["response"]
        assert (done["metadata"], done["status"]) == ({"n": "1"}, "completed")


@run
async def test_the_voice_cannot_change_after_it_was_heard(speech_server):
    async with wired(speech_server) as wire:
        await wire.configure(audio={"output": {"voice": "cedar"}})
        await wire.say("hello")
        assert (await wire.respond())[0]["response"]["audio"]["output"]["voice"] == "cedar"
        session = {"type": "realtime", "audio": {"output": {"voice": "marin"}}}
        error = await wire.refusal({"type": "session.update", "session": session})
        assert error["code"] == "cannot_update_voice"
        response = {"audio": {"output": {"voice": "marin"}}}
        error = await wire.refusal({"type": "response.create", "response": response})
        assert (error["code"], error["param"]) == (
            "cannot_update_voice",
            "response.audio.output.voice",
        )


@run
async def test_the_speed_cannot_change_while_something_is_said(speech_server):
    async with wired(speech_server) as wire:
        await wire.say(STORY)
        await wire.send({"type": "response.create"})
        await wire.until("response.output_audio.delta")
        session = {"type": "realtime", "audio": {"output": {"speed": 1.2}}}
        await wire.send({"type": "session.update", "session": session})
        error = (await wire.until("error"))[-1]["error"]
        assert error["param"] == "session.audio.output.speed"
        await wire.send({"type": "response.cancel"})
        await wire.until("rate_limits.updated")
        assert (await wire.configure(audio={"output": {"speed": 1.2}}))["audio"]["output"][
            "speed"
        ] == 1.2


@run
async def test_speed_changes_the_length_of_the_answer(speech_server):
    async def seconds(speed: float) -> float:
        async with wired(speech_server) as wire:
            await wire.configure(audio={"output": {"speed": speed}})
            await wire.say("hello")
            return len(audio_of(await wire.respond())) / 48000

    assert await seconds(0.75) > 1.5 * await seconds(1.5)


@run
async def test_spoken_tokens_can_be_limited(speech_server):
    async with wired(speech_server) as wire:
        await wire.say(STORY)
        events = await wire.respond(max_output_tokens=60)
    response = events[-2]["response"]
    assert response["status_details"] == {"type": "incomplete", "reason": "max_output_tokens"}
    assert len(audio_of(events)) / 48000 <= 3.1  # 20 tokens a second, words beside them


@run
async def test_the_story_lasts_more_than_a_minute(speech_server):
    async with wired(speech_server) as wire:
        await wire.say(STORY)
        events = await wire.respond(output_modalities=["text"])
    text = events[-2]["response"]["output"][0]["content"][0]["text"]
    assert len(text.split()) / 200 > 1  # nobody reads 200 words a minute
