"""What goes together, what is frozen, and what will end."""

import warnings

import pytest

from rt_notebook import DeprecationNotice, Secret
from rt_notebook.config.flat import response_create, session_update
from rt_notebook.errors import ConfigError

from .golden import TOOL_SERVER, spoken

TALKING = {
    "type": "realtime",
    "model": "gpt-realtime-2.1",
    "tracing": {"group_id": "g1"},
    **spoken(voice="marin"),
}


def refusal_of(make, **options):
    with pytest.raises(ConfigError) as refusal:
        make(**options)
    assert "\n" not in str(refusal.value)
    return str(refusal.value)


# Frozen


def test_the_voice_is_frozen_after_the_first_audio():
    sentence = "voice is frozen after the first audio: it stays 'marin'; connect again for 'cedar'"
    for make in (session_update, response_create):
        told = refusal_of(make, voice="cedar", effective=TALKING, has_audio=True)
        assert told == sentence
        make(voice="cedar", effective=TALKING)
        make(voice="marin", effective=TALKING, has_audio=True)


@pytest.mark.parametrize(
    "tracing", [{"tracing": "auto"}, {"tracing": None}, {"tracing_group_id": "g2"}]
)
def test_tracing_is_frozen_once_it_is_on(tracing):
    told = refusal_of(session_update, **tracing, effective=TALKING)
    assert told == "tracing is frozen once it is on: leave it out, or connect again"
    session_update(**tracing, effective={**TALKING, "tracing": None})


def test_the_same_tracing_is_no_change():
    session_update(tracing_group_id="g1", effective=TALKING)


def test_model_and_type_are_chosen_when_connecting():
    assert refusal_of(session_update, model="gpt-realtime-1.5", effective=TALKING) == (
        "model is chosen when connecting: this session has 'gpt-realtime-2.1', "
        "connect again for 'gpt-realtime-1.5'"
    )
    assert refusal_of(session_update, type="transcription", effective=TALKING) == (
        "session_type is chosen when connecting: this session has 'realtime', "
        "connect again for 'transcription'"
    )
    session_update(model="gpt-realtime-2.1", effective=TALKING)


def test_a_transcription_session_stays_one():
    event = session_update(transcription_language="pl", effective={"type": "transcription"})
    assert event["session"]["type"] == "transcription"
    told = refusal_of(session_update, speed=1, effective={"type": "transcription"})
    assert told == "speed is for conversations: this session only hears"


# Tool servers


def tool_server(**changes):
    return {**TOOL_SERVER, **changes}


@pytest.mark.parametrize(
    ("tools", "sentence"),
    [
        (
            [{"type": "mcp", "server_label": "docs"}],
            "tool server 'docs' takes one of server_url, connector_id and tunnel_id, got none",
        ),
        (
            [tool_server(connector_id="connector_gmail")],
            "got server_url and connector_id",
        ),
        ([tool_server(), tool_server()], "tools has the server_label 'docs' more than once"),
        (
            [tool_server(authorization="sk-hidden", headers={"authorization": "sk-hidden"})],
            "tool server 'docs' has an authorization and an Authorization header: keep one",
        ),
        (
            [tool_server(authorization="•••")],
            "tool server 'docs' has a hidden secret (•••): give the tools with their secrets",
        ),
        ([tool_server(headers={"X-Key": "•••"})], "has a hidden secret"),
        ([tool_server(headers="sk-hidden")], "tools[0].headers: input should be a valid dict"),
        ([tool_server(server_lable="x")], "has no 'server_lable'; did you mean 'server_label'?"),
        ([{"type": "function"}], "tools[0] lacks 'name'"),
        ([{"name": "f"}], "tools[0] lacks 'type'"),
        ([{"type": "functoin", "name": "f"}], "tools[0] takes function or mcp, got 'functoin'"),
        ([{"type": "function", "name": "two words"}], "tools[0].name: string should match"),
        ([{"type": "mcp", "server_label": {}, "server_url": "x"}], "tools[0].server_label"),
    ],
)
def test_a_wrong_tool_is_refused_without_its_secrets(tools, sentence):
    for make in (session_update, response_create):
        told = refusal_of(make, tools=tools)
        assert sentence in told
        assert "sk-hidden" not in told


def test_the_secrets_of_a_tool_server_are_secrets_at_once():
    event = session_update(tools=[tool_server(authorization="sk-hidden")])
    tool = event["session"]["tools"][0]
    assert tool["authorization"] == Secret("sk-hidden")
    assert "sk-hidden" not in repr(event)
    beta = session_update("beta", tools=[tool_server(headers={"X-Key": "sk-hidden"})])
    assert "sk-hidden" not in repr(beta)


# Whole objects


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"turn_detection": {"type": "server_vad", "threshhold": 0.5}},
            "turn_detection has no 'threshhold'; did you mean 'threshold'?",
        ),
        ({"turn_detection": {"type": "vad"}}, "takes server_vad or semantic_vad, got 'vad'"),
        (
            {"turn_detection": {"type": "server_vad", "threshold": 7}},
            "turn_detection_threshold: input should be less than or equal to 1, got 7",
        ),
        (
            {"transcription": {"model": "x", "language": "english"}},
            "input_audio_transcription_language: 'english' is no ISO-639-1 code",
        ),
        ({"truncation": {"type": "retention_ratio"}}, "needs truncation_retention_ratio"),
        ({"voice": {"name": "x"}}, "voice lacks 'id'"),
        ({"tool_choice": {"type": "function"}}, "tool_choice lacks 'name'"),
        ({"reasoning": {"effort": "lots"}}, "reasoning_effort takes minimal, low, medium"),
    ],
)
def test_a_mistake_inside_an_object_names_the_place(options, sentence):
    assert sentence in refusal_of(session_update, **options)


# Ends


@pytest.fixture
def _nothing_told(monkeypatch):
    monkeypatch.setattr("rt_notebook.config.notices.told", set())


@pytest.mark.usefixtures("_nothing_told")
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"model": "gpt-realtime"}, "shuts gpt-realtime down on 2027-01-20: use gpt-realtime-2.1"),
        ({"model": "gpt-realtime-mini"}, "2027-01-20: use gpt-realtime-2.1-mini"),
        (
            {"transcription": "whisper-1"},
            "shuts whisper-1 down on 2027-02-26: use gpt-live-transcribe",
        ),
        ({"transcription_model": "gpt-4o-mini-transcribe-2025-12-15"}, "on 2027-02-26"),
        ({"prompt_id": "pmpt_1"}, "stored prompts (prompt_id) down on 2026-11-30"),
        ({"model": "gpt-4o-realtime-preview"}, "on 2026-05-07"),
    ],
)
def test_what_will_end_is_told_once_with_date_and_successor(options, sentence):
    with pytest.warns(DeprecationNotice) as notices:
        session_update(**options)
    assert [sentence in str(notice.message) for notice in notices] == [True]
    assert notices[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        session_update(**options)


@pytest.mark.usefixtures("_nothing_told")
def test_a_stored_prompt_of_a_response_is_told_too():
    with pytest.warns(DeprecationNotice, match="2026-11-30"):
        response_create(prompt="pmpt_1")


@pytest.mark.usefixtures("_nothing_told")
@pytest.mark.parametrize(
    "options",
    [
        {"model": "a-new-one", "voice": "a-new-one", "transcription": "a-new-one"},
        {"model": "gpt-realtime-2.1", "enable_input_audio_transcription": True},
        {"prompt": None},
        {"dialect": "beta", "transcription": "whisper-1"},
    ],
)
def test_what_has_no_end_is_not_warned_of(options):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        session_update(**options)
