"""The server against recordings of the real API: the same order and the same keys.

The recorded client frames are sent again where they were sent, appends replaced by speech
made here, and the script brain gives the recorded answers. Delta counts, the interleaving
of transcription and the rate limits aside, the server must answer in the recorded order,
with the recorded keys. What a provider has of its own stands in a table.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from rt_notebook.server.brains.choice import chosen
from rt_notebook.server.speech import Speech
from tests.speech import say

from .conftest import serving
from .test_limits import Endless
from .wire import KEY, Event, Wire, run

pytestmark = pytest.mark.slow

Recording = list[tuple[str, Event]]  # direction, event

TRANSCRIPTION = "conversation.item.input_audio_transcription"
SPEECH_STARTED = "input_audio_buffer.speech_started"
TURN = "Hello, my name is Marcelo."
TURN_PAUSE = bytes(48 * 1000)
ELIDED = ("_elided", ["_elided"])


@dataclass(frozen=True)
class Provider:
    """Who was recorded, and what that one has of its own.

    Parameters
    ----------
    dialect : {"ga", "beta"}
        How it speaks.
    types : tuple of str
        Beginnings of the types that are not compared.
    paths : tuple of str
        What only one side has in its events, or has in another shape.
    with_nulls : bool
        Whether the recording tells null from absent.
    """

    dialect: str = "ga"
    types: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    with_nulls: bool = True


OPENAI = Provider()
AZURE = Provider(paths=("content",))
VOICE_LIVE = Provider(
    "beta",
    types=("conversation.item.done",),
    paths=(
        *(
            f"session.{key}"
            for key in (
                # Voice Live's
                "animation",
                "avatar",
                "input_audio_echo_cancellation",
                "input_audio_sampling_rate",
                "input_audio_transcription.custom_speech",
                "input_audio_transcription.phrase_list",
                "output_audio_timestamp_types",
                "truncation_strategy",
                "turn_detection.appended_text_after_truncation",
                "turn_detection.auto_truncate",
                "turn_detection.end_of_utterance_detection",
                "turn_detection.speech_duration_ms",
                # OpenAI's
                "prompt",
                "speed",
                "temperature",
                "tracing",
                "truncation",
                # an object there, a name here
                "voice",
            )
        ),
        "response.voice",
        "response.usage.output_token_details.reasoning_tokens",
    ),
)
#: OpenAI's beta of February 2025, over WebRTC, printed by an SDK's model.
BETA_WEBRTC = Provider(
    "beta",
    types=("output_audio_buffer.",),
    paths=(
        # not yet there
        "session.speed",
        "session.truncation",
        "session.turn_detection.interrupt_response",
        "response.usage.input_token_details.cached_tokens_details.image_tokens",
        "response.usage.input_token_details.image_tokens",
    ),
    with_nulls=False,
)
BETA_TEXT = Provider("beta")

TALKS = {
    "openai_ws__text_in_audio_out_turn": OPENAI,
    "openai_ws__message_history_seeding": OPENAI,
    "openai_ws__input_audio_retention_segments_three_server_vad_turns": OPENAI,
    "parity_ws__history_seeding_parity-openai-previous": OPENAI,
    "parity_ws__text_tool_round_parity-openai-previous": OPENAI,
    "azure_ws__text_in_audio_out_turn": AZURE,
    "azure_ws__tool_call_round": AZURE,
    "azure_voice_live_ws__audio_in_server_vad_turn": VOICE_LIVE,
    "azure_voice_live_ws__tool_call_round": VOICE_LIVE,
}
#: Recordings that have a test of another form, and why.
ELSEWHERE = {
    "liusida_text_with_metadata": "the server's frames of one response only",
    "semantic_kernel_1": "the server's frames only, without the deltas of audio",
    "errors": "single frames",
    "webrtc__create_client_secret": "HTTP, in test_minting",
}


def frames(path: Path) -> Recording:
    """Return what was recorded, in wire order."""
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [(line["dir"], line["ev"]) for line in lines if "ev" in line]


def recording(shared: Path, name: str) -> Recording:
    return frames(shared / "recordings" / f"{name}.jsonl")


def comparable(events: list[Event], provider: Provider) -> list[Event]:
    """Return what both sides must have in the same order: of deltas, the first of each run."""
    kept: list[Event] = []
    run_of_deltas: set[str] = set()
    for event in events:
        kind = event["type"]
        if kind.startswith((TRANSCRIPTION, "rate_limits.updated", *provider.types)):
            continue
        if not kind.endswith(".delta"):
            run_of_deltas.clear()
        elif kind in run_of_deltas:
            continue
        else:
            run_of_deltas.add(kind)
        kept.append(event)
    return kept


def same(got: list[Event], recorded: list[Event], provider: Provider) -> None:
    """Fail unless both have the same types in the same order, each with the same keys."""
    got, recorded = comparable(got, provider), comparable(recorded, provider)
    assert [event["type"] for event in got] == [event["type"] for event in recorded]
    for ours, theirs in zip(got, recorded, strict=True):
        left_out = [*provider.paths, *(path for path, leaf in leaves(theirs) if leaf in ELIDED)]
        assert paths(ours, left_out, provider) == paths(theirs, left_out, provider), ours["type"]


def paths(event: Event, left_out: list[str], provider: Provider) -> set[str]:
    """Return where an event has values: ``response.output[0].id``."""
    return {
        path
        for path, leaf in leaves(event)
        if provider.with_nulls or leaf is not None
        if not any(path == out or path.startswith((f"{out}.", f"{out}[")) for out in left_out)
    }


def leaves(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Yield what holds no other objects, and where it is."""
    if isinstance(value, dict) and value:
        for key, part in value.items():
            yield from leaves(part, f"{at}.{key}")
    elif isinstance(value, list) and any(isinstance(part, dict) for part in value):
        for place, part in enumerate(value):
            yield from leaves(part, f"{at}[{place}]")
    else:
        yield at.lstrip("."), value


