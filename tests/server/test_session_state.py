"""The effective session: recorded keys, merging, clearing, and refusals in the API's words."""

from __future__ import annotations

import copy

import pytest

from rt_notebook.config.dialect import from_wire
from rt_notebook.server.beta import beta_session
from rt_notebook.server.refusals import Refusal
from rt_notebook.server.session_state import SessionState

from ..config.golden import SESSION_ROWS

# Hand-written from session.created of gpt-realtime (2026) and the documented 500 ms.
SERVER_VAD = {
    "type": "server_vad",
    "threshold": 0.5,
    "prefix_padding_ms": 300,
    "silence_duration_ms": 500,
    "idle_timeout_ms": None,
    "create_response": True,
    "interrupt_response": True,
}
PCM = {"type": "audio/pcm", "rate": 24000}


def updated(**patch) -> dict:
    state = SessionState()
    state.update({"type": "realtime", **patch})
    return state.config


def refusal(patch, state: SessionState | None = None) -> Refusal:
    state = state or SessionState()
    before = copy.deepcopy(state.config)
    with pytest.raises(Refusal) as caught:
        state.update(patch)
    assert state.config == before  # wholly or not at all
    return caught.value


def test_a_new_session_has_the_keys_and_defaults_of_the_api():
    config = SessionState("gpt-realtime").config
    assert set(config) == {
        "type", "object", "id", "model", "output_modalities", "instructions", "tools",
        "tool_choice", "max_output_tokens", "tracing", "truncation", "prompt", "expires_at",
        "audio", "include",
    }  # fmt: skip
    assert (config["type"], config["object"]) == ("realtime", "realtime.session")
    assert config["id"].startswith("sess_")
    assert config["model"] == "gpt-realtime"
    assert config["audio"] == {
        "input": {
            "format": PCM,
            "transcription": None,
            "noise_reduction": None,
            "turn_detection": SERVER_VAD,
        },
        "output": {"format": PCM, "voice": "marin", "speed": 1.0},
    }
    assert (config["tools"], config["tool_choice"]) == ([], "auto")
    assert (config["max_output_tokens"], config["truncation"]) == ("inf", "auto")


def test_only_what_is_named_changes():
    config = updated(audio={"output": {"speed": 1.25}}, instructions="Be brief.")
    assert config["audio"]["output"] == {"format": PCM, "voice": "marin", "speed": 1.25}
    assert config["audio"]["input"]["turn_detection"] == SERVER_VAD
    assert config["instructions"] == "Be brief."


def test_turn_detection_of_the_same_type_is_merged():
    turn_detection = {"type": "server_vad", "silence_duration_ms": 200}
    config = updated(audio={"input": {"turn_detection": turn_detection}})
    assert config["audio"]["input"]["turn_detection"] == {**SERVER_VAD, "silence_duration_ms": 200}


def test_turn_detection_of_another_type_replaces_it():
    turn_detection = {"type": "semantic_vad", "eagerness": "low"}
    config = updated(audio={"input": {"turn_detection": turn_detection}})
    assert config["audio"]["input"]["turn_detection"] == {
        "type": "semantic_vad",
        "eagerness": "low",
        "create_response": True,
        "interrupt_response": True,
    }


def test_transcription_has_the_keys_of_the_recordings():
    # recorded: {"model": "gpt-realtime-whisper", "language": null, "prompt": null}
    config = updated(audio={"input": {"transcription": {"model": "gpt-realtime-whisper"}}})
    assert config["audio"]["input"]["transcription"] == {
        "model": "gpt-realtime-whisper",
        "language": None,
        "prompt": None,
    }


@pytest.mark.parametrize("name", ["transcription", "noise_reduction", "turn_detection"])
def test_null_turns_an_input_feature_off(name):
    state = SessionState()
    on = {
        "transcription": {"model": "whisper-1"},
        "noise_reduction": {"type": "near_field"},
        "turn_detection": {"type": "server_vad"},
    }
    state.update({"type": "realtime", "audio": {"input": {name: on[name]}}})
    assert state.input[name] is not None
    state.update({"type": "realtime", "audio": {"input": {name: None}}})
    assert state.input[name] is None


