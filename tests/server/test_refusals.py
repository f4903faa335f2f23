"""Refusals of values that may be of several types."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from rt_notebook.config.session import Session
from rt_notebook.server.refusals import refusal_of


@pytest.mark.parametrize(
    ("patch", "code", "param"),
    [
        ({"tool_choice": "maybe"}, "invalid_value", "session.tool_choice"),
        ({"tool_choice": {"type": "function"}},
         "missing_required_parameter", "session.tool_choice.name"),
        ({"max_output_tokens": 0}, "invalid_value", "session.max_output_tokens"),
        ({"max_output_tokens": "many"}, "invalid_value", "session.max_output_tokens"),
        ({"audio": {"output": {"voice": 5}}}, "invalid_value", "session.audio.output.voice"),
        ({"audio": {"input": {"format": {"type": "audio/mp3"}}}},
         "invalid_value", "session.audio.input.format"),
        ({"audio": {"input": {"format": {"type": "audio/pcm", "rate": 16000}}}},
         "invalid_value", "session.audio.input.format.rate"),
        ({"tools": [{"name": "f"}]}, "missing_required_parameter", "session.tools[0].type"),
        ({"tools": [{"type": "function"}]}, "missing_required_parameter", "session.tools[0].name"),
        ({"truncation": {"type": "retention_ratio", "retention_ratio": 2}},
         "invalid_value", "session.truncation.retention_ratio"),
    ],
)  # fmt: skip
def test_the_path_is_the_clients_own(patch, code, param):
    given = {"type": "realtime", **patch}
    with pytest.raises(ValidationError) as caught:
        Session.model_validate(given)
    refusal = refusal_of(caught.value, given, "session")
    assert (refusal.code, refusal.param) == (code, param)