def script_of(recorded: Recording, path: Path) -> Path:
    """Write the script that gives the recorded answers."""
    steps = [{"emit": answer or [{"say": "Never said."}]} for answer in words_of(told(recorded))]
    path.write_text("\n".join(map(json.dumps, steps)), "utf-8")
    return path


def told(recorded: Recording) -> list[Event]:
    """Return the server's events."""
    return [event for direction, event in recorded if direction == "s"]


def words_of(events: list[Event]) -> list[list[Event]]:
    """Return what every response said and called."""
    done = [event["response"]["output"] for event in events if event["type"] == "response.done"]
    return [[piece(item) for item in output] for output in done]


def piece(item: Event) -> Event:
    if item["type"] == "function_call":
        return {"call": item["name"], "arguments": json.loads(item["arguments"])}
    [part] = item["content"]
    return {"say": part.get("transcript") or part["text"]}


def scripted(speech: Speech, recorded: Recording, folder: Path) -> AbstractContextManager[str]:
    brain = chosen(["script", str(script_of(recorded, folder / "script.jsonl"))])
    return serving(speech, brain=brain)


@asynccontextmanager
async def talking(url: str, dialect: str = "ga") -> AsyncIterator[Wire]:
    headers = {"Authorization": f"Bearer {KEY}"}
    if dialect == "beta":
        headers["OpenAI-Beta"] = "realtime=v1"
    async with connect(url, additional_headers=headers, max_size=None) as socket:
        yield Wire(socket, dialect)


async def replay(wire: Wire, recorded: Recording, provider: Provider) -> None:
    """Send every recorded client frame when all was answered that came before it.

    Speech is sent where it was heard, in place of the appends.
    """
    before: list[Event] = []
    for direction, event in recorded:
        if direction == "s" and event["type"] == SPEECH_STARTED:
            await answered(wire, before, provider)
            await wire.append(say(TURN) + TURN_PAUSE)
        if direction == "s":
            before.append(event)
        elif event["type"] != "input_audio_buffer.append":
            await answered(wire, before, provider)
            await wire.send(with_our_calls(known_here(event, provider), before, wire.events))
    await answered(wire, before, provider)


async def answered(wire: Wire, recorded: list[Event], provider: Provider) -> None:
    """Receive until as much came as was recorded."""
    wanted = len(comparable(recorded, provider))
    while len(comparable(wire.events, provider)) < wanted:
        await wire.receive()


def known_here(event: Event, provider: Provider) -> Event:
    """Return a client frame without what only its provider's sessions have."""
    session = event.get("session")
    if session is None:
        return event
    kept = {k: v for k, v in session.items() if f"session.{k}" not in provider.paths}
    return {**event, "session": kept}


def with_our_calls(event: Event, theirs: list[Event], ours: list[Event]) -> Event:
    """Return a client frame with the id of our call in place of the recorded one's."""
    item = event.get("item", {})
    if item.get("type") != "function_call_output":
        return event
    place = calls_of(theirs).index(item["call_id"])
    return {**event, "item": {**item, "call_id": calls_of(ours)[place]}}


def calls_of(events: list[Event]) -> list[str]:
    kind = "response.function_call_arguments.done"
    return [event["call_id"] for event in events if event["type"] == kind]


def test_every_recording_is_replayed_here_or_has_its_reason(shared):
    there = {path.stem for path in (shared / "recordings").glob("*.jsonl")}
    assert there == {*TALKS, *ELSEWHERE}


