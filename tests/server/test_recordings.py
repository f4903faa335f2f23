"""The server against recordings of the real API: the same order and the same keys.

The recorded client frames are sent again, appends replaced by speech made here, and the
script brain gives the recorded answers. Delta counts, the interleaving of transcription
and the rate limits aside, the server must answer in the recorded order, with the recorded
keys. Azure's frames have a key of Azure's own.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rt_notebook.server.brains.choice import chosen
from tests.speech import say

from .conftest import serving
from .wire import Event, Wire, order, run, shape, wired

pytestmark = pytest.mark.slow

TRANSCRIPTION = "conversation.item.input_audio_transcription"
TURN_PAUSE = bytes(48 * 1000)

# GA name → beta name, for what both dialects send. Deltas are dropped (WebRTC carries the
# sound elsewhere), and so is what only one of them has, or has in another place.
BETA_NAMES = {
    "input_audio_buffer.speech_started": "input_audio_buffer.speech_started",
    "input_audio_buffer.speech_stopped": "input_audio_buffer.speech_stopped",
    "input_audio_buffer.committed": "input_audio_buffer.committed",
    "conversation.item.added": "conversation.item.created",
    "response.created": "response.created",
    "response.output_item.added": "response.output_item.added",
    "response.content_part.added": "response.content_part.added",
    "response.output_audio.done": "response.audio.done",
    "response.output_audio_transcript.done": "response.audio_transcript.done",
    "response.content_part.done": "response.content_part.done",
    "response.output_item.done": "response.output_item.done",
    "response.done": "response.done",
}


def frames(path: Path) -> list[tuple[str, Event]]:
    """Return (direction, event) of a recording."""
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [(line["dir"], line["ev"]) for line in lines if "ev" in line]


def comparable(events: list[Event]) -> list[Event]:
    """Return what both sides must have in the same order: of deltas, the first of each run."""
    kept: list[Event] = []
    run_of_deltas: set[str] = set()
    for event in events:
        kind = event["type"]
        if kind.startswith(TRANSCRIPTION) or kind == "rate_limits.updated":
            continue
        if not kind.endswith(".delta"):
            run_of_deltas.clear()
        elif kind in run_of_deltas:
            continue
        else:
            run_of_deltas.add(kind)
        kept.append(event)
    return kept


def script_of(recorded: list[tuple[str, Event]], path: Path) -> Path:
    """Write the script that gives the recorded answers."""
    done = [event["response"] for _, event in recorded if event["type"] == "response.done"]
    steps = [{"emit": [piece(item) for item in response["output"]]} for response in done]
    path.write_text("\n".join(map(json.dumps, steps)), "utf-8")
    return path


def piece(item: Event) -> Event:
    if item["type"] == "function_call":
        return {"call": item["name"], "arguments": json.loads(item["arguments"])}
    [part] = item["content"]
    return {"say": part.get("transcript") or part["text"]}


def words_of(events: list[Event]) -> list[list[Event]]:
    """Return what every response said and called."""
    done = [event["response"]["output"] for event in events if event["type"] == "response.done"]
    return [[piece(item) for item in output] for output in done]


async def replay(wire: Wire, recorded: list[tuple[str, Event]]) -> list[Event]:
    """Send the recorded client frames, each after the answer to the one before."""
    sent = [event for direction, event in recorded if direction == "c"]
    calls: list[str] = []
    for event in sent:
        if event["type"] == "conversation.item.create" and "call_id" in event["item"]:
            event = {**event, "item": {**event["item"], "call_id": calls.pop(0)}}
        await wire.send(event)
        last = {
            "session.update": "session.updated",
            "conversation.item.create": "conversation.item.done",
            "response.create": "response.done",
        }[event["type"]]
        events = await wire.until(last)
        if last == "response.done":
            output = events[-1]["response"]["output"]
            calls += [item["call_id"] for item in output if item["type"] == "function_call"]
    return wire.events


def same(got: list[Event], recorded: list[Event], ignored: frozenset[str] = frozenset()) -> None:
    got, recorded = comparable(got), comparable(recorded)
    assert [event["type"] for event in got] == [event["type"] for event in recorded]
    for ours, theirs in zip(got, recorded, strict=True):
        kept = {key: value for key, value in theirs.items() if key not in ignored}
        assert shape(ours) == shape(kept), ours["type"]


@pytest.mark.parametrize(
    "name",
    [
        "openai_ws__text_in_audio_out_turn",
        "openai_ws__message_history_seeding",
        "parity_ws__history_seeding_parity-openai-previous",
        "parity_ws__text_tool_round_parity-openai-previous",
        "azure_ws__text_in_audio_out_turn",
        "azure_ws__tool_call_round",
    ],
)
def test_a_recorded_conversation_is_answered_in_its_order_and_with_its_keys(
    shared, speech, tmp_path, name
):
    recorded = frames(shared / "recordings" / f"{name}.jsonl")
    brain = chosen(["script", str(script_of(recorded, tmp_path / "script.jsonl"))])
    with serving(speech, brain=brain) as url:

        @run
        async def talk() -> None:
            async with wired(url) as wire:
                got = await replay(wire, recorded)
            answers = [event for direction, event in recorded if direction == "s"]
            same(got, answers, frozenset({"content"} if name.startswith("azure") else ()))
            assert words_of(got) == words_of(answers)

        talk()


def test_recorded_spoken_turns_are_answered_in_their_order_and_with_their_keys(
    shared, speech, tmp_path
):
    name = "openai_ws__input_audio_retention_segments_three_server_vad_turns.jsonl"
    recorded = frames(shared / "recordings" / name)
    brain = chosen(["script", str(script_of(recorded, tmp_path / "script.jsonl"))])
    with serving(speech, brain=brain) as url:

        @run
        async def talk() -> None:
            async with wired(url) as wire:
                await wire.send(next(event for direction, event in recorded if direction == "c"))
                for _turn in range(3):
                    await wire.append(say("Hello, my name is Marcelo.") + TURN_PAUSE)
                    await wire.until("rate_limits.updated")
            answers = [event for direction, event in recorded if direction == "s"]
            same(wire.events, answers)
            assert words_of(wire.events) == words_of(answers)

        talk()


@run
async def test_a_recorded_interruption_has_its_order_in_ga_names(shared, speech_server):
    recorded = frames(shared / "recordings" / "semantic_kernel_1.jsonl")
    beta = [event["type"] for _direction, event in recorded]
    starts = [at for at, kind in enumerate(beta) if kind == "input_audio_buffer.speech_started"]
    # The second turn's answer is cancelled by the third turn before it has any output.
    expected = [kind for kind in beta[starts[1] :] if kind in BETA_NAMES.values()]
    async with wired(speech_server) as wire:
        # Faster than anything can be answered: the second turn interrupts the first one's answer.
        turn = say("Hello, my name is Marcelo.") + TURN_PAUSE
        await wire.append(turn + turn, chunk_ms=10_000)
        events = await wire.until("response.done") + await wire.until("response.done")
    got = [BETA_NAMES[event["type"]] for event in events if event["type"] in BETA_NAMES]
    assert got == expected
    cancelled = next(event for event in events if event["type"] == "response.done")["response"]
    assert cancelled["status_details"] == {"type": "cancelled", "reason": "turn_detected"}
    assert (cancelled["output"], cancelled["usage"]["total_tokens"]) == ([], 0)
    assert order(events)[-1] == "response.done"
