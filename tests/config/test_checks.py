"""What goes together and what is frozen."""

import pytest

from rt_notebook import Secret
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


def test_a_session_that_only_hears_is_not_asked_for_an_answer():
    told = refusal_of(response_create, effective={"type": "transcription"})
    assert told == "answers are for conversations: this session only hears; open one that talks"


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
