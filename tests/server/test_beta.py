"""The beta dialect end to end, and the answer that OpenAI gives to it today."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from rt_notebook.server.speech import Speech

from .conftest import serving
from .http import post
from .test_minting import CLIENT_SECRETS
from .wire import KEY, Wire, order, run, wired

HEADERS = {"Authorization": f"Bearer {KEY}", "OpenAI-Beta": "realtime=v1"}

# Hand-written from recorded beta sessions: GA's ladder under the old names, one event for
# what GA says with two, and the rate limits at the beginning.
TEXT_LADDER = [
    "response.created",
    "rate_limits.updated",
    "response.output_item.added",
    "conversation.item.created",
    "response.content_part.added",
    "response.text.delta",
    "response.text.done",
    "response.content_part.done",
    "response.output_item.done",
    "response.done",
]


@asynccontextmanager
async def beta_wired(url: str, **options) -> AsyncIterator[Wire]:
    async with connect(url, **(options or {"additional_headers": HEADERS})) as socket:
        wire = Wire(socket, "beta")
        await wire.one("session.created")
        yield wire


async def said(wire: Wire, text: str) -> dict:
    part = {"type": "input_text", "text": text}
    item = {"type": "message", "role": "user", "content": [part]}
    await wire.send({"type": "conversation.item.create", "item": item})
    return await wire.one("conversation.item.created")


@run
async def test_a_beta_session_is_flat_and_has_a_temperature(text_server):
    async with beta_wired(text_server) as wire:
        session = wire.events[0]["session"]
        assert session["temperature"] == 0.8
        assert session["modalities"] == ["audio", "text"]
        assert session["voice"] == "alloy"
        assert session["input_audio_format"] == session["output_audio_format"] == "pcm16"
        assert session["turn_detection"]["type"] == "server_vad"
        assert session["max_response_output_tokens"] == "inf"
        assert not {"type", "audio", "output_modalities"} & set(session)


@run
async def test_a_text_turn_climbs_the_recorded_beta_ladder(text_server):
    async with beta_wired(text_server) as wire:
        session = {"modalities": ["text"], "temperature": 0.7, "turn_detection": None}
        await wire.send({"type": "session.update", "session": session})
        updated = (await wire.one("session.updated"))["session"]
        assert (updated["temperature"], updated["modalities"]) == (0.7, ["text"])
        assert updated["turn_detection"] is None
        created = await said(wire, "hello")
        assert created["item"]["object"] == "realtime.item"
        await wire.send({"type": "response.create"})
        events = await wire.until("response.done")
        assert order(events) == TEXT_LADDER
        response = events[-1]["response"]
        assert set(response) == {
            "object", "id", "status", "status_details", "output", "conversation_id", "modalities",
            "voice", "output_audio_format", "temperature", "max_output_tokens", "usage", "metadata",
        }  # fmt: skip
        assert (response["temperature"], response["modalities"]) == (0.7, ["text"])
        [item] = response["output"]
        assert item["object"] == "realtime.item"
        assert item["content"][0]["type"] == "text"


@run
async def test_one_response_may_have_a_temperature_of_its_own(text_server):
    async with beta_wired(text_server) as wire:
        response = {"modalities": ["text"], "temperature": 1.1}
        await wire.send({"type": "response.create", "response": response})
        assert (await wire.until("response.done"))[-1]["response"]["temperature"] == 1.1


@run
async def test_a_conversation_of_any_name_is_the_one_there_is(text_server):
    async with beta_wired(text_server) as wire:
        response = {"modalities": ["text"], "conversation": "support"}
        await wire.send({"type": "response.create", "response": response})
        done = (await wire.until("response.done"))[-1]["response"]
        assert done["status"] == "completed"
        assert done["conversation_id"].startswith("conv_")


@run
async def test_a_conversation_is_named_by_a_text(text_server):
    async with beta_wired(text_server) as wire:
        await wire.send({"type": "response.create", "response": {"conversation": 7}})
        error = (await wire.one("error"))["error"]
        assert error["param"] == "response.conversation"


@pytest.mark.parametrize(
    ("session", "code", "param"),
    [
        ({"temperature": 1.3}, "invalid_value", "session.temperature"),
        ({"temperature": "warm"}, "invalid_type", "session.temperature"),
        ({"speed": 9}, "invalid_value", "session.speed"),
        ({"input_audio_format": "mp3"}, "invalid_value", "session.input_audio_format"),
        ({"warmth": 1}, "unknown_parameter", "session.warmth"),
        ({"audio": {"input": {}}}, "unknown_parameter", "session.audio"),
        ({"output_modalities": ["text"]}, "unknown_parameter", "session.output_modalities"),
        ({"max_output_tokens": 5}, "unknown_parameter", "session.max_output_tokens"),
    ],
)
def test_beta_errors_name_what_the_beta_client_sent(text_server, session, code, param):
    @run
    async def talk() -> None:
        async with beta_wired(text_server) as wire:
            await wire.send({"type": "session.update", "session": session})
            error = (await wire.one("error"))["error"]
            assert (error["code"], error["param"]) == (code, param)

    talk()


@run
async def test_beta_errors_list_the_formats_that_beta_has(text_server):
    async with beta_wired(text_server) as wire:
        session = {"input_audio_format": "pcm24"}
        await wire.send({"type": "session.update", "session": session})
        assert (await wire.one("error"))["error"]["message"] == (
            "Invalid value: 'pcm24'. Supported values are: 'pcm16', 'g711_ulaw', and 'g711_alaw'."
        )


@run
async def test_a_ga_session_has_no_temperature(text_server):
    async with wired(text_server) as wire:
        session = {"type": "realtime", "temperature": 0.7}
        error = await wire.refusal({"type": "session.update", "session": session})
        assert error["message"] == "Unknown parameter: 'session.temperature'."


@run
async def test_a_browser_asks_for_beta_by_a_subprotocol(text_server):
    protocols = ["realtime", f"openai-insecure-api-key.{KEY}", "openai-beta.realtime-v1"]
    async with beta_wired(text_server, subprotocols=protocols) as wire:
        assert wire.socket.subprotocol == "realtime"
        assert "modalities" in wire.events[0]["session"]


def test_a_key_minted_the_old_way_keeps_its_temperature_in_a_beta_session(text_server):
    status, answer, _ = post(text_server, "/v1/realtime/sessions", {"temperature": 0.6})
    assert status == 200

    @run
    async def talk() -> None:
        key = answer["client_secret"]["value"]
        headers = {**HEADERS, "Authorization": f"Bearer {key}"}
        async with beta_wired(text_server, additional_headers=headers) as wire:
            assert wire.events[0]["session"]["temperature"] == 0.6

    talk()


def test_after_its_sunset_beta_gets_one_error_and_close_4000():
    with serving(Speech(), sunset=True) as url:

        @run
        async def talk() -> None:
            async with connect(url, additional_headers=HEADERS) as socket:
                event = json.loads(await socket.recv())
                assert event["type"] == "error"
                assert event["error"] == {
                    "type": "invalid_request_error",
                    "code": "beta_api_shape_disabled",
                    "message": "The Realtime Beta API is no longer supported. Please use "
                    "/v1/realtime for the GA API.",
                    "param": None,
                    "event_id": None,
                }
                with pytest.raises(ConnectionClosed) as closed:
                    await socket.recv()
                assert closed.value.rcvd.code == 4000
                assert closed.value.rcvd.reason == "invalid_request_error.beta_api_shape_disabled"
            async with wired(url) as wire:
                await wire.configure(instructions="GA goes on.")

        talk()
        assert post(url, CLIENT_SECRETS, {})[0] == 200
