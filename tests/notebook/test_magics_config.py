"""Seeing and changing the configuration by magics: dry runs, refusals, what is in force."""

import re
import threading

import pytest
from IPython.core.error import UsageError
from IPython.utils.capture import capture_output

from rt_notebook import ServerError
from rt_notebook.client.connect import connect
from rt_notebook.config.options import OPTIONS

from ..client.scripted import Puppet, scripted_server
from ..config.golden import CONFLICTS, RESPONSE_ROWS, SESSION_ROWS

FLAGS = {
    name: f"--{name.replace('_', '-')}" for one in OPTIONS for name in (one.name, *one.aliases)
}


@pytest.fixture
def puppet(shell):
    puppet = Puppet()
    with scripted_server(puppet.script) as url:
        puppet.session = connect(url, quiet=True)
        yield puppet


def line(shell, text):
    """Run a magic's line; return its value and what it printed."""
    name, _, rest = text.partition(" ")
    with capture_output() as shown:
        value = shell.run_line_magic(name, rest)
    return value, shown.stdout


def refused(shell, text):
    with pytest.raises(UsageError) as refusal:
        line(shell, text)
    assert "\n" not in str(refusal.value).strip()
    return str(refusal.value)


def test_a_dry_run_needs_no_session_and_is_the_cells_value(shell):
    event, printed = line(shell, "rt_config --dry-run --voice marin --threshold 0.6")
    assert event == {
        "type": "session.update",
        "session": {
            "type": "realtime",
            "audio": {
                "input": {"turn_detection": {"type": "server_vad", "threshold": 0.6}},
                "output": {"voice": "marin"},
            },
        },
    }
    assert printed == ""


def test_a_dry_run_is_stored_where_o_says(shell):
    value, _ = line(shell, "rt_respond --dry-run --modalities text --event-id mine -o event")
    assert value is None
    assert shell.user_ns["event"] == {
        "type": "response.create",
        "event_id": "mine",
        "response": {"output_modalities": ["text"]},
    }


def test_a_dry_run_of_the_cell_form_has_the_cell_as_instructions(shell):
    event = shell.run_cell_magic("rt_respond", "--dry-run", "Say it\nin two lines.\n")
    assert event["response"] == {"instructions": "Say it\nin two lines."}


def test_a_dry_run_speaks_beta_where_it_is_asked_to(shell):
    event, _ = line(shell, "rt_config --dry-run --dialect beta --temperature 0.7 --threshold 0.6")
    assert event == {
        "type": "session.update",
        "session": {
            "temperature": 0.7,
            "turn_detection": {"type": "server_vad", "threshold": 0.6},
        },
    }


def test_a_dry_run_goes_with_the_session_in_force_and_sends_nothing(shell, puppet):
    session = {"type": "realtime", "audio": {"input": {"turn_detection": {"type": "semantic_vad"}}}}
    configured = puppet.session.configure(turn_detection="semantic_vad")
    puppet.told("session.update")
    puppet.say({"type": "session.updated", "event_id": "e", "session": session})
    configured.wait(10)
    seen = len(puppet.session.log)
    event, _ = line(shell, "rt_config --dry-run --create-response-on-turn-end false")
    assert event["session"]["audio"]["input"]["turn_detection"] == {
        "type": "semantic_vad",
        "create_response": False,
    }
    assert len(puppet.session.log) == seen


def test_secrets_are_masked_in_a_dry_run(shell):
    shell.user_ns["servers"] = [
        {
            "type": "mcp",
            "server_label": "notes",
            "server_url": "https://notes.example",
            "authorization": "canary-0123456789",
            "headers": {"X-Key": "canary-0123456789"},
        }
    ]
    event, _ = line(shell, "rt_config --dry-run --tools servers")
    (tool,) = event["session"]["tools"]
    assert tool["authorization"] == "•••"
    assert tool["headers"] == {"X-Key": "•••"}


def test_json_is_given_as_json_or_as_a_variable(shell):
    tool = {"type": "function", "name": "now", "parameters": {"type": "object", "properties": {}}}
    shell.user_ns["my_tools"] = [tool]
    by_name, _ = line(shell, "rt_config --dry-run --tools my_tools")
    by_json, _ = line(
        shell,
        'rt_config --dry-run --tools [{"type": "function", "name": "now", '
        '"parameters": {"type": "object", "properties": {}}}]',
    )
    assert by_name == by_json
    assert by_name["session"]["tools"] == [tool]
    assert "no variable is called 'my_tolls'" in refused(
        shell, "rt_config --dry-run --tools my_tolls"
    )


