"""Keys and magics: no key is typed, none is shown."""

import contextlib
import threading

import pytest
from IPython.core.error import UsageError
from IPython.utils.capture import capture_output

from rt_notebook import Secret, connect

from ..client.scripted import Puppet, scripted_server
from ..client.test_credentials import EPHEMERAL, FLAT, KEY, SESSION, desk


def run(shell, text):
    name, _, rest = text.partition(" ")
    with capture_output() as shown:
        value = shell.run_line_magic(name, rest)
    return value, shown.stdout


def test_the_token_is_a_secret_that_only_reveal_gives(shell, monkeypatch):
    monkeypatch.setenv("MY_KEY", KEY)
    with desk() as here:
        value, printed = run(
            shell, f"rt_token {here.url} --api-key-env MY_KEY --expires-after 60 --voice cedar"
        )
    ((_, headers, body),) = here.requests
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert body["expires_after"]["seconds"] == 60
    assert body["session"]["audio"]["output"]["voice"] == "cedar"
    assert isinstance(value, Secret)
    assert EPHEMERAL not in f"{value} {value!r} {printed}"
    assert value.reveal() == EPHEMERAL


def test_a_key_can_be_asked_for_without_showing(shell, monkeypatch):
    monkeypatch.setattr("getpass.getpass", lambda prompt: KEY)
    with desk() as here:
        value, _ = run(shell, f"rt_token {here.url} --ask-key -o token")
    ((_, headers, _),) = here.requests
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert value is None
    assert shell.user_ns["token"].reveal() == EPHEMERAL


@pytest.mark.parametrize("nobody", [EOFError, NotImplementedError])
def test_where_nobody_can_type_a_key_the_other_way_is_told(shell, monkeypatch, nobody):
    def ask(prompt):
        raise nobody

    monkeypatch.setattr("getpass.getpass", ask)
    with pytest.raises(UsageError, match="name its variable: --api-key-env"):
        run(shell, "rt_token offline --ask-key")


SERVER_VAD = {
    **SESSION,
    "truncation": "auto",
    "audio": {"input": {"turn_detection": {"type": "server_vad", "threshold": 0.5}}},
}


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        ("--eagerness low", {"type": "semantic_vad", "eagerness": "low"}),
        ("--turn-detection semantic_vad", {"type": "semantic_vad"}),
        ("--enable-turn-detection false", None),
        ("--threshold 0.7", {"type": "server_vad", "threshold": 0.7}),
    ],
)
def test_options_go_over_what_is_in_force_in_a_session(shell, options, asked):
    with in_force(SERVER_VAD), desk() as here:
        run(shell, f"rt_token {here.url} -s default {options}")
    ((_, _, body),) = here.requests
    assert body["session"]["audio"]["input"]["turn_detection"] == asked
    assert body["session"]["instructions"] == "Be brief."


@pytest.mark.parametrize(
    ("endpoint", "asked"),
    [
        ("sessions", {"modalities", "model", "instructions", "turn_detection"}),
        ("transcription_sessions", {"turn_detection"}),
    ],
)
def test_an_older_endpoint_is_asked_for_what_it_knows(shell, endpoint, asked):
    with in_force(SERVER_VAD), desk(body=FLAT) as here:
        run(shell, f"rt_token {here.url} -s default --endpoint {endpoint}")
    ((path, _, body),) = here.requests
    assert path == f"/v1/realtime/{endpoint}"
    assert asked <= body.keys()
    assert body["turn_detection"] == {"type": "server_vad", "threshold": 0.5}
    assert ("instructions" in body, "truncation" in body) == ("instructions" in asked, False)


@contextlib.contextmanager
def in_force(session):
    """Let the default session be one with this configuration."""
    puppet = Puppet()
    with scripted_server(puppet.script) as url:
        opened = connect(url, quiet=True)
        answered = threading.Event()
        opened.on("session.updated", lambda event: answered.set())
        puppet.say({"type": "session.updated", "event_id": "e", "session": session})
        assert answered.wait(10)
        yield


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("rt_token --expires-after 5 offline", "--expires-after takes 10 to 7200 s, got '5'"),
        ("rt_token --api-key sk-123 offline", "Unknown session option 'api_key'"),
        ("rt_token openai --api-key-env NOT_SET_HERE", "NOT_SET_HERE is not set"),
        ("rt_connect openai --api-key-env NOT_SET_HERE", "NOT_SET_HERE is not set"),
        ("rt_connect azure --token-env NOT_SET_HERE", "NOT_SET_HERE is not set"),
        ("rt_connect offline --dialect gamma", "invalid choice: 'gamma'"),
        ("rt_token openai --endpoint sessions --session-type transcription", "Endpoint sessions"),
        ("rt_connect wss://h:99999/v1", "The address is malformed"),
        ("rt_connect wss://h:abc/v1", "The address is malformed"),
        ("rt_connect wss://[bad/v1", "The address is malformed"),
        ("rt_token wss://[bad/v1", "The address is malformed"),
        ("rt_connect offline --timeout soon", "Timeout takes seconds, got 'soon'"),
    ],
)
def test_a_mistake_is_one_sentence(shell, line, sentence):
    with pytest.raises(UsageError) as refusal:
        run(shell, line)
    assert sentence in str(refusal.value)
    assert "sk-123" not in str(refusal.value)


@pytest.mark.slow
def test_temperature_works_by_magics_where_the_server_speaks_beta(shell):
    run(shell, "rt_connect offline --dialect beta -o session")
    run(shell, "rt_config --temperature 0.7 --modalities text")
    run(shell, "rt_say -o reply What is one plus one?")
    assert shell.user_ns["reply"].response["temperature"] == 0.7
    _, printed = run(shell, "rt_config")
    assert "--temperature" in printed
