"""What a person types, and what the API gets; each mistake as the user sees it."""

import numpy as np
import pytest

from rt_notebook.config.options import option_named
from rt_notebook.config.reading import either, nearest, shown
from rt_notebook.errors import ConfigError


def value_of(name, given, kind="session"):
    return option_named(name, kind).value(given)


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("speed", "1.5", 1.5),
        ("speed", 1, 1.0),
        ("speed", np.float64(0.5), 0.5),
        ("silence_duration_ms", "300", 300),
        ("silence_duration_ms", 300.0, 300),
        ("silence_duration_ms", np.int64(300), 300),
        ("max_output_tokens", "-1", "inf"),
        ("max_output_tokens", "inf", "inf"),
        ("max_output_tokens", float("inf"), "inf"),
        ("max_output_tokens", "12", 12),
        ("interrupt_response", "on", True),
        ("interrupt_response", "No", False),
        ("enable_turn_detection", "1", {}),
        ("enable_turn_detection", "off", None),
        ("eagerness", "LOW", "low"),
        ("voice", " Marin ", "marin"),
        ("voice", "MyVoice", "MyVoice"),
        ("turn_detection", "off", None),
        ("turn_detection", False, None),
        ("turn_detection", True, {}),
        ("instructions", "none", "none"),
    ],
)
def test_a_value_is_read_as_it_was_meant(name, given, value):
    read = value_of(name, given)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        ("speed", 3, "speed takes 0.25 to 1.5, got 3; the nearest is 1.5"),
        ("speed", 0, "speed takes 0.25 to 1.5, got 0; the nearest is 0.25"),
        ("speed", "fast", "speed takes 0.25 to 1.5, got 'fast'"),
        ("speed", float("nan"), "speed takes 0.25 to 1.5, got nan"),
        ("speed", True, "speed takes 0.25 to 1.5, got True"),
        ("speed", None, "speed takes 0.25 to 1.5, got None"),
        (
            "threshold",
            "1.5",
            "turn_detection_threshold takes 0 to 1, got '1.5'; the nearest is 1",
        ),
        (
            "idle_timeout_ms",
            100,
            "turn_detection_idle_timeout takes 5000 to 30000 ms, or none, got 100; "
            "the nearest is 5000",
        ),
        (
            "silence_duration_ms",
            -5,
            "turn_detection_silence_duration takes 0 ms or more, got -5; the nearest is 0",
        ),
        (
            "silence_duration_ms",
            1.5,
            "turn_detection_silence_duration takes 0 ms or more, got 1.5",
        ),
        (
            "max_output_tokens",
            5000,
            "max_output_tokens takes 1 to 4096, or -1 or inf for no limit, got 5000; "
            "the nearest is 4096",
        ),
        (
            "max_output_tokens",
            0,
            "max_output_tokens takes 1 to 4096, or -1 or inf for no limit, got 0; the nearest is 1",
        ),
        (
            "temperature",
            0.2,
            "temperature takes 0.6 to 1.2, got 0.2; the nearest is 0.6",
        ),
        ("interrupt_response", "maybe", "interrupt_response takes true or false, got 'maybe'"),
        (
            "eagerness",
            "hihg",
            "turn_detection_eagerness takes low, medium, high or auto, got 'hihg'; "
            "did you mean 'high'?",
        ),
        (
            "turn_detection",
            "sematic_vad",
            "turn_detection takes server_vad or semantic_vad, true, or a JSON object, or none, "
            "got 'sematic_vad'; did you mean 'semantic_vad'?",
        ),
        ("eagerness", 7, "turn_detection_eagerness takes low, medium, high or auto, got 7"),
        ("instructions", 7, "instructions takes text, got 7"),
        ("prompt_id", "", "prompt_id takes text that is not empty, got ''"),
        ("voice", "", "got ''"),
        ("voice", ["marin"], "got a list of 1"),
    ],
)
def test_a_mistake_names_the_option_what_it_got_and_what_is_near(name, given, sentence):
    with pytest.raises(ConfigError) as refusal:
        value_of(name, given)
    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x" * 60, repr("x" * 40 + "…")),
        ({"authorization": "sk-secret"}, "an object"),
        (["sk-secret"], "a list of 1"),
        (object(), "a value of type object"),
        (None, "None"),
    ],
)
def test_what_is_shown_of_a_value_is_short_and_tells_no_secret(value, text):
    assert shown(value) == text


def test_words_are_listed_and_guessed():
    assert either(["a"]) == "a"
    assert either(["a", "b", "c"]) == "a, b or c"
    assert nearest("far-feild", ["near_field", "far_field"]) == "far_field"
    assert nearest("zzz", ["near_field", "far_field"]) == ""
