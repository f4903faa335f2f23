"""The form: made from the table, changed by hand, answered by the server."""

import threading

import pytest

from rt_notebook import connect
from rt_notebook.client.connect import close_all
from rt_notebook.notebook.arguments import tokens
from rt_notebook.notebook.controls import config_line

from ..client.scripted import Puppet, scripted_server

DETECTION = {"type": "server_vad", "threshold": 0.5, "silence_duration_ms": 500}


def configured(detection=DETECTION, **more):
    audio = {
        "input": {"turn_detection": detection, "transcription": None},
        "output": {"speed": 1.0},
    }
    session = {"type": "realtime", "instructions": "Be brief.", "audio": audio, **more}
    return {"type": "session.updated", "event_id": "e", "session": session}


@pytest.fixture
def puppet():
    puppet = Puppet()
    with scripted_server(puppet.script) as url:
        puppet.session = connect(url, quiet=True)
        told(puppet, configured())
        puppet.form = puppet.session.controls()
        yield puppet
        puppet.form.close()
        close_all()


def told(puppet, event):
    """Let the server say something, and wait until it was taken in."""
    taken = threading.Event()
    stop = puppet.session.on(event["type"], lambda event: taken.set())
    puppet.say(event)
    assert taken.wait(10)
    stop()


def said(form):
    return form.told.value.partition(">")[2].partition("<")[0]


def asked(puppet, name, value):
    puppet.form.fields[name].value = value
    return puppet.told("session.update")


def visible(form):
    return {name for name, field in form.fields.items() if field.layout.display != "none"}


def test_the_form_shows_what_is_in_force(puppet):
    fields = puppet.form.fields
    assert fields["instructions"].value == "Be brief."
    assert fields["turn_detection_type"].value == "server_vad"
    assert fields["turn_detection_threshold"].value == 0.5
    assert fields["input_audio_transcription_model"].value == "none"
    assert "temperature" not in fields


def test_only_the_fields_of_its_type_are_there(puppet):
    assert "turn_detection_silence_duration" in visible(puppet.form)
    assert "turn_detection_eagerness" not in visible(puppet.form)
    told(puppet, configured({"type": "semantic_vad", "eagerness": "low"}))
    assert "turn_detection_silence_duration" not in visible(puppet.form)
    assert "turn_detection_eagerness" in visible(puppet.form)
    told(puppet, configured(None))
    assert "turn_detection_eagerness" not in visible(puppet.form)
    assert "interrupt_response" not in visible(puppet.form)


def test_a_change_is_sent_with_nothing_else_and_shown_as_a_line(puppet):
    event = asked(puppet, "turn_detection_type", "semantic_vad")
    assert event["session"] == {
        "type": "realtime",
        "audio": {"input": {"turn_detection": {"type": "semantic_vad"}}},
    }
    assert "%rt_config --turn-detection-type semantic_vad" in puppet.form.line.value
    told(puppet, configured({"type": "semantic_vad", "eagerness": "auto"}))
    assert said(puppet.form) == "The server took it."


def test_none_turns_the_whole_off(puppet):
    event = asked(puppet, "turn_detection_type", "none")
    assert event["session"]["audio"]["input"] == {"turn_detection": None}
    event = asked(puppet, "input_audio_transcription_model", "gpt-live-transcribe")
    assert event["session"]["audio"]["input"]["transcription"] == {"model": "gpt-live-transcribe"}
    event = asked(puppet, "input_audio_transcription_model", "")
    assert event["session"]["audio"]["input"] == {"transcription": None}


def test_what_cannot_be_is_told_and_the_field_goes_back(puppet):
    seen = len(puppet.session.log)
    puppet.form.fields["turn_detection_silence_duration"].value = "soon"
    assert said(puppet.form) == (
        "--turn-detection-silence-duration takes 0 ms or more, got &#x27;soon&#x27;."
    )
    assert puppet.form.fields["turn_detection_silence_duration"].value == "500"
    assert len(puppet.session.log) == seen


def test_a_refusal_is_told_and_the_field_goes_back(puppet):
    event = asked(puppet, "speed", 1.5)
    error = {"message": "Not <now>.", "code": "no", "event_id": event["event_id"]}
    told(puppet, {"type": "error", "event_id": "e", "error": error})
    assert said(puppet.form) == "Not &lt;now&gt;."
    assert puppet.form.fields["speed"].value == 1.0


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ({"voice": "marin"}, "%rt_config --voice marin"),
        ({"instructions": "Be brief."}, '%rt_config --instructions "Be brief."'),
        ({"instructions": 'Say "hi".'}, "%rt_config --instructions 'Say \"hi\".'"),
        ({"instructions": ""}, '%rt_config --instructions ""'),
        ({"interrupt_response": False}, "%rt_config --interrupt-response false"),
        ({"tools": []}, "%rt_config --tools []"),
    ],
)
def test_the_line_says_the_same(options, line):
    assert config_line(options) == line


@pytest.mark.parametrize(
    "text",
    ['He said "no", didn\'t he?', "[be] nice", '{"be": "nice"}', '"x"', 'say "a", don\'t\\'],
)
def test_the_line_is_read_as_it_was_meant(text):
    words = tokens(config_line({"instructions": text}))
    assert words == ["%rt_config", "--instructions", text]


def test_the_line_names_a_session_that_has_a_name():
    assert config_line({"speed": 1.2}, "second") == "%rt_config -s second --speed 1.2"


def test_the_line_holds_no_secret_of_a_tool_server():
    server = '{"type":"mcp","server_label":"w","server_url":"https://w","authorization":"sekret"}'
    line = config_line({"tools": f"[{server}]"})
    assert '"authorization": "•••"' in line
    assert "sekret" not in line
    assert config_line({"tools": f"[{server}"}) == ""


def test_the_form_of_a_session_that_only_hears_has_what_it_hears_with(puppet):
    told(puppet, {**configured(), "session": {"type": "transcription", "audio": {"input": {}}}})
    form = puppet.session.controls()
    assert set(form.fields) == {
        "turn_detection_type",
        "turn_detection_threshold",
        "turn_detection_prefix_padding",
        "turn_detection_silence_duration",
        "turn_detection_idle_timeout",
        "turn_detection_eagerness",
        "input_audio_transcription_model",
        "input_audio_transcription_language",
        "input_audio_noise_reduction_type",
    }
    form.close()
