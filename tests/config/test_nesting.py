"""Parts and their parents, absent and null, given what is in force."""

import pytest

from rt_notebook.config.flat import to_response, to_session
from rt_notebook.errors import ConfigError

from .golden import heard

SEMANTIC = heard(turn_detection={"type": "semantic_vad", "eagerness": "auto"})
SERVER = heard(turn_detection={"type": "server_vad", "threshold": 0.5, "idle_timeout_ms": None})
OFF = heard(turn_detection=None, transcription=None, noise_reduction=None)


def in_force(**fields):
    return {"type": "realtime", "id": "sess_1", **fields}


@pytest.mark.parametrize(
    ("flat", "effective", "part"),
    [
        (
            {"interrupt_response": False},
            SEMANTIC,
            {"turn_detection": {"type": "semantic_vad", "interrupt_response": False}},
        ),
        (
            {"threshold": 0.6},
            SERVER,
            {"turn_detection": {"type": "server_vad", "threshold": 0.6}},
        ),
        ({"threshold": 0.6}, OFF, {"turn_detection": {"type": "server_vad", "threshold": 0.6}}),
        ({"enable_turn_detection": True}, OFF, {"turn_detection": {"type": "server_vad"}}),
        ({"enable_turn_detection": True}, SEMANTIC, {"turn_detection": {"type": "semantic_vad"}}),
        ({"turn_detection": "semantic_vad"}, SERVER, {"turn_detection": {"type": "semantic_vad"}}),
        (
            {"turn_detection_type": "server_vad", "threshold": 0.6},
            SEMANTIC,
            {"turn_detection": {"type": "server_vad", "threshold": 0.6}},
        ),
        (
            {"transcription_language": "pl"},
            heard(transcription={"model": "gpt-transcribe", "prompt": "ships"}),
            {"transcription": {"model": "gpt-transcribe", "language": "pl"}},
        ),
        (
            {"transcription_language": "pl"},
            OFF,
            {"transcription": {"model": "gpt-live-transcribe", "language": "pl"}},
        ),
        (
            {"enable_input_audio_transcription": True},
            heard(transcription={"model": "gpt-transcribe", "language": "pl"}),
            {"transcription": {"model": "gpt-transcribe"}},
        ),
        (
            {"noise_reduction_strength": 0.3},
            heard(noise_reduction={"type": "far_field", "strength": 1}),
            {"noise_reduction": {"type": "far_field", "strength": 0.3}},
        ),
    ],
)
def test_a_lone_part_goes_with_what_is_in_force_else_the_default(flat, effective, part):
    session = to_session(flat, in_force(**effective))
    assert session == {"type": "realtime", "audio": {"input": part}}


def test_a_lone_part_of_the_other_type_says_which_type_it_belongs_to():
    with pytest.raises(ConfigError) as refusal:
        to_session({"eagerness": "low"}, in_force(**SERVER))
    assert str(refusal.value) == (
        "turn_detection_eagerness belongs to semantic_vad, and turn_detection_type is "
        "server_vad: change the type, or leave turn_detection_eagerness out"
    )


def test_a_lone_part_of_a_prompt_or_a_truncation_goes_with_the_one_in_force():
    effective = in_force(
        prompt={"id": "pmpt_1", "version": "1"},
        truncation={"type": "retention_ratio", "retention_ratio": 0.8},
    )
    session = to_session(
        {"prompt_version": "2", "truncation_token_limits_post_instructions": 9}, effective
    )
    assert session["prompt"] == {"id": "pmpt_1", "version": "2"}
    assert session["truncation"] == {
        "type": "retention_ratio",
        "retention_ratio": 0.8,
        "token_limits": {"post_instructions": 9},
    }
    assert to_response({"prompt_version": "3"}, effective) == {
        "prompt": {"id": "pmpt_1", "version": "3"}
    }


@pytest.mark.parametrize(
    "name", ["noise_reduction_strength", "truncation_token_limits_post_instructions"]
)
def test_a_lone_part_without_a_parent_says_what_it_needs(name):
    with pytest.raises(ConfigError, match=f"{name}=1 needs .*, and none is in force"):
        to_session({name: 1}, in_force(**OFF))


def test_only_what_was_named_is_sent():
    assert to_session({}, in_force(**SERVER)) == {"type": "realtime"}
    assert to_session({"voice": "marin"}, in_force(**SERVER)) == {
        "type": "realtime",
        "audio": {"output": {"voice": "marin"}},
    }


def test_absent_is_not_null():
    both = to_session({"turn_detection": None, "noise_reduction": "none", "tracing": "none"})
    assert both == {
        "type": "realtime",
        "tracing": None,
        "audio": {"input": {"turn_detection": None, "noise_reduction": None}},
    }


def test_what_was_given_is_not_changed():
    whole = {"type": "retention_ratio", "retention_ratio": 0.8, "token_limits": {}}
    session = to_session({"truncation": whole, "truncation_token_limits_post_instructions": 9})
    assert session["truncation"]["token_limits"] == {"post_instructions": 9}
    assert whole["token_limits"] == {}
