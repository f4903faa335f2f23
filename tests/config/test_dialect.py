"""GA and beta on the wire: names, nesting and parts, by hand; recordings without loss."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rt_notebook import Secret
from rt_notebook.config.dialect import from_wire, to_wire
from rt_notebook.errors import ConfigError

PCM = {"type": "audio/pcm", "rate": 24000}

#: GA name → beta name, from Azure's migration guide.
RENAMED = {
    "response.output_text.delta": "response.text.delta",
    "response.output_text.done": "response.text.done",
    "response.output_audio.delta": "response.audio.delta",
    "response.output_audio.done": "response.audio.done",
    "response.output_audio_transcript.delta": "response.audio_transcript.delta",
    "response.output_audio_transcript.done": "response.audio_transcript.done",
    "conversation.item.added": "conversation.item.created",
}
SAME = [
    "conversation.item.deleted",
    "conversation.item.done",
    "conversation.item.input_audio_transcription.completed",
    "conversation.item.input_audio_transcription.delta",
    "conversation.item.input_audio_transcription.failed",
    "conversation.item.truncate",
    "conversation.item.truncated",
    "input_audio_buffer.append",
    "input_audio_buffer.commit",
    "input_audio_buffer.committed",
    "input_audio_buffer.speech_started",
    "input_audio_buffer.speech_stopped",
    "rate_limits.updated",
    "response.cancel",
    "response.function_call_arguments.delta",
    "response.function_call_arguments.done",
    "response.mcp_call.completed",
    "something.new",
]


def assistant(kind, **fields):
    content = [{"type": kind, **fields}]
    return {"id": "item_1", "type": "message", "role": "assistant", "content": content}


SPOKEN = (
    assistant("output_audio", transcript="Sales."),
    assistant("audio", transcript="Sales."),
)
WRITTEN = (assistant("output_text", text="Sales."), assistant("text", text="Sales."))
QUESTION = {
    "type": "message",
    "role": "user",
    "content": [{"type": "input_text", "text": "support or sales?"}],
}

#: The same event in GA and in beta.
PAIRS = {
    "a session of a server": (
        {
            "type": "session.created",
            "event_id": "event_1",
            "session": {
                "type": "realtime",
                "object": "realtime.session",
                "id": "sess_1",
                "model": "gpt-4o-realtime-preview",
                "output_modalities": ["audio", "text"],
                "instructions": "…",
                "tools": [],
                "tool_choice": "auto",
                "max_output_tokens": "inf",
                "temperature": 0.8,
                "tracing": None,
                "expires_at": 1756324625,
                "audio": {
                    "input": {
                        "format": PCM,
                        "transcription": {"model": "whisper-1"},
                        "noise_reduction": None,
                        "turn_detection": {"type": "server_vad", "threshold": 0.5},
                    },
                    "output": {"format": {"type": "audio/pcmu"}, "voice": "alloy", "speed": 1.0},
                },
            },
        },
        {
            "type": "session.created",
            "event_id": "event_1",
            "session": {
                "object": "realtime.session",
                "id": "sess_1",
                "model": "gpt-4o-realtime-preview",
                "modalities": ["audio", "text"],
                "instructions": "…",
                "tools": [],
                "tool_choice": "auto",
                "max_response_output_tokens": "inf",
                "temperature": 0.8,
                "tracing": None,
                "expires_at": 1756324625,
                "input_audio_format": "pcm16",
                "input_audio_transcription": {"model": "whisper-1"},
                "input_audio_noise_reduction": None,
                "turn_detection": {"type": "server_vad", "threshold": 0.5},
                "output_audio_format": "g711_ulaw",
                "voice": "alloy",
                "speed": 1.0,
            },
        },
    ),
    "a transcription session": (
        {
            "type": "session.updated",
            "session": {
                "type": "transcription",
                "audio": {"input": {"format": PCM, "turn_detection": None}},
            },
        },
        {
            "type": "transcription_session.updated",
            "session": {"input_audio_format": "pcm16", "turn_detection": None},
        },
    ),
    "an update of a client": (
        {
            "type": "session.update",
            "event_id": "e1",
            "session": {
                "type": "realtime",
                "output_modalities": ["audio"],
                "tool_choice": {"type": "function", "name": "weather"},
                "audio": {"input": {"format": {"type": "audio/pcma"}, "turn_detection": None}},
            },
        },
        {
            "type": "session.update",
            "event_id": "e1",
            "session": {
                "modalities": ["text", "audio"],
                "tool_choice": {"type": "function", "function": {"name": "weather"}},
                "input_audio_format": "g711_alaw",
                "turn_detection": None,
            },
        },
    ),
    "a request for a response": (
        {
            "type": "response.create",
            "response": {
                "conversation": "none",
                "input": [QUESTION, WRITTEN[0], {"type": "item_reference", "id": "item_9"}],
                "max_output_tokens": 50,
                "output_modalities": ["text"],
                "audio": {"output": {"format": PCM, "voice": "alloy"}},
                "metadata": {"topic": "x"},
            },
        },
        {
            "type": "response.create",
            "response": {
                "conversation": "none",
                "input": [QUESTION, WRITTEN[1], {"type": "item_reference", "id": "item_9"}],
                "max_response_output_tokens": 50,
                "modalities": ["text"],
                "output_audio_format": "pcm16",
                "voice": "alloy",
                "metadata": {"topic": "x"},
            },
        },
    ),
    "a response of a server": (
        {
            "type": "response.done",
            "response": {
                "id": "resp_1",
                "output": [SPOKEN[0]],
                "output_modalities": ["audio", "text"],
                "audio": {"output": {"format": PCM, "voice": "alloy"}},
                "temperature": 0.8,
                "max_output_tokens": "inf",
            },
        },
        {
            "type": "response.done",
            "response": {
                "id": "resp_1",
                "output": [SPOKEN[1]],
                "modalities": ["audio", "text"],
                "output_audio_format": "pcm16",
                "voice": "alloy",
                "temperature": 0.8,
                "max_output_tokens": "inf",
            },
        },
    ),
    "an item of the assistant": (
        {"type": "conversation.item.create", "item": WRITTEN[0]},
        {"type": "conversation.item.create", "item": WRITTEN[1]},
    ),
    "an item of the user": (
        {"type": "conversation.item.create", "item": QUESTION},
        {"type": "conversation.item.create", "item": QUESTION},
    ),
    "an item that was added": (
        {"type": "conversation.item.added", "previous_item_id": None, "item": SPOKEN[0]},
        {"type": "conversation.item.created", "previous_item_id": None, "item": SPOKEN[1]},
    ),
    "a part, which has its short name in both": (
        {"type": "response.content_part.added", "part": {"type": "audio", "transcript": ""}},
        {"type": "response.content_part.added", "part": {"type": "audio", "transcript": ""}},
    ),
    "an error about a field": (
        {"type": "error", "error": {"param": "session.audio.input.transcription.model"}},
        {"type": "error", "error": {"param": "session.input_audio_transcription.model"}},
    ),
    "an error about nothing": (
        {"type": "error", "error": {"param": None, "code": "invalid_event"}},
        {"type": "error", "error": {"param": None, "code": "invalid_event"}},
    ),
    "a format of Voice Live": (
        {
            "type": "session.updated",
            "session": {
                "type": "realtime",
                "audio": {"output": {"format": {"type": "pcm16_16000hz"}}},
            },
        },
        {"type": "session.updated", "session": {"output_audio_format": "pcm16_16000hz"}},
    ),
}


@pytest.mark.parametrize(("ga", "beta"), PAIRS.values(), ids=PAIRS.keys())
def test_an_event_is_spelled_in_both_dialects(ga, beta):
    assert to_wire(ga, "beta") == beta
    assert from_wire(beta, "beta") == ga


@pytest.mark.parametrize(("ga", "beta"), RENAMED.items())
def test_renamed_events_keep_their_fields(ga, beta):
    fields = {"event_id": "event_1", "item_id": "item_1", "delta": "x", "obfuscation": "y"}
    assert to_wire({"type": ga, **fields}, "beta") == {"type": beta, **fields}
    assert from_wire({"type": beta, **fields}, "beta") == {"type": ga, **fields}


@pytest.mark.parametrize("name", SAME)
def test_all_other_events_pass_as_they_are(name):
    event = {"type": name, "event_id": "event_1", "anything": [1, {"voice": "x"}]}
    assert to_wire(event, "beta") == event
    assert from_wire(event, "beta") == event


@pytest.mark.parametrize(("ga", "beta"), PAIRS.values(), ids=PAIRS.keys())
def test_ga_is_the_wire_of_ga(ga, beta):
    for event in (ga, beta):
        assert to_wire(event, "ga") is event
        assert from_wire(event, "ga") is event


@pytest.mark.parametrize("modalities", [["text", "audio"], ["audio", "text"]])
def test_a_server_reads_text_and_audio_of_a_client_as_audio(modalities):
    event = from_wire({"type": "session.update", "session": {"modalities": modalities}}, "beta")
    assert event["session"]["output_modalities"] == ["audio"]


def test_of_a_server_the_modalities_are_kept_as_told():
    for modalities in (["audio"], ["audio", "text"], ["text", "audio"]):
        event = {"type": "session.updated", "session": {"modalities": modalities}}
        ga = from_wire(event, "beta")
        assert ga["session"]["output_modalities"] == modalities
        assert to_wire(ga, "beta") == event


REFUSED = {
    "truncation": {"truncation": "auto"},
    "reasoning": {"reasoning": {"effort": "low"}},
    "parallel_tool_calls": {"parallel_tool_calls": True},
    "audio.output.voice.id": {"audio": {"output": {"voice": {"id": "voice_1"}}}},
    "audio.input.noise_reduction.strength": {
        "audio": {"input": {"noise_reduction": {"type": "far_field", "strength": 0.5}}}
    },
    "audio.input.transcription.delay": {"audio": {"input": {"transcription": {"delay": "low"}}}},
    "audio.input.transcription.keywords": {"audio": {"input": {"transcription": {"keywords": []}}}},
    "audio.input.transcription.languages": {
        "audio": {"input": {"transcription": {"languages": ["en"]}}}
    },
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_beta_cannot_say_is_refused_of_a_client_and_kept_of_a_server(name):
    session = {"type": "realtime", **REFUSED[name]}
    with pytest.raises(ConfigError) as refusal:
        to_wire({"type": "session.update", "session": session}, "beta")
    assert str(refusal.value) == (
        f"the beta dialect has no {name}: leave it out, or use dialect='ga'"
    )
    told = {"type": "session.updated", "session": session}
    assert from_wire(to_wire(told, "beta"), "beta") == told


def test_secrets_stay_secrets_on_the_way():
    tool = {"type": "mcp", "server_label": "docs", "authorization": Secret("sk-hidden")}
    event = {"type": "session.update", "session": {"type": "realtime", "tools": [tool]}}
    assert to_wire(event, "beta")["session"]["tools"] == [tool]


# Recordings


def recorded(path: Path):
    """Yield the events of a recording and who sent them."""
    for line in path.read_text("utf-8").splitlines():
        entry = json.loads(line)
        if entry.get("dir") in ("c", "s"):
            yield entry["dir"], entry["ev"]


BETA = (
    "azure_voice_live_ws__audio_in_server_vad_turn",
    "azure_voice_live_ws__tool_call_round",
    "semantic_kernel_1",
    "liusida_text_with_metadata",
)
GA = (
    "azure_ws__text_in_audio_out_turn",
    "azure_ws__tool_call_round",
    "openai_ws__input_audio_retention_segments_three_server_vad_turns",
    "openai_ws__message_history_seeding",
    "openai_ws__text_in_audio_out_turn",
    "parity_ws__history_seeding_parity-openai-previous",
    "parity_ws__text_tool_round_parity-openai-previous",
)


@pytest.mark.parametrize("name", BETA)
def test_a_recorded_beta_event_comes_back_as_it_was(shared, name):
    n_events = 0
    for _, event in recorded(shared / "recordings" / f"{name}.jsonl"):
        assert to_wire(from_wire(event, "beta"), "beta") == event
        n_events += 1
    assert n_events > 40


@pytest.mark.parametrize("name", BETA)
def test_a_recorded_beta_event_has_no_beta_name_left(shared, name):
    old = {*RENAMED.values(), "transcription_session.updated"}
    flat = {"modalities", "input_audio_format", "output_audio_format", "turn_detection", "voice"}
    for direction, event in recorded(shared / "recordings" / f"{name}.jsonl"):
        ga = from_wire(event, "beta")
        assert ga["type"] not in old
        for body in (ga.get("session"), ga.get("response")):
            if isinstance(body, dict):
                assert flat & set(body) == set(), direction
        if ga["type"].startswith("session."):
            assert ga["session"]["type"] == "realtime"


@pytest.mark.parametrize("name", GA)
def test_a_recorded_ga_event_survives_a_beta_server(shared, name):
    n_events = 0
    for _, event in recorded(shared / "recordings" / f"{name}.jsonl"):
        assert from_wire(to_wire(event, "beta"), "beta") == event
        n_events += 1
    assert n_events > 20


# Anything at all

BODIES = ("session", "response", "item", "error", "audio", "input", "output", "part", "content")
FIELDS = ("type", "role", "param", "modalities", "voice", "format", "input_audio_format", "x")
KEYS = st.sampled_from([*BODIES, *FIELDS, "turn_detection", "tool_choice", "function", "name"])
LEAVES = st.sampled_from(
    [None, True, 1, "audio", "pcm16", "assistant", "function", "session.voice"]
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=12,
)
NAMES = st.sampled_from(
    [*RENAMED, *RENAMED.values(), "session.update", "session.created", "response.create",
     "response.done", "error", "conversation.item.create", "transcription_session.updated", "x"]
)  # fmt: skip


@settings(max_examples=80)
@given(
    name=NAMES | LEAVES,
    fields=st.dictionaries(KEYS.filter(lambda key: key != "type"), JSON, max_size=4),
)
def test_what_comes_from_outside_is_never_fatal_and_never_changed(name, fields):
    event = {"type": name, **fields}
    before = json.dumps(event)
    ga = from_wire(event, "beta")
    assert set(event) <= set(ga)
    assert json.dumps(event) == before
    try:
        to_wire(ga, "beta")
    except ConfigError:
        assert name in ("session.update", "response.create", "transcription_session.update")
