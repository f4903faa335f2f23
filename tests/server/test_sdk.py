"""The openai package as a foreign client: text, sound, a tool, an interruption, out of band."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.speech import say

from .test_connection import WEATHER
from .wire import KEY, run

pytestmark = pytest.mark.slow

PAUSE = bytes(48 * 900)


def client(url: str, key: str = KEY) -> Any:
    from openai import AsyncOpenAI

    base = url.removesuffix("/realtime")
    return AsyncOpenAI(
        api_key=key, websocket_base_url=base, base_url=base.replace("ws:", "http:", 1)
    )


def connected(url: str, **options: Any) -> Any:
    return client(url, **options).realtime.connect(model="gpt-realtime")


def text_session(**more: Any) -> Any:
    return {"type": "realtime", "output_modalities": ["text"], **more}


async def until(connection: Any, kind: str) -> list[Any]:
    events = [await connection.recv()]
    while events[-1].type != kind:
        assert events[-1].type != "error", events[-1]
        events.append(await connection.recv())
    return events


async def say_text(connection: Any, text: str) -> None:
    part = {"type": "input_text", "text": text}
    await connection.conversation.item.create(
        item={"type": "message", "role": "user", "content": [part]}
    )


async def send_sound(connection: Any, pcm: bytes) -> None:
    for at in range(0, len(pcm), 4800):
        audio = base64.b64encode(pcm[at : at + 4800]).decode()
        await connection.input_audio_buffer.append(audio=audio)


@run
async def test_a_text_turn(server_process):
    async with connected(server_process) as connection:
        await until(connection, "session.created")
        await connection.session.update(session=text_session())
        await say_text(connection, "What is seven plus five?")
        await connection.response.create()
        events = await until(connection, "response.done")
        words = "".join(e.delta for e in events if e.type == "response.output_text.delta")
        assert words.endswith("Seven plus five is twelve.")
        assert events[-1].response.usage.output_tokens > 0


@run
async def test_a_tool_turn(server_process):
    async with connected(server_process) as connection:
        await connection.session.update(session=text_session(tools=[WEATHER]))
        await say_text(connection, "What is the weather in London?")
        await connection.response.create()
        [call] = (await until(connection, "response.done"))[-1].response.output
        assert (call.type, call.name) == ("function_call", "get_weather")
        assert json.loads(call.arguments) == {"city": "London"}
        output = {"type": "function_call_output", "call_id": call.call_id, "output": "Foggy"}
        await connection.conversation.item.create(item=output)
        await connection.response.create()
        [answer] = (await until(connection, "response.done"))[-1].response.output
        assert "Foggy" in answer.content[0].text


@run
async def test_a_response_out_of_band(server_process):
    async with connected(server_process) as connection:
        part = {"type": "input_text", "text": "What is two plus two?"}
        question = {"type": "message", "role": "user", "content": [part]}
        response = {
            "conversation": "none",
            "output_modalities": ["text"],
            "metadata": {"topic": "sums"},
            "input": [question],
        }
        await connection.response.create(response=response)
        done = (await until(connection, "response.done"))[-1].response
        assert (done.conversation_id, done.metadata) == (None, {"topic": "sums"})
        assert "four" in done.output[0].content[0].text


@run
async def test_a_minted_key_opens_a_session(server_process):
    secret = await client(server_process).realtime.client_secrets.create(
        expires_after={"anchor": "created_at", "seconds": 60},
        session=text_session(instructions="Be brief."),
    )
    async with connected(server_process, key=secret.value) as connection:
        [created] = await until(connection, "session.created")
        assert created.session.instructions == "Be brief."


@run
async def test_a_spoken_turn_and_its_interruption(server_process):
    async with connected(server_process) as connection:
        transcription = {"model": "gpt-live-transcribe"}
        session = {"type": "realtime", "audio": {"input": {"transcription": transcription}}}
        await connection.session.update(session=session)
        await send_sound(connection, say("Tell me a long story.") + PAUSE)
        heard = await until(connection, "response.output_audio.delta")
        completed = "conversation.item.input_audio_transcription.completed"
        transcripts = [event.transcript for event in heard if event.type == completed]
        assert not transcripts or "story" in transcripts[0].lower()
        await send_sound(connection, say("Stop it, please.") + PAUSE)
        first = (await until(connection, "response.done"))[-1].response
        assert first.status == "cancelled"
        assert first.status_details.reason == "turn_detected"
        [message] = first.output
        await connection.conversation.item.truncate(
            item_id=message.id, content_index=0, audio_end_ms=50
        )
        await until(connection, "conversation.item.truncated")
        events = await until(connection, "response.done")
        assert events[-1].response.status == "completed"
        deltas = [e.delta for e in events if e.type == "response.output_audio.delta"]
        [said] = [e.transcript for e in events if e.type.endswith("audio_transcript.done")]
        sound = b"".join(map(base64.b64decode, deltas))
        assert len(sound) / 48 > 100 * len(said.split())  # milliseconds
