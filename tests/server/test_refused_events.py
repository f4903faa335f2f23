"""Client events that are refused: in the words of the API, and the session lives on."""

from __future__ import annotations

import base64

import pytest

from .wire import run, wired

TEXT = {"output_modalities": ["text"]}

REFUSED = {
    "no type": ({}, "invalid_event", None, "The 'type' field is missing."),
    "unknown type": (
        {"type": "response.explode"},
        "invalid_value",
        "type",
        "Invalid value: 'response.explode'. Supported values are: 'session.update', "
        "'input_audio_buffer.append', 'input_audio_buffer.commit', 'input_audio_buffer.clear', "
        "'conversation.item.create', 'conversation.item.retrieve', 'conversation.item.truncate', "
        "'conversation.item.delete', 'response.create', and 'response.cancel'.",
    ),
    "unknown session key": (
        {"type": "session.update", "session": {"type": "realtime", "x": 1}},
        "unknown_parameter",
        "session.x",
        "Unknown parameter: 'session.x'.",
    ),
    "no session type": (
        {"type": "session.update", "session": {}},
        "missing_required_parameter",
        "session.type",
        "Missing required parameter: 'session.type'.",
    ),
    "unknown response key": (
        {"type": "response.create", "response": {"temperature": 1}},
        "unknown_parameter",
        "response.temperature",
        "Unknown parameter: 'response.temperature'.",
    ),
    "unknown event key": (
        {"type": "response.cancel", "now": True},
        "unknown_parameter",
        "now",
        "Unknown parameter: 'now'.",
    ),
    "nothing to cancel": (
        {"type": "response.cancel"},
        "response_cancel_not_active",
        None,
        "Cancellation failed: no active response found",
    ),
    "empty commit": (
        {"type": "input_audio_buffer.commit"},
        "input_audio_buffer_commit_empty",
        None,
        "Error committing input audio buffer: buffer too small. Expected at least 100ms of "
        "audio, but buffer only has 0.00ms of audio.",
    ),
    "no audio": (
        {"type": "input_audio_buffer.append"},
        "missing_required_parameter",
        "audio",
        "Missing required parameter: 'audio'.",
    ),
    "audio of another type": (
        {"type": "input_audio_buffer.append", "audio": 5},
        "invalid_type",
        "audio",
        "Invalid type for 'audio': expected a string.",
    ),
    "audio that is not base64": (
        {"type": "input_audio_buffer.append", "audio": "@@@@"},
        "invalid_value",
        "audio",
        "Invalid 'audio'. Expected base64-encoded audio bytes (mono PCM16 at 24kHz), got text "
        "that is not base64.",
    ),
    "half a sample": (
        {"type": "input_audio_buffer.append", "audio": base64.b64encode(b"abc").decode()},
        "invalid_value",
        "audio",
        "Invalid 'audio'. Expected base64-encoded audio bytes (mono PCM16 at 24kHz), got "
        "3 bytes, an odd number.",
    ),
    "unknown item": (
        {"type": "conversation.item.truncate", "item_id": "x", "content_index": 0,
         "audio_end_ms": 0},
        "item_truncate_invalid_item_id",
        "item_id",
        "Error truncating item: the item with id 'x' does not exist.",
    ),
    "unknown tool call": (
        {"type": "conversation.item.create",
         "item": {"type": "function_call_output", "call_id": "call_x", "output": ""}},
        "invalid_tool_call_id",
        None,
        "Tool call ID 'call_x' not found in conversation.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("event", "code", "param", "message"), REFUSED.values(), ids=REFUSED)
def test_a_bad_event_is_refused_and_the_session_lives_on(text_server, event, code, param, message):
    @run
    async def talk() -> None:
        async with wired(text_server) as wire:
            error = await wire.refusal(event)
            assert error["type"] == "invalid_request_error"
            assert (error["code"], error["param"], error["message"]) == (code, param, message)
            await wire.configure(instructions="Still here.")

    talk()


@pytest.mark.parametrize(
    "frame",
    ["{", "[]", '"text"', "null", "", '{"type": NaN}', b'{"type": "response.create"}', "[" * 5000],
)
def test_what_is_no_event_is_refused_and_the_session_lives_on(text_server, frame):
    @run
    async def talk() -> None:
        async with wired(text_server) as wire:
            await wire.socket.send(frame)
            error = (await wire.one("error"))["error"]
            assert (error["code"], error["event_id"]) == ("invalid_event", None)
            await wire.configure(instructions="Still here.")

    talk()


@run
async def test_an_event_nested_too_deep_is_refused(text_server):
    async with wired(text_server) as wire:
        deep: dict = {}
        for _ in range(100):
            deep = {"properties": deep}
        tool = {"type": "function", "name": "f", "parameters": deep}
        session = {"type": "realtime", "tools": [tool]}
        error = await wire.refusal({"type": "session.update", "session": session})
        assert error["message"] == "The event is nested deeper than 64."


@run
async def test_half_a_surrogate_pair_does_not_end_the_session(text_server):
    async with wired(text_server) as wire:
        await wire.configure(**TEXT)
        await wire.say("\ud83d")
        assert (await wire.respond())[-2]["response"]["status"] == "completed"
        session = await wire.configure(instructions="Be \ud83d\ude00, not \ud83d.")
        assert session["instructions"] == "Be 😀, not \ufffd."


@pytest.mark.parametrize("given", ["1.2", True])
def test_a_value_of_another_type_is_refused_in_the_words_of_the_api(text_server, given):
    @run
    async def talk() -> None:
        async with wired(text_server) as wire:
            session = {"type": "realtime", "audio": {"output": {"speed": given}}}
            error = await wire.refusal({"type": "session.update", "session": session})
            assert error["code"] == "invalid_type"
            assert error["param"] == "session.audio.output.speed"
            assert error["message"].startswith(
                "Invalid type for 'session.audio.output.speed': expected a decimal, but got a "
            )

    talk()
