"""Flat names and the JSON that they make, against literals written by hand."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from rt_notebook import SemanticVad, ServerVad, response_create, session_update
from rt_notebook.config import flat, nesting, spelling
from rt_notebook.config.flat import response_event, session_event, to_flat, to_response, to_session
from rt_notebook.config.options import OPTIONS, option_named
from rt_notebook.config.session import FunctionTool
from rt_notebook.errors import ConfigError

from .golden import ALIASES, CONFLICTS, RESPONSE_ROWS, SESSION_ROWS, heard, spoken
from .sdk import check_client_event

pytestmark = pytest.mark.filterwarnings("ignore::rt_notebook.DeprecationNotice")

#: Every parameter of PSOpenAI's three cmdlets, from its documentation.
SET_PARAMETERS = """
EventId Instructions PromptId PromptVariables PromptVersion OutputModalities Modalities Voice Speed
InputAudioFormat OutputAudioFormat InputAudioNoiseReductionType EnableInputAudioTranscription
InputAudioTranscriptionModel InputAudioTranscriptionLanguage InputAudioTranscriptionPrompt
InputAudioTranscriptionDelay Include EnableTurnDetection TurnDetectionType TurnDetectionEagerness
TurnDetectionThreshold TurnDetectionPrefixPadding TurnDetectionSilenceDuration
TurnDetectionIdleTimeout CreateResponseOnTurnEnd InterruptResponse Tools ToolChoice
ParallelToolCalls Temperature MaxOutputTokens ReasoningEffort Tracing TracingGroupId
TracingMetadata TracingWorkflowName Truncation TruncationRetentionRatio
TruncationTokenLimitsPostInstructions
"""
REQUEST_PARAMETERS = """
EventId Instructions OutputModalities Modalities Tools ToolChoice Temperature MaxOutputTokens Voice
OutputAudioFormat Conversation MetaData InputObject Input
"""


def ga_session(options: dict[str, Any]) -> dict[str, Any]:
    return {"type": "session.update", "session": {"type": "realtime", **options}}


def beta_session(options: dict[str, Any]) -> dict[str, Any]:
    return {"type": "session.update", "session": options}


def answer(options: dict[str, Any]) -> dict[str, Any]:
    return {"type": "response.create", "response": options}


def check_rows(rows, dialect, make, frame) -> None:
    """Fail unless each row makes exactly its literal, or is refused with its sentence."""
    for options, ga, beta in rows:
        expected = ga if dialect == "ga" else beta
        if isinstance(expected, str):
            with pytest.raises(ConfigError) as refusal:
                make(dialect, **options)
            assert expected in str(refusal.value)
            assert "\n" not in str(refusal.value)
        else:
            assert make(dialect, **options) == frame(expected), options


@pytest.mark.parametrize("row", SESSION_ROWS, ids=lambda row: " ".join(row[0]) or "nothing")
def test_a_session_option_sends_exactly_this(row):
    check_rows([row], "ga", session_update, ga_session)
    check_rows([row], "beta", session_update, beta_session)


@pytest.mark.parametrize("row", RESPONSE_ROWS, ids=lambda row: " ".join(row[0]) or "nothing")
def test_a_response_option_sends_exactly_this(row):
    check_rows([row], "ga", response_create, answer)
    check_rows([row], "beta", response_create, answer)


@pytest.mark.parametrize(("options", "sentence"), CONFLICTS, ids=lambda value: str(value)[:60])
def test_two_options_that_contradict_each_other_are_refused_in_either_order(options, sentence):
    with pytest.raises(ConfigError) as refusal:
        session_update(**options)
    assert sentence in str(refusal.value)
    with pytest.raises(ConfigError):
        session_update(**dict(reversed(options.items())))


def test_the_same_said_twice_is_no_conflict():
    twice = session_update(
        enable_turn_detection=True,
        turn_detection="semantic_vad",
        turn_detection_type="SEMANTIC_VAD",
    )
    assert twice == ga_session(heard(turn_detection={"type": "semantic_vad"}))


@pytest.mark.parametrize("row", SESSION_ROWS + RESPONSE_ROWS, ids=lambda row: " ".join(row[0]))
def test_what_is_sent_in_ga_is_what_the_sdk_types_say(row):
    options, ga, _ = row
    for kind, rows, make in (
        ("session", SESSION_ROWS, session_update),
        ("response", RESPONSE_ROWS, response_create),
    ):
        if row in rows and not isinstance(ga, str):
            event = make(**options)
            assert kind in event
            check_client_event(event)


def test_a_transcription_session_is_what_the_sdk_types_say():
    event = session_update(
        session_type="transcription",
        input_audio_format="pcm16",
        transcription="gpt-realtime-whisper",
        transcription_delay="low",
        turn_detection=None,
        include_logprobs=True,
    )
    assert event["session"] == {
        "type": "transcription",
        "include": ["item.input_audio_transcription.logprobs"],
        "audio": {
            "input": {
                "format": {"type": "audio/pcm", "rate": 24000},
                "transcription": {"model": "gpt-realtime-whisper", "delay": "low"},
                "turn_detection": None,
            }
        },
    }
    check_client_event(event)


def test_a_session_that_only_hears_is_asked_for_no_response():
    with pytest.raises(ConfigError, match="answers are for conversations: this session only"):
        response_event({}, {"type": "transcription"})


def test_beta_tells_a_transcription_session_by_the_event():
    event = session_update("beta", type="transcription", transcription="gpt-4o-transcribe")
    assert event == {
        "type": "transcription_session.update",
        "session": {"input_audio_transcription": {"model": "gpt-4o-transcribe"}},
    }


# The table is covered, and a mistake in it would be seen


def test_every_option_has_a_literal_of_its_own():
    session = {name for options, _, _ in SESSION_ROWS for name in options}
    response = {name for options, _, _ in RESPONSE_ROWS for name in options}
    own = {option.name for option in OPTIONS if not option.of_event}
    assert {o.name for o in OPTIONS if o.session} - session == {"event_id"}
    assert {o.name for o in OPTIONS if o.response} - response == {"event_id"}
    assert session | response == own


def test_every_alias_is_what_it_says():
    listed = {alias: option.name for option in OPTIONS for alias in option.aliases}
    assert listed == ALIASES


def test_every_name_is_written_once():
    names = [name for option in OPTIONS for name in (option.name, *option.aliases)]
    assert len(names) == len(set(names))


def snake(parameter: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in parameter).strip("_")


@pytest.mark.parametrize("parameter", SET_PARAMETERS.split())
def test_a_session_takes_every_parameter_of_the_seed(parameter):
    assert option_named(snake(parameter), "session").flag.startswith("--")


@pytest.mark.parametrize("parameter", REQUEST_PARAMETERS.split())
def test_a_response_takes_every_parameter_of_the_seed(parameter):
    assert option_named(snake(parameter), "response").flag.startswith("--")


@pytest.mark.parametrize("option", [o for o in OPTIONS if not o.of_event], ids=lambda o: o.name)
def test_a_wrong_path_in_the_table_would_be_seen(option, monkeypatch):
    wrong = dataclasses.replace(option, path=(*option.path[:-1], "somewhere_else"))

    def lookup(name: str, kind: str = "session"):
        found = option_named(name, kind)
        return wrong if found is option else found

    rows, make, frame = (
        (SESSION_ROWS, session_update, ga_session)
        if option.session
        else (RESPONSE_ROWS, response_create, answer)
    )
    mine = [row for row in rows if option.name in row[0]]
    for module in (flat, nesting):
        monkeypatch.setattr(module, "option_named", lookup)
    dialect = "ga" if option.ga_path else "beta"
    with pytest.raises((AssertionError, ConfigError, pytest.fail.Exception)):
        check_rows(mine, dialect, make, frame if dialect == "ga" else beta_session)


@pytest.mark.parametrize("key", list(spelling.SESSION_KEYS))
def test_a_wrong_path_of_beta_would_be_seen(key, monkeypatch):
    monkeypatch.setitem(spelling.SESSION_KEYS, key, ("somewhere", "else"))
    with pytest.raises(AssertionError):
        check_rows(SESSION_ROWS, "beta", session_update, beta_session)


# Events and objects


def test_the_event_id_belongs_to_the_event():
    assert session_update(event_id="e1") == {
        "type": "session.update",
        "event_id": "e1",
        "session": {"type": "realtime"},
    }
    assert response_create(event_id="e2", conversation="none") == {
        "type": "response.create",
        "event_id": "e2",
        "response": {"conversation": "none"},
    }
    assert "event_id" not in session_update(event_id="")
    for object_of in (to_session, to_response):
        with pytest.raises(ConfigError, match="event_id belongs to the event"):
            object_of({"event_id": "e1"})
    with pytest.raises(ConfigError, match="at most 512 characters, got 513 characters"):
        session_update(event_id="x" * 513)


def test_an_event_for_a_beta_server_keeps_ga_names_until_it_is_sent():
    event = session_event({"voice": "alloy", "temperature": 0.7}, dialect="beta")
    assert event["session"] == {"type": "realtime", "temperature": 0.7, **spoken(voice="alloy")}
    event = response_event({"modalities": "text", "temperature": 0.7}, dialect="beta")
    assert event["response"] == {"output_modalities": ["text"], "temperature": 0.7}
    with pytest.raises(ConfigError, match="the beta dialect has no"):
        session_event({"transcription": {"model": "x", "keywords": ["y"]}}, dialect="beta")


def test_a_beta_server_may_take_languages_with_a_region_in_a_whole_transcription():
    whole = {"model": "azure-speech", "language": "en-US"}
    event = session_update("beta", transcription=whole)
    assert event["session"] == {"input_audio_transcription": whole}


def test_models_of_the_package_are_taken_as_values():
    vad = ServerVad(silence_duration_ms=300)
    assert to_session({"turn_detection": vad})["audio"]["input"]["turn_detection"] == {
        "type": "server_vad",
        "silence_duration_ms": 300,
    }
    assert to_session({"turn_detection": SemanticVad(), "eagerness": "low"})["audio"] == {
        "input": {"turn_detection": {"type": "semantic_vad", "eagerness": "low"}}
    }
    assert to_session({"tools": [FunctionTool(type="function", name="f")]})["tools"] == [
        {"type": "function", "name": "f"}
    ]


def test_a_dialect_that_does_not_exist_is_refused():
    with pytest.raises(ConfigError, match="dialect takes ga or beta, got 'alpha'"):
        session_update("alpha")


# Back to flat names

SESSION_CREATED = {
    "type": "realtime",
    "object": "realtime.session",
    "id": "sess_1",
    "model": "gpt-realtime",
    "output_modalities": ["audio"],
    "instructions": "…",
    "tools": [],
    "tool_choice": "auto",
    "max_output_tokens": "inf",
    "tracing": None,
    "truncation": "auto",
    "prompt": None,
    "expires_at": 1756324625,
    "audio": {
        "input": {
            "format": {"type": "audio/pcm", "rate": 24000},
            "transcription": {"model": "gpt-realtime-whisper", "language": None, "prompt": None},
            "noise_reduction": None,
            "turn_detection": {
                "type": "server_vad",
                "threshold": 0.5,
                "prefix_padding_ms": 300,
                "silence_duration_ms": 200,
                "idle_timeout_ms": None,
                "create_response": True,
                "interrupt_response": True,
            },
        },
        "output": {
            "format": {"type": "audio/pcm", "rate": 24000},
            "voice": "alloy",
            "speed": 1.0,
        },
    },
    "include": None,
}
SAID_FLAT = {
    "session_type": "realtime",
    "model": "gpt-realtime",
    "output_modalities": ["audio"],
    "instructions": "…",
    "tools": [],
    "tool_choice": "auto",
    "max_output_tokens": "inf",
    "tracing": None,
    "truncation": "auto",
    "prompt": None,
    "input_audio_format": "pcm16",
    "input_audio_transcription_model": "gpt-realtime-whisper",
    "input_audio_noise_reduction": None,
    "turn_detection_type": "server_vad",
    "turn_detection_threshold": 0.5,
    "turn_detection_prefix_padding": 300,
    "turn_detection_silence_duration": 200,
    "turn_detection_idle_timeout": None,
    "create_response_on_turn_end": True,
    "interrupt_response": True,
    "output_audio_format": "pcm16",
    "voice": "alloy",
    "speed": 1.0,
    "include": None,
}


def test_a_session_in_force_is_said_in_flat_names():
    assert to_flat(SESSION_CREATED) == SAID_FLAT


def test_a_session_said_in_flat_names_is_the_same_session():
    again = to_session(to_flat(SESSION_CREATED))
    for of_the_server in ("object", "id", "expires_at"):
        assert of_the_server not in again
    assert to_flat(again) == SAID_FLAT


def test_secrets_that_a_server_echoes_are_hidden_in_flat_names():
    tools = [{"type": "mcp", "server_label": "docs", "authorization": "sk-hidden"}]
    assert "sk-hidden" not in repr(to_flat({"tools": tools}))


def test_a_response_is_said_in_flat_names():
    response = to_response({"voice": "cedar", "conversation": "none", "reasoning": "low"})
    assert to_flat(response, "response") == {
        "voice": "cedar",
        "conversation": "none",
        "reasoning_effort": "low",
    }