def test_turn_detection_that_was_off_comes_back_with_its_defaults():
    state = SessionState()
    state.update({"type": "realtime", "audio": {"input": {"turn_detection": None}}})
    state.update(
        {"type": "realtime", "audio": {"input": {"turn_detection": {"type": "server_vad"}}}}
    )
    assert state.turn_detection == SERVER_VAD


def test_empty_instructions_bring_the_default_back():
    # recorded: session.update with instructions "" is answered with the default text
    state = SessionState()
    default = state.config["instructions"]
    state.update({"type": "realtime", "instructions": "Be brief."})
    state.update({"type": "realtime", "instructions": ""})
    assert state.config["instructions"] == default


def test_tools_are_replaced_and_an_empty_list_clears_them():
    tool = {"type": "function", "name": "get_weather", "parameters": {"type": "object"}}
    state = SessionState()
    state.update({"type": "realtime", "tools": [tool]})
    assert state.config["tools"] == [tool]
    state.update({"type": "realtime", "tools": []})
    assert state.config["tools"] == []


@pytest.mark.parametrize(
    ("patch", "param"),
    [
        ({"temperature": 0.8}, "session.temperature"),
        ({"audio": {"input": {"transcription": {"enabled": True}}}},
         "session.audio.input.transcription.enabled"),
        ({"audio": {"input": {"turn_detection": {"type": "server_vad", "eagerness": "low"}}}},
         "session.audio.input.turn_detection.eagerness"),
        ({"tools": [{"type": "function", "name": "f", "strict": True}]}, "session.tools[0].strict"),
    ],
)  # fmt: skip
def test_an_unknown_key_is_refused_by_its_path(patch, param):
    error = refusal({"type": "realtime", "instructions": "new", **patch})
    assert (error.code, error.param) == ("unknown_parameter", param)
    assert error.message == f"Unknown parameter: '{param}'."


@pytest.mark.parametrize(
    ("voice", "code", "param"),
    [
        (5, "invalid_value", "session.audio.output.voice"),
        ({"name": "x"}, "missing_required_parameter", "session.audio.output.voice.id"),
        ({"id": "x", "name": "x"}, "unknown_parameter", "session.audio.output.voice.name"),
    ],
)
def test_a_voice_that_is_none_is_refused_by_the_apis_own_path(voice, code, param):
    error = refusal({"type": "realtime", "audio": {"output": {"voice": voice}}})
    assert (error.code, error.param) == (code, param)


def test_the_type_is_required():
    error = refusal({"instructions": "new"})
    assert (error.code, error.param) == ("missing_required_parameter", "session.type")
    assert error.message == "Missing required parameter: 'session.type'."


def test_the_type_cannot_change():
    error = refusal({"type": "transcription"})
    assert error.message == (
        "Passing a transcription session update event to a realtime session is not allowed."
    )
    assert refusal({"type": "beta"}).message == (
        "Invalid value: 'beta'. Supported values are: 'realtime' and 'transcription'."
    )


def test_a_value_that_is_not_supported_is_refused_with_those_that_are():
    turn_detection = {"type": "semantic_vad", "eagerness": "eager"}
    error = refusal({"type": "realtime", "audio": {"input": {"turn_detection": turn_detection}}})
    assert error.code == "invalid_value"
    assert error.param == "session.audio.input.turn_detection.eagerness"
    assert error.message == (
        "Invalid value: 'eager'. Supported values are: 'low', 'medium', 'high', and 'auto'."
    )


def test_an_unknown_turn_detection_is_refused_with_the_two_there_are():
    error = refusal(
        {"type": "realtime", "audio": {"input": {"turn_detection": {"type": "magic_vad"}}}}
    )
    assert error.message == (
        "Invalid value: 'magic_vad'. Supported values are: 'server_vad' and 'semantic_vad'."
    )


@pytest.mark.parametrize(
    ("patch", "param"),
    [
        ({"audio": {"output": {"speed": 3}}}, "session.audio.output.speed"),
        ({"audio": {"input": {"turn_detection": {"type": "server_vad", "threshold": 2}}}},
         "session.audio.input.turn_detection.threshold"),
        ({"output_modalities": ["audio", "text"]}, "session.output_modalities"),
        ({"instructions": 5}, "session.instructions"),
    ],
)  # fmt: skip
def test_a_value_out_of_range_is_refused_by_its_path(patch, param):
    error = refusal({"type": "realtime", **patch})
    assert (error.code, error.param) == ("invalid_value", param)


