"""Sessions that only transcribe, and transcripts that come while somebody speaks."""

from __future__ import annotations

import pytest

from tests.speech import say, wer

from .wire import order, run, wired

QUERY = "?intent=transcription"
DELTA = "conversation.item.input_audio_transcription.delta"
COMPLETED = "conversation.item.input_audio_transcription.completed"
SENTENCE = "The quick brown fox jumps over the lazy dog, and then it sleeps under a tall tree."
PAUSE = bytes(48 * 900)

# Hand-written: ServerVad of RealtimeTranscriptionSessionTurnDetection has these fields only.
SERVER_VAD = {
    "type": "server_vad",
    "threshold": 0.5,
    "prefix_padding_ms": 300,
    "silence_duration_ms": 500,
}


@run
async def test_a_transcription_session_has_input_only(text_server):
    async with wired(text_server, query=QUERY) as wire:
        session = wire.events[0]["session"]
        assert set(session) == {"type", "object", "id", "expires_at", "audio", "include"}
        assert session["type"] == "transcription"
        assert session["object"] == "realtime.transcription_session"
        assert set(session["audio"]) == {"input"}
        assert session["audio"]["input"]["turn_detection"] == SERVER_VAD


@run
async def test_it_is_updated_as_the_api_does_it(text_server):
    async with wired(text_server, query=QUERY) as wire:
        given = {
            "type": "transcription",
            "audio": {
                "input": {
                    "format": {"type": "audio/pcm", "rate": 24000},
                    "transcription": {
                        "model": "gpt-realtime-whisper", "language": "en", "delay": "low",
                    },
                    "turn_detection": None,
                }
            },
            "include": ["item.input_audio_transcription.logprobs"],
        }  # fmt: skip
        await wire.send({"type": "session.update", "session": given})
        session = (await wire.one("session.updated"))["session"]
        assert session["audio"]["input"]["turn_detection"] is None
        assert session["audio"]["input"]["transcription"]["delay"] == "low"
        assert session["include"] == ["item.input_audio_transcription.logprobs"]


@pytest.mark.parametrize(
    ("session", "code", "param"),
    [
        (
            {"type": "transcription", "instructions": "x"},
            "unknown_parameter",
            "session.instructions",
        ),
        ({"type": "realtime"}, "invalid_value", "session.type"),
        ({"audio": {}}, "missing_required_parameter", "session.type"),
        (
            {"type": "transcription", "audio": {"output": {"voice": "marin"}}},
            "unknown_parameter",
            "session.audio.output",
        ),
    ],
)
def test_what_a_conversation_has_is_refused(text_server, session, code, param):
    @run
    async def talk() -> None:
        async with wired(text_server, query=QUERY) as wire:
            error = await wire.refusal({"type": "session.update", "session": session})
            assert (error["code"], error["param"]) == (code, param)

    talk()


@run
async def test_a_conversation_refuses_the_shape_of_a_transcription_session(text_server):
    async with wired(text_server) as wire:
        session = {"type": "transcription"}
        error = await wire.refusal({"type": "session.update", "session": session})
        assert error["message"] == (
            "Passing a transcription session update event to a realtime session is not allowed."
        )


@pytest.mark.parametrize("kind", ["response.create", "response.cancel"])
def test_there_are_no_responses(text_server, kind):
    @run
    async def talk() -> None:
        async with wired(text_server, query=QUERY) as wire:
            error = await wire.refusal({"type": kind})
            assert (error["code"], error["param"]) == ("invalid_value", "type")
            assert "'session.update'" in error["message"]
            assert "'response.create'" not in error["message"].partition("Supported")[2]

    talk()


async def configured(wire, model: str, turn_detection: dict | None) -> None:
    audio = {"transcription": {"model": model}, "turn_detection": turn_detection}
    session = {"type": "transcription", "audio": {"input": audio}}
    await wire.send({"type": "session.update", "session": session})
    await wire.one("session.updated")


@pytest.mark.slow
@run
async def test_a_streaming_model_tells_words_before_the_turn_is_over(speech_server):
    async with wired(speech_server, query=QUERY) as wire:
        await configured(wire, "gpt-realtime-whisper", {"type": "server_vad"})
        await wire.append(say(SENTENCE))
        events = await wire.until(DELTA)  # on sample time, the turn is still open
        await wire.append(PAUSE)
        events += await wire.until(COMPLETED)
        kinds = [event["type"] for event in events]
        assert order(events)[0] == "input_audio_buffer.speech_started"
        assert {event["item_id"] for event in events if "item_id" in event} == {
            events[-1]["item_id"]
        }
        told = "".join(event["delta"] for event in events if event["type"] == DELTA)
        assert wer(events[-1]["transcript"], told) <= 0.2
        assert wer(SENTENCE, events[-1]["transcript"]) <= 0.2
        assert not [kind for kind in kinds if kind.startswith("response.")]


@pytest.mark.slow
@run
async def test_with_turns_of_the_clients_words_come_before_the_commit(speech_server):
    async with wired(speech_server, query=QUERY) as wire:
        await configured(wire, "gpt-live-transcribe", None)
        await wire.append(say(SENTENCE))
        told = await wire.one(DELTA)
        await wire.send({"type": "input_audio_buffer.commit"})
        committed = (await wire.until("input_audio_buffer.committed"))[-1]
        assert committed["item_id"] == told["item_id"]
        completed = (await wire.until(COMPLETED))[-1]
        assert completed["usage"]["type"] == "duration"
        assert wer(SENTENCE, completed["transcript"]) <= 0.2


@pytest.mark.slow
@run
async def test_a_model_that_tells_speakers_apart_gets_one_segment_of_one_speaker(speech_server):
    async with wired(speech_server, query=QUERY) as wire:
        await configured(wire, "gpt-4o-transcribe-diarize", {"type": "server_vad"})
        await wire.append(say(SENTENCE) + PAUSE)
        segment, completed = (await wire.until(COMPLETED))[-2:]
        assert segment["type"] == "conversation.item.input_audio_transcription.segment"
        assert segment["item_id"] == completed["item_id"]
        assert (segment["text"], segment["speaker"]) == (completed["transcript"], "A")
        assert 0 == segment["start"] < segment["end"]


@pytest.mark.slow
@run
async def test_log_probabilities_come_where_they_are_asked_for(speech_server):
    async with wired(speech_server, query=QUERY) as wire:
        session = {
            "type": "transcription",
            "audio": {"input": {"transcription": {"model": "whisper-1"}}},
            "include": ["item.input_audio_transcription.logprobs"],
        }
        await wire.send({"type": "session.update", "session": session})
        await wire.one("session.updated")
        await wire.append(say("Hello, my name is Marcelo.") + PAUSE)
        completed = (await wire.until(COMPLETED))[-1]
        tokens = [entry["token"] for entry in completed["logprobs"]]
        assert "".join(tokens) == completed["transcript"]
