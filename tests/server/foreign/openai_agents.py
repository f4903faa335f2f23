"""openai-agents (Python) makes the five turns, and tells what it believes of them.

``python openai_agents.py URL KEY SOUNDS`` prints JSON; run in an environment of its own.
"""

import asyncio
import json
import sys
from contextlib import asynccontextmanager
from pathlib import Path

from agents import function_tool
from agents.realtime import RealtimeAgent, RealtimeModelSendRawMessage, RealtimeRunner

URL, KEY, SOUNDS = sys.argv[1], sys.argv[2], Path(sys.argv[3])
PATIENCE_S = 60
OUT_OF_BAND = {
    "conversation": "none",
    "metadata": {"topic": "sums"},
    "input": [
        {
            "type": "message",
            "role": "user",
            "content": [{"type": "input_text", "text": "What is two plus two?"}],
        }
    ],
}


@function_tool
def get_weather(city: str) -> str:
    """Look up the weather for a city."""
    return f"Foggy in {city}"


@asynccontextmanager
async def connected(modality):
    agent = RealtimeAgent(name="Ada", instructions="Be brief.", tools=[get_weather])
    settings = {
        "model_name": "gpt-realtime",
        "output_modalities": [modality],
        "input_audio_transcription": {"model": "gpt-4o-mini-transcribe"},
        "turn_detection": {"type": "server_vad", "interrupt_response": True},
    }
    runner = RealtimeRunner(agent, config={"model_settings": settings})
    connection = {"api_key": KEY, "url": f"{URL}?model=gpt-realtime"}
    async with await runner.run(model_config=connection) as session:
        yield session


async def until(session, satisfied):
    """Return the session's events up to the first that satisfies; an error ends the turn."""
    events = []
    async for event in session:
        if event.type == "error":
            raise RuntimeError(event.error)
        events.append(event)
        if satisfied(event):
            break
    return events


def frame(event):
    """Return the server's event in a raw one, {} for any other."""
    data = getattr(getattr(event, "data", None), "data", None)
    return data if isinstance(data, dict) else {}


def frames(events, kind):
    return [frame(event) for event in events if frame(event).get("type") == kind]


def ended(event):
    return event.type == "agent_end"


def latest_words(events, role):
    """Return the last words of a role in the client's own history."""
    histories = [event.history for event in events if event.type == "history_updated"]
    messages = [item for item in histories[-1] if item.type == "message" and item.role == role]
    [part] = messages[-1].content
    return getattr(part, "text", None) or getattr(part, "transcript", None)


async def text():
    async with connected("text") as session:
        await session.send_message("What is seven plus five?")
        return {"said": latest_words(await until(session, ended), "assistant")}


async def tool():
    async with connected("text") as session:
        await session.send_message("What is the weather in London?")
        events = [*await until(session, ended), *await until(session, ended)]
        [start] = [event for event in events if event.type == "tool_start"]
        return {
            "name": start.tool.name,
            "arguments": json.loads(start.arguments),
            "said": latest_words(events, "assistant"),
        }


async def audio():
    async with connected("audio") as session:
        await session.send_audio((SOUNDS / "sum.pcm").read_bytes())
        events = await until(session, ended)
        sound = b"".join(event.audio.data for event in events if event.type == "audio")
        return {
            "heard": latest_words(events, "user"),
            "said": latest_words(events, "assistant"),
            "sound_ms": len(sound) / 48,
        }


async def interruption():
    async with connected("audio") as session:
        await session.send_audio((SOUNDS / "story.pcm").read_bytes())
        await until(session, lambda event: event.type == "audio")
        await session.send_audio((SOUNDS / "stop.pcm").read_bytes())
        events = [*await until(session, ended), *await until(session, ended)]
        cancelled, completed = frames(events, "response.done")
        assert any(event.type == "audio_interrupted" for event in events)
        return {
            "status": cancelled["response"]["status"],
            "truncated": len(frames(events, "conversation.item.truncated")),
            "next": completed["response"]["status"],
        }


async def out_of_band():
    async with connected("text") as session:
        message = {"type": "response.create", "other_data": {"response": OUT_OF_BAND}}
        await session.model.send_event(RealtimeModelSendRawMessage(message=message))
        events = await until(session, ended)
        [done] = frames(events, "response.done")
        [item] = done["response"]["output"]
        return {
            "said": item["content"][0]["text"],
            "metadata": done["response"]["metadata"],
            "conversation_id": done["response"]["conversation_id"],
            "items": len(frames(events, "conversation.item.added")),
        }


async def main():
    turns = (text, tool, audio, interruption, out_of_band)
    return {turn.__name__: await asyncio.wait_for(turn(), PATIENCE_S) for turn in turns}


print(json.dumps(asyncio.run(main())))