def test_the_voice_is_frozen_once_audio_was_sent():
    state = SessionState()
    state.update({"type": "realtime", "audio": {"output": {"voice": "cedar"}}})
    state.heard_voice = "cedar"
    state.update({"type": "realtime", "audio": {"output": {"voice": "cedar"}}})  # the same one
    error = refusal({"type": "realtime", "audio": {"output": {"voice": "marin"}}}, state)
    assert error.code == "cannot_update_voice"
    assert error.message == ("Cannot update a conversation's voice if assistant audio is present.")


def test_the_voice_that_one_response_was_heard_in_may_stay():
    state = SessionState()
    state.heard_voice = "cedar"  # while the session's is marin
    state.check_voice("cedar", "response.audio.output.voice")
    with pytest.raises(Refusal) as refused:
        state.check_voice("verse", "response.audio.output.voice")
    assert refused.value.param == "response.audio.output.voice"


def test_the_speed_is_frozen_while_a_response_is_in_progress():
    state = SessionState()
    faster = {"type": "realtime", "audio": {"output": {"speed": 1.2}}}
    with pytest.raises(Refusal) as refused:
        state.update(faster, is_answering=True)
    assert refused.value.param == "session.audio.output.speed"
    assert state.output["speed"] == 1.0
    state.update(faster)
    state.update(faster, is_answering=True)  # the same one


def test_the_model_is_frozen():
    state = SessionState("gpt-realtime")
    state.update({"type": "realtime", "model": "gpt-realtime"})
    assert refusal({"type": "realtime", "model": "other"}, state).param == "session.model"


def test_tracing_is_frozen_once_it_is_enabled():
    state = SessionState()
    for _again in range(2):
        state.update({"type": "realtime", "tracing": "auto"})
    for changed in (None, {"workflow_name": "talk"}):
        error = refusal({"type": "realtime", "tracing": changed}, state)
        assert (error.code, error.param) == ("invalid_value", "session.tracing")


@pytest.mark.parametrize(
    ("patch", "param"),
    [
        ({"truncation": {"retention_ratio": 0.5}}, "session.truncation.type"),
        ({"tool_choice": {"name": "get_weather"}}, "session.tool_choice.type"),
    ],
)
def test_an_object_must_say_of_which_kind_it_is(patch, param):
    error = refusal({"type": "realtime", **patch})
    assert (error.code, error.param) == ("missing_required_parameter", param)


# Every parameter: what the client sends is taken, and told in the effective session

GA_ROWS = [row for row in SESSION_ROWS if not isinstance(row[1], str)]
#: Voices of several kinds are Azure's alone.
BETA_ROWS = [
    row
    for row in SESSION_ROWS
    if not isinstance(row[2], str) and not isinstance(row[2].get("voice"), dict)
]


def holds(config, asked) -> bool:
    """Whether the effective session has what was asked; of lists the order does not count."""
    if isinstance(asked, list) and isinstance(config, list):
        return len(config) == len(asked) and all(one in config for one in asked)
    if isinstance(asked, dict) and isinstance(config, dict):
        return all(name in config and holds(config[name], asked[name]) for name in asked)
    return config == asked


@pytest.mark.parametrize("row", GA_ROWS, ids=lambda row: " ".join(row[0]) or "nothing")
def test_a_parameter_is_taken_and_told_in_full(row):
    body = {"type": "realtime", **row[1]}
    state = SessionState(body.get("model", "gpt-realtime"), kind=body["type"])
    keys = set(state.config)
    state.update(body)
    cleared = {key for key in ("instructions",) if body.get(key) == ""}
    assert holds(state.config, {key: body[key] for key in body.keys() - cleared})
    assert keys <= set(state.config)


@pytest.mark.parametrize("row", BETA_ROWS, ids=lambda row: " ".join(row[0]) or "nothing")
def test_a_parameter_of_beta_is_taken_and_told_flat(row):
    kind = row[0].get("session_type", row[0].get("type", "realtime"))
    name = "session.update" if kind == "realtime" else "transcription_session.update"
    asked = from_wire({"type": name, "session": row[2]}, "beta")["session"]
    state = SessionState(row[2].get("model", "gpt-realtime"), kind=kind, dialect="beta")
    state.update(asked)
    told = beta_session(state.config)
    assert holds(told, {key: part for key, part in row[2].items() if part != ""})
