"""Mistakes inside of objects that are given whole, in the words of the options."""

import pytest

from rt_notebook.config.flat import session_update
from rt_notebook.errors import ConfigError

from .golden import TOOL_SERVER


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
        (
            {"truncation": {"retention_ratio": 2}},
            "truncation_retention_ratio: input should be less than or equal to 1, got 2",
        ),
        ({"tool_choice": {"type": "function"}}, "tool_choice lacks 'name'"),
        ({"tool_choice": {"type": "mcp"}}, "tool_choice lacks 'server_label'"),
        ({"tool_choice": {"type": "tool"}}, "tool_choice takes function or mcp, got 'tool'"),
        ({"tools": [{"type": "function", "function": "f"}]}, "tools[0] lacks 'name'"),
        ({"reasoning": {"effort": "lots"}}, "reasoning_effort takes minimal, low, medium"),
    ],
)
def test_a_mistake_inside_an_object_names_the_place(options, sentence):
    with pytest.raises(ConfigError) as refusal:
        session_update(**options)
    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            {"turn_detection": {"type": "server_vad", "threshold": "0.5"}},
            "turn_detection_threshold takes a number, got '0.5'",
        ),
        (
            {"turn_detection": {"type": "semantic_vad", "create_response": "no"}},
            "create_response_on_turn_end takes true or false, got 'no'",
        ),
        (
            {"turn_detection": {"silence_duration_ms": 300.0}},
            "turn_detection_silence_duration takes a whole number, got 300.0",
        ),
        (
            {"truncation": {"retention_ratio": "0.5"}},
            "truncation_retention_ratio takes a number, got '0.5'",
        ),
        (
            {"tools": [{**TOOL_SERVER, "defer_loading": 1}]},
            "tools[0].defer_loading takes true or false, got 1",
        ),
    ],
)
def test_json_of_another_type_is_refused_as_the_api_refuses_it(options, sentence):
    with pytest.raises(ConfigError) as refusal:
        session_update(**options)
    assert str(refusal.value) == sentence


def test_a_whole_number_is_a_number():
    event = session_update(turn_detection={"type": "server_vad", "threshold": 1})
    assert event["session"]["audio"]["input"]["turn_detection"]["threshold"] == 1
