"""Mistakes inside of objects that are given whole, in the words of the options."""

import pytest

from rt_notebook.config.flat import session_update
from rt_notebook.errors import ConfigError


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
        ({"tools": [{"type": "function", "function": "f"}]}, "tools[0] lacks 'name'"),
        ({"reasoning": {"effort": "lots"}}, "reasoning_effort takes minimal, low, medium"),
    ],
)
def test_a_mistake_inside_an_object_names_the_place(options, sentence):
    with pytest.raises(ConfigError) as refusal:
        session_update(**options)
    assert sentence in str(refusal.value)