def test_a_variable_never_stands_for_a_plain_word(shell):
    shell.user_ns.update(marin={"id": "voice_1"}, hello=["something", "else"])
    event, _ = line(shell, "rt_config --dry-run --voice marin --instructions hello")
    assert event["session"]["instructions"] == "hello"
    assert event["session"]["audio"]["output"]["voice"] == "marin"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("--speed 9", "--speed takes 0.25 to 1.5, got '9'; the nearest is 1.5."),
        (
            "--temperature 0.7",
            "--temperature is not part of the GA API: leave it out, or use --dialect beta "
            "with a server that still speaks it.",
        ),
        ("--turn-detection servr_vad", "did you mean 'server_vad'?"),
        ("--eagerness low --turn-detection server_vad", "--turn-detection-eagerness belongs to"),
        ("--enable-turn-detection false --threshold 0.5", "conflicts with"),
        ("--max-output-tokens 5000", "--max-output-tokens takes 1 to 4096"),
        ("--transcription-language english", "an ISO-639-1 code such as en"),
        ("--idle-timeout 1", "5000 to 30000 ms"),
        ("--tools {", "JSON"),
        ("--voise marin", "did you mean 'voice'?"),
        ("--modalities text,audio", "--output-modalities"),
    ],
)  # fmt: skip
def test_a_mistake_is_shown_as_one_sentence_with_the_option(shell, text, sentence):
    assert sentence in refused(shell, f"rt_config --dry-run {text}")


def seen_refusals():
    """What the configuration refuses, as one types it: the magic, its options, the dialect."""
    for options, sentence in CONFLICTS:
        yield "rt_config", options, "ga", sentence
    for magic, rows in (("rt_config", SESSION_ROWS), ("rt_respond", RESPONSE_ROWS)):
        for options, *said in rows:
            for dialect, sentence in zip(("ga", "beta"), said, strict=True):
                if isinstance(sentence, str):
                    yield magic, options, dialect, sentence


def quoted(value):
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"'{text}'" if '"' in text else f'"{text}"'


def test_whatever_is_refused_is_one_sentence_that_names_an_option(shell):
    count = 0
    for magic, options, dialect, sentence in seen_refusals():
        if not all(isinstance(value, (str, bool, int, float)) for value in options.values()):
            continue  # nobody types it
        words = " ".join(f"--{n.replace('_', '-')}={quoted(v)}" for n, v in options.items())
        told = refused(shell, f"{magic} --dry-run --dialect {dialect} {words}")
        assert told[0].isupper() or told.startswith("--"), told
        assert told.endswith((".", "?")), told
        words = re.findall(r"[a-z]+(?:_[a-z]+)+", sentence)
        flags = [FLAGS[word] for word in words if word in FLAGS]
        assert all(flag in told for flag in flags), (told, sentence)
        count += 1
    assert count > 50


def test_a_refusal_names_the_option_and_can_be_caught(shell, puppet):
    puppet.session.on("session.update", lambda event: puppet.say(refusal_of(event)))
    with pytest.raises(ServerError) as caught:
        line(shell, "rt_config --wait --speed 1.5")
    assert isinstance(caught.value, UsageError)
    assert str(caught.value) == "Not this fast (--speed)."
    assert (caught.value.code, caught.value.param) == ("no", "session.audio.output.speed")


def test_connecting_takes_the_options_of_the_configuration(shell):
    puppet = Puppet()
    with scripted_server(puppet.script) as url:
        connecting = threading.Thread(
            target=line, args=(shell, f"rt_connect {url} --model gpt-next --voice marin -o session")
        )
        connecting.start()
        session = puppet.told("session.update")["session"]
        puppet.say({"type": "session.updated", "event_id": "e", "session": session})
        connecting.join(10)
        assert session == {"type": "realtime", "audio": {"output": {"voice": "marin"}}}
        assert shell.user_ns["session"].backend.url.endswith("?model=gpt-next")
    refused(shell, "rt_connect wss://nobody.invalid/v1/realtime --speed 9")


def test_a_refusal_shows_without_a_traceback(shell, puppet):
    puppet.session.on("session.update", lambda event: puppet.say(refusal_of(event)))
    with capture_output() as shown:
        shell.run_cell("%rt_config --speed 1.5")
    told = shown.stdout + shown.stderr
    assert "UsageError: Not this fast (--speed)." in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("param", "place"),
    [
        ("session.audio.output.voice", "(--voice)"),
        ("session.tools[0].name", "(--tools[0].name)"),
        ("session.audio.input.turn_detection.threshold", "(--turn-detection-threshold)"),
        ("session.tracing.metadata.topic", "(--tracing-metadata.topic)"),
    ],
)
def test_a_refusal_names_the_place_in_the_option(shell, puppet, param, place):
    puppet.session.on("session.update", lambda event: puppet.say(refusal_of(event, param)))
    assert refused(shell, "rt_config --speed 1.5") == f"Not this fast {place}."


