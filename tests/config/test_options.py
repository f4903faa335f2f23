"""The table as people meet it: names, help, completion."""

import pytest

from rt_notebook.config.options import MODEL_NAMES, OPTIONS, name_at, option_named, options_for
from rt_notebook.errors import ConfigError


def test_an_option_is_found_by_its_name_and_by_its_aliases():
    option = option_named("turn_detection_threshold")
    assert option.flag == "--turn-detection-threshold"
    assert option_named("threshold") is option
    assert option.path == ("audio", "input", "turn_detection", "threshold")
    assert option.beta_path == ("turn_detection", "threshold")


@pytest.mark.parametrize(
    ("name", "kind", "sentence"),
    [
        ("voise", "session", "unknown session option 'voise'; did you mean 'voice'?"),
        ("qqq", "session", "unknown session option 'qqq'"),
        ("conversation", "session", "unknown session option 'conversation'"),
        ("speed", "response", "unknown response option 'speed'"),
        ("max_tokens", "response", "did you mean 'max_output_tokens'?"),
    ],
)
def test_an_unknown_name_suggests_the_nearest(name, kind, sentence):
    with pytest.raises(ConfigError) as refusal:
        option_named(name, kind)
    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "help"),
    [
        ("speed", "how fast it speaks (0.25 to 1.5; default 1.0)"),
        (
            "turn_detection_idle_timeout",
            "server_vad: the model speaks up when the user says nothing for so long "
            "(5000 to 30000 ms, or none; default none)",
        ),
        ("temperature", "how freely it speaks (0.6 to 1.2; default 0.8; beta only)"),
        (
            "truncation_retention_ratio",
            "share of the context that stays when items are dropped (0 to 1; GA only)",
        ),
    ],
)
def test_help_gives_range_default_and_dialect(name, help):
    assert option_named(name).help == help


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_every_option_says_what_it_does_and_takes(option):
    assert option.about
    assert option.taken in option.help
    assert "\n" not in option.help


@pytest.mark.parametrize(
    ("name", "choices"),
    [
        ("eagerness", ("low", "medium", "high", "auto")),
        ("turn_detection", ("server_vad", "semantic_vad", "none")),
        ("tool_choice", ("auto", "none", "required")),
        ("interrupt_response", ("true", "false")),
        ("input_audio_format", ("pcm16", "g711_ulaw", "g711_alaw")),
        ("instructions", ()),
        ("speed", ()),
    ],
)
def test_completion_offers_the_words(name, choices):
    assert option_named(name).choices == choices


def test_completion_offers_voices_and_models():
    assert {"marin", "cedar"} <= set(option_named("voice").choices)
    assert "gpt-realtime-2.1" in MODEL_NAMES
    assert "gpt-live-transcribe" in option_named("transcription").choices


def test_completion_offers_the_codes_of_languages():
    codes = option_named("transcription_language").choices
    assert codes[:3] == ("aa", "ab", "ae")
    assert codes == option_named("transcription_languages").choices


def test_options_are_listed_by_what_has_them():
    session, response = options_for("session"), options_for("response")
    assert {"speed", "voice"} <= {option.name for option in session}
    assert {"conversation", "voice"} <= {option.name for option in response}
    assert "speed" not in {option.name for option in response}


def test_only_temperature_is_beta_s_alone():
    assert [option.name for option in OPTIONS if option.ga_path is None] == ["temperature"]


def test_a_place_has_the_name_of_its_option():
    assert name_at(("audio", "output", "voice")) == "voice"
    assert name_at(("audio", "input", "turn_detection")) == "turn_detection"
    assert name_at(("no", "where")) == "no.where"
