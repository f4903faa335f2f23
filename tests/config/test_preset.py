"""A configuration as a file: readable, the same when it says the same, without secrets."""

import json

import pytest

from rt_notebook import Preset, session_update
from rt_notebook.config.preset import UNSET
from rt_notebook.errors import ConfigError

from .golden import TOOL_SERVER
from .test_flat import SESSION_CREATED

CALM = {"voice": "marin", "turn_detection": "semantic_vad", "eagerness": "low"}
CALM_TEXT = """{
  "voice": "marin",
  "turn_detection_type": "semantic_vad",
  "turn_detection_eagerness": "low"
}
"""


def test_a_preset_is_readable_text(tmp_path):
    path = tmp_path / "calm.json"
    Preset(**CALM).save(path)
    assert path.read_text("utf-8") == CALM_TEXT
    assert str(Preset.load(path)) == CALM_TEXT
    assert Preset.load(path) == Preset(**CALM)


def test_presets_that_say_the_same_are_the_same():
    same = Preset(eagerness="LOW", turn_detection_type="semantic_vad", voice="Marin")
    assert {Preset(**CALM): 1}[same] == 1
    assert Preset(**CALM) != Preset(voice="marin")
    assert Preset(**CALM) != CALM


def test_a_preset_is_applied_by_its_names():
    assert session_update(**Preset(**CALM)) == session_update(**CALM)
    assert dict(Preset(voice="cedar")) == {"voice": "cedar"}
    assert len(Preset(**CALM)) == 3
    assert repr(Preset(voice="cedar")) == "Preset(voice='cedar')"


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"enable_turn_detection": True}, {"turn_detection": True}),
        ({"enable_turn_detection": "false"}, {"turn_detection": None}),
        ({"transcription": True}, {"input_audio_transcription": True}),
        ({"turn_detection_type": "none"}, {"turn_detection": None}),
        ({"input_audio_format": "audio/pcmu"}, {"input_audio_format": "g711_ulaw"}),
        ({"tools": []}, {"tools": []}),
        ({"threshold": "0.6"}, {"turn_detection_threshold": 0.6}),
        ({"temperature": 0.7}, {"temperature": 0.7}),
        ({"max_output_tokens": -1}, {"max_output_tokens": "inf"}),
    ],
)
def test_what_is_written_reads_back_the_same(options, text):
    preset = Preset(**options)
    assert json.loads(str(preset)) == text
    assert Preset(**preset) == preset


def test_a_preset_of_a_session_can_be_applied_to_another():
    preset = Preset.of(SESSION_CREATED)
    assert preset["voice"] == "alloy"
    assert not {"model", "session_type", "id"} & set(preset)
    other = {"type": "realtime", "model": "gpt-realtime-2.1"}
    sent = session_update(effective=other, **preset)["session"]
    assert (
        sent["audio"]["input"]["turn_detection"]
        == SESSION_CREATED["audio"]["input"]["turn_detection"]
    )


def test_a_diff_shows_both_values_and_what_is_missing():
    calm, brisk = Preset(**CALM), Preset(voice="cedar", turn_detection="semantic_vad", speed=1.2)
    assert calm.diff(brisk) == {
        "voice": ("marin", "cedar"),
        "speed": (UNSET, 1.2),
        "turn_detection_eagerness": ("low", UNSET),
    }
    assert calm.diff({"voice": "marin", **CALM}) == {}
    assert repr(UNSET) == "unset"


def test_no_secret_is_in_a_preset_or_its_file(tmp_path):
    server = {**TOOL_SERVER, "authorization": "sk-hidden", "headers": {"X-Key": "sk-header"}}
    preset = Preset(tools=[server])
    preset.save(tmp_path / "tools.json")
    everything = f"{preset!r} {preset} {(tmp_path / 'tools.json').read_text('utf-8')}"
    assert "sk-" not in everything
    assert preset["tools"][0]["authorization"] == "•••"
    with pytest.raises(ConfigError, match="has a hidden secret"):
        session_update(**Preset.load(tmp_path / "tools.json"))


def test_a_preset_does_not_change():
    preset = Preset(tools=[{"type": "function", "name": "f"}])
    preset["tools"].clear()
    assert preset["tools"] == [{"type": "function", "name": "f"}]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"voise": "marin"}, "did you mean 'voice'"),
        ({"speed": 9}, "the nearest is 1.5"),
        ({"turn_detection": "none", "threshold": 0.5}, "conflicts with turn_detection='none'"),
        ({"event_id": "e1"}, "event_id belongs to one event, not to a preset"),
        ({"conversation": "none"}, "unknown session option"),
    ],
)
def test_a_mistake_is_told_when_the_preset_is_made(options, sentence):
    with pytest.raises(ConfigError) as refusal:
        Preset(**options)
    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot read the preset"),
        ("voice = marin", "is no preset: it is not JSON"),
        ("[]", "is no preset: it is not a JSON object"),
        ('{"speed": 9}', "the nearest is 1.5"),
    ],
)
def test_a_file_that_is_no_preset_is_refused_in_a_sentence(tmp_path, content, sentence):
    path = tmp_path / "preset.json"
    if content is not None:
        path.write_text(content, "utf-8")
    with pytest.raises(ConfigError) as refusal:
        Preset.load(path)
    assert sentence in str(refusal.value)


def test_a_preset_that_cannot_be_written_is_refused_in_a_sentence(tmp_path):
    path = tmp_path / "missing" / "calm.json"
    with pytest.raises(ConfigError) as refusal:
        Preset(**CALM).save(path)
    assert str(refusal.value) == f"cannot write the preset {path}: no such file or directory"