def test_a_refusal_of_something_beside_the_options_names_none(shell, puppet):
    puppet.session.on(
        "session.update", lambda event: puppet.say(refusal_of(event, "session.toolsy"))
    )
    assert refused(shell, "rt_config --speed 1.5") == "Not this fast."


def refusal_of(event, param="session.audio.output.speed"):
    error = {
        "type": "invalid_request_error",
        "code": "no",
        "message": "Not this fast.",
        "param": param,
        "event_id": event["event_id"],
    }
    return {"type": "error", "event_id": "e", "error": error}


def test_what_is_in_force_stands_beside_the_servers_defaults_and_what_was_asked(shell, puppet):
    def answer(event):
        session = {
            "type": "realtime",
            "model": "scripted",
            "instructions": "Be brief.",
            "audio": {
                "input": {"turn_detection": {"type": "server_vad", "silence_duration_ms": 200}},
                "output": {"speed": 1.0},
            },
        }
        puppet.say({"type": "session.updated", "event_id": "e", "session": session})

    puppet.session.on("session.update", answer)
    line(
        shell,
        "rt_config --instructions 'Be brief.' --silence-duration 200 --speed 1.2 "
        "--transcription-model whisper-x",
    )
    _, printed = line(shell, "rt_config")
    lines = [" ".join(row.split()) for row in printed.splitlines()]
    assert lines[0].startswith("Configuration at 127.0.0.1")
    assert "* --instructions Be brief. not there" in lines
    assert "* --turn-detection-silence-duration 200 500" in lines
    assert "--turn-detection-type server_vad" in lines
    after = lines[lines.index("Asked for, and not what is in force:") :]
    assert "--speed asked 1.2 is 1" in after
    assert "--input-audio-transcription-model asked whisper-x the server does not tell" in after


def test_of_what_is_turned_off_the_servers_default_is_told(shell, puppet):
    session = {"type": "realtime", "audio": {"input": {"turn_detection": None}}}
    answered = {"type": "session.updated", "event_id": "e", "session": session}
    puppet.session.on("session.update", lambda event: puppet.say(answered))
    _, printed = line(shell, "rt_config --turn-detection none")
    assert "* --turn-detection none server_vad" in " ".join(printed.split())


def test_modalities_in_another_order_are_those_that_were_asked_for(shell, puppet):
    session = {"type": "realtime", "output_modalities": ["audio", "text"]}
    answered = {"type": "session.updated", "event_id": "e", "session": session}
    puppet.session.on("session.update", lambda event: puppet.say(answered))
    update = {"type": "realtime", "output_modalities": ["text", "audio"]}
    puppet.session.send({"type": "session.update", "session": update}).wait(10)
    _, printed = line(shell, "rt_config")
    assert "Asked for" not in printed


def test_help_lists_every_option_with_range_and_default(shell):
    from IPython.core.oinspect import getdoc

    text = " ".join(getdoc(shell.find_line_magic("rt_config")).split())
    assert "--speed how fast it speaks (0.25 to 1.5; default 1.0)" in text
    assert "--turn-detection-threshold, --threshold" in text
    assert "5000 to 30000 ms" in text
    assert "--dry-run return the event and send nothing" in text
    assert "--metadata" in getdoc(shell.find_line_magic("rt_respond"))
    assert "%rt_item truncate" in getdoc(shell.find_line_magic("rt_item"))


@pytest.mark.parametrize("value", [{"a": {1}}, {"a": float("nan")}, {"a": b"x"}])
def test_a_value_that_json_cannot_hold_is_told_by_its_option(shell, puppet, value):
    seen = len(puppet.session.log)
    shell.user_ns["given"] = value
    told = "--tracing-metadata.a takes what JSON can hold, got "
    assert refused(shell, "rt_config --tracing-metadata given").startswith(told)
    assert refused(shell, "rt_config --dry-run --tracing-metadata given").startswith(told)
    assert refused(shell, "rt_token offline --tracing-metadata given").startswith(told)
    assert len(puppet.session.log) == seen


def test_two_names_of_one_option_contradict_each_other(shell):
    told = refused(shell, "rt_config --dry-run --modalities text --output-modalities audio")
    assert told == (
        "--modalities 'text' conflicts with --output-modalities 'audio': leave one of them out."
    )
    way = "wss://nobody.invalid/v1/realtime"
    assert refused(shell, f"rt_connect {way} --modalities text --output-modalities audio") == told
    event, _ = line(shell, "rt_config --dry-run --modalities text --output-modalities text")
    assert event["session"]["output_modalities"] == ["text"]