@pytest.mark.parametrize("name", TALKS)
def test_a_recorded_talk_is_answered_in_its_order_and_with_its_keys(shared, speech, tmp_path, name):
    recorded, provider = recording(shared, name), TALKS[name]
    with scripted(speech, recorded, tmp_path) as url:

        @run
        async def talk() -> None:
            async with talking(url, provider.dialect) as wire:
                await replay(wire, recorded, provider)
            same(wire.events, told(recorded), provider)
            assert words_of(wire.events) == words_of(told(recorded))

        talk()


def test_a_recorded_beta_response_has_its_order_keys_and_metadata(shared, tmp_path):
    recorded = recording(shared, "liusida_text_with_metadata")
    created, done = told(recorded)[0]["response"], told(recorded)[-1]["response"]
    [text] = [event["text"] for event in told(recorded) if event["type"] == "response.text.done"]
    script = tmp_path / "script.jsonl"
    script.write_text(json.dumps({"emit": [{"say": text}]}), "utf-8")
    with serving(Speech(), brain=chosen(["script", str(script)])) as url:

        @run
        async def talk() -> None:
            async with talking(url, "beta") as wire:
                await wire.one("session.created")
                asked = {key: created[key] for key in ("modalities", "metadata")}
                await wire.send({"type": "response.create", "response": asked})
                events = await wire.until("response.done")
            same(events, told(recorded), BETA_TEXT)
            assert events[-1]["response"]["metadata"] == done["metadata"]

        talk()


def test_a_recorded_interruption_has_its_order_and_its_keys(shared, speech, tmp_path):
    recorded = recording(shared, "semantic_kernel_1")
    without_audio = [e for e in told(recorded) if e["type"] != "response.audio.delta"]
    with scripted(speech, recorded, tmp_path) as url:

        @run
        async def talk() -> None:
            async with talking(url, "beta") as wire:
                await wire.send({"type": "session.update", "session": {}})
                await wire.until("session.updated")
                await wire.send({"type": "response.create"})
                await wire.until("response.done")
                turn = say(TURN) + TURN_PAUSE
                await wire.append(turn)
                await wire.until("response.done")
                # Faster than anything can be answered: the last turn interrupts the answer
                # to the one before it.
                await wire.append(turn + turn, chunk_ms=10_000)
                events = await wire.until("response.done") + await wire.until("response.done")
            got = [event for event in wire.events if event["type"] != "response.audio.delta"]
            same(got, without_audio, BETA_WEBRTC)
            cancelled = next(e for e in events if e["type"] == "response.done")["response"]
            assert cancelled["status_details"] == {"type": "cancelled", "reason": "turn_detected"}
            assert (cancelled["output"], cancelled["usage"]["total_tokens"]) == ([], 0)

        talk()


def test_a_recorded_refusal_has_its_words_and_keys(shared):
    asked = {"type": "response.create", "response": {"output_modalities": ["text"]}}
    recorded = {e["error"]["code"]: e["error"] for e in errors(shared)}
    with serving(Speech(), brain=Endless) as url:

        @run
        async def talk() -> None:
            async with talking(url) as wire:
                await wire.one("session.created")
                await wire.send(asked)
                created = await wire.one("response.created")
                await wire.send(asked)
                theirs = recorded.pop("conversation_already_has_active_response")
                words = re.sub(r"resp_\w+", created["response"]["id"], theirs["message"])
                assert (await wire.one("error"))["error"] == {**theirs, "message": words}
            async with talking(url, "beta") as wire:
                await wire.one("session.created")
                theirs = recorded.pop("unknown_parameter")
                session = {"input_audio_transcription": {"enabled": True}}
                update = {"type": "session.update", "session": session}
                await wire.send({**update, "event_id": theirs["event_id"]})
                assert (await wire.one("error"))["error"] == theirs

        talk()
    # The older form has no code; the end of the beta dialect has a test of its own.
    assert set(recorded) == {None, "beta_api_shape_disabled"}


def errors(shared: Path) -> list[Event]:
    return [event for event in told(recording(shared, "errors")) if event["type"] == "error"]


def test_the_recorded_end_of_the_beta_dialect(shared):
    recorded = recording(shared, "errors")
    [theirs] = [e for e in errors(shared) if e["error"]["code"] == "beta_api_shape_disabled"]
    [close] = [event for direction, event in recorded if direction == "close"]
    with serving(Speech(), sunset=True) as url:

        @run
        async def talk() -> None:
            async with talking(url, "beta") as wire:
                assert (await wire.one("error"))["error"] == theirs["error"]
                with pytest.raises(ConnectionClosed) as closed:
                    await wire.socket.recv()
                frame = closed.value.rcvd
                assert {"code": frame.code, "reason": frame.reason} == close

        talk()
