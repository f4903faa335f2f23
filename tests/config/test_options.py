"""Flat names and the JSON that they make. Expectations are written by hand from the API."""

import pytest

from rt_notebook import SemanticVad, ServerVad
from rt_notebook.config.flat import to_response, to_session
from rt_notebook.config.options import OPTIONS
from rt_notebook.errors import ConfigError


def realtime(**fields):
    return {"type": "realtime", **fields}


def heard_with(**audio_input):
    return realtime(audio={"input": audio_input})


def turns_by(**turn_detection):
    return heard_with(turn_detection=turn_detection)


@pytest.mark.parametrize(
    ("flat", "session"),
    [
        ({}, realtime()),
        ({"instructions": ""}, realtime(instructions="")),
        ({"modalities": "text"}, realtime(output_modalities=["text"])),
        ({"voice": "marin"}, realtime(audio={"output": {"voice": "marin"}})),
        ({"voice": {"id": "voice_1"}}, realtime(audio={"output": {"voice": {"id": "voice_1"}}})),
        ({"speed": "1.25"}, realtime(audio={"output": {"speed": 1.25}})),
        ({"turn_detection": "none"}, heard_with(turn_detection=None)),
        ({"turn_detection": None}, heard_with(turn_detection=None)),
        (
            {"turn_detection": "semantic_vad", "eagerness": "low"},
            turns_by(type="semantic_vad", eagerness="low"),
        ),
        (
            {"turn_detection": SemanticVad(eagerness="low")},
            turns_by(type="semantic_vad", eagerness="low"),
        ),
        (
            {"turn_detection": ServerVad(silence_duration_ms=300)},
            turns_by(type="server_vad", silence_duration_ms=300),
        ),
        ({"turn_detection_threshold": 0.6}, turns_by(type="server_vad", threshold=0.6)),
        (
            {"create_response_on_turn_end": "false"},
            turns_by(type="server_vad", create_response=False),
        ),
        ({"transcription": True}, heard_with(transcription={"model": "gpt-live-transcribe"})),
        ({"transcription": "off"}, heard_with(transcription=None)),
        (
            {"input_audio_transcription_language": "en"},
            heard_with(transcription={"model": "gpt-live-transcribe", "language": "en"}),
        ),
        ({"noise_reduction": "none"}, heard_with(noise_reduction=None)),
        ({"noise_reduction": "far_field"}, heard_with(noise_reduction={"type": "far_field"})),
        ({"max_output_tokens": "-1"}, realtime(max_output_tokens="inf")),
        ({"tools": "[]"}, realtime(tools=[])),
        ({"tool_choice": "required"}, realtime(tool_choice="required")),
    ],
)
def test_a_flat_name_makes_exactly_this_json(flat, session):
    assert to_session(flat) == session


def test_a_lone_part_goes_with_the_type_in_force():
    in_force = turns_by(type="semantic_vad", eagerness="auto")
    expected = turns_by(type="semantic_vad", interrupt_response=False)
    assert to_session({"interrupt_response": False}, in_force) == expected


@pytest.mark.parametrize(
    ("flat", "response"),
    [
        ({}, {}),
        ({"instructions": "Be brief."}, {"instructions": "Be brief."}),
        ({"conversation": "none", "input": "[]"}, {"conversation": "none", "input": []}),
        ({"metadata": {"topic": "x"}}, {"metadata": {"topic": "x"}}),
        ({"voice": "cedar"}, {"audio": {"output": {"voice": "cedar"}}}),
    ],
)
def test_a_response_option_makes_exactly_this_json(flat, response):
    assert to_response(flat) == response


@pytest.mark.parametrize(
    ("flat", "sentence"),
    [
        ({"voise": "marin"}, "did you mean 'voice'"),
        ({"speed": 3}, "the nearest is 1.5"),
        ({"speed": "fast"}, "speed takes 0.25 to 1.5, got 'fast'"),
        ({"turn_detection_threshold": 1.5}, "turn_detection_threshold"),
        ({"turn_detection": "server_vad", "eagerness": "low"}, "belongs to semantic_vad"),
        ({"turn_detection": "none", "threshold": 0.5}, "conflicts"),
        ({"max_output_tokens": 5000}, "max_output_tokens"),
        ({"output_modalities": "text,audio"}, "output_modalities"),
        ({"conversation": "none"}, "unknown session option 'conversation'"),
    ],
)
def test_a_mistake_is_one_sentence_that_names_the_option(flat, sentence):
    with pytest.raises(ConfigError) as refusal:
        to_session(flat)
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_every_name_is_written_once():
    names = [name for option in OPTIONS for name in (option.name, *option.aliases)]
    assert len(names) == len(set(names))
