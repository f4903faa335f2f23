"""One session's configuration for the next; literals by hand, from the API reference."""

import pytest

from rt_notebook import ConfigError
from rt_notebook.config.hidden import concealed_tools
from rt_notebook.config.succession import followed_by

IN_FORCE = {
    "type": "realtime",
    "id": "sess_1",
    "model": "gpt-realtime-2.1",
    "output_modalities": ["audio"],
    "instructions": "Be brief.",
    "truncation": "auto",
    "tracing": "auto",
    "audio": {
        "input": {
            "format": {"type": "audio/pcmu"},
            "turn_detection": {
                "type": "server_vad",
                "threshold": 0.5,
                "silence_duration_ms": 500,
                "create_response": True,
            },
        },
        "output": {"voice": "marin"},
    },
}
#: What stays of it in every session, and in every conversation.
HEARD = {"input_audio_format": "g711_ulaw"}
SPOKEN = {
    "session_type": "realtime",
    "model": "gpt-realtime-2.1",
    "output_modalities": ["audio"],
    "instructions": "Be brief.",
    "tracing": "auto",
    "voice": "marin",
    **HEARD,
}
TURNS = {
    "turn_detection_type": "server_vad",
    "turn_detection_threshold": 0.5,
    "turn_detection_silence_duration": 500,
}
ANSWERED = {"create_response_on_turn_end": True}


def test_all_that_is_in_force_is_carried_over():
    assert followed_by(IN_FORCE, {}) == {**SPOKEN, **TURNS, **ANSWERED, "truncation": "auto"}


@pytest.mark.parametrize(
    ("options", "turns"),
    [
        ({"turn_detection": "semantic_vad"}, {"turn_detection_type": "semantic_vad"}),
        (
            {"eagerness": "low"},
            {"turn_detection_type": "semantic_vad", "turn_detection_eagerness": "low"},
        ),
        ({"enable_turn_detection": "false"}, {"turn_detection": None}),
        ({"turn_detection": "none"}, {"turn_detection": None}),
        ({"threshold": 0.7}, {**TURNS, **ANSWERED, "turn_detection_threshold": 0.7}),
        (
            {"create_response_on_turn_end": False},
            {**TURNS, "create_response_on_turn_end": False},
        ),
    ],
)
def test_what_is_named_goes_over_what_is_in_force(options, turns):
    assert followed_by(IN_FORCE, options) == {**SPOKEN, **turns, "truncation": "auto"}


def test_another_name_of_an_option_is_the_same_option():
    assert followed_by(IN_FORCE, {"modalities": "text"})["output_modalities"] == ["text"]


def test_what_is_frozen_in_a_session_is_free_in_the_next():
    following = followed_by(IN_FORCE, {"model": "gpt-next", "tracing": "none"})
    assert (following["model"], following["tracing"]) == ("gpt-next", None)


def test_what_beta_cannot_say_is_left_out():
    assert followed_by(IN_FORCE, {}, dialect="beta") == {**SPOKEN, **TURNS, **ANSWERED}


def test_what_only_beta_says_is_left_out_for_ga():
    assert "temperature" not in followed_by({**IN_FORCE, "temperature": 0.7}, {})


def test_a_session_that_only_hears_takes_what_is_heard():
    following = followed_by(IN_FORCE, {"session_type": "transcription"})
    assert following == {"session_type": "transcription", **HEARD, **TURNS}


def test_what_is_named_and_cannot_be_is_refused():
    with pytest.raises(ConfigError, match="the beta dialect has no reasoning_effort"):
        followed_by(IN_FORCE, {"reasoning_effort": "low"}, dialect="beta")
    with pytest.raises(ConfigError, match="voice is for conversations"):
        followed_by(IN_FORCE, {"session_type": "transcription", "voice": "cedar"})


def test_the_session_in_force_is_not_changed():
    before = repr(IN_FORCE)
    followed_by(IN_FORCE, {"eagerness": "low"}, dialect="beta")
    assert repr(IN_FORCE) == before


def test_what_is_in_force_may_hold_a_secret():
    tool = {"type": "mcp", "server_label": "w", "server_url": "https://w.example"}
    tools = concealed_tools([{**tool, "authorization": "sekret"}])
    assert followed_by({**IN_FORCE, "tools": tools}, {})["tools"] == tools


def test_of_two_modalities_ga_keeps_the_one_that_brings_the_other():
    both = {**IN_FORCE, "output_modalities": ["audio", "text"]}
    assert followed_by(both, {})["output_modalities"] == ["audio"]
    assert followed_by(both, {}, dialect="beta")["output_modalities"] == ["audio", "text"]
