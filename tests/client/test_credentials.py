"""Minting ephemeral keys: against a small HTTP server that is told what to say, and our own."""

import contextlib
import http.server
import json
import logging
import sys
import threading
import traceback

import pytest
import websockets.version

from rt_notebook import ConfigError, ConnectionLost, Secret, ServerError, connect
from rt_notebook import mint_client_secret as mint
from rt_notebook.client.offline import offline_server

KEY = "sk-canary-0123456789abcdef"
EPHEMERAL = "ek_canary_0123456789"
SESSION = {
    "type": "realtime",
    "object": "realtime.session",
    "id": "sess_1",
    "model": "gpt-realtime-2.1",
    "output_modalities": ["audio"],
    "instructions": "Be brief.",
    "audio": {
        "input": {
            "format": {"type": "audio/pcmu"},
            "transcription": {"model": "gpt-live-transcribe"},
            "turn_detection": {"type": "semantic_vad", "eagerness": "low"},
        },
        "output": {"format": {"type": "audio/pcm", "rate": 24000}, "voice": "marin", "speed": 1.2},
    },
    "tools": [],
    "tool_choice": "auto",
    "max_output_tokens": "inf",
    "expires_at": 0,
    "something_new": 7,
}
MINTED = {"value": EPHEMERAL, "expires_at": 4102444800, "session": SESSION}
FLAT = {
    "id": "sess_1",
    "object": "realtime.session",
    "model": "gpt-4o-realtime",
    "modalities": ["audio", "text"],
    "instructions": "Be brief.",
    "voice": "alloy",
    "input_audio_format": "pcm16",
    "output_audio_format": "g711_alaw",
    "input_audio_transcription": {"model": "whisper-1"},
    "turn_detection": {"type": "server_vad", "threshold": 0.5},
    "tools": [],
    "tool_choice": "auto",
    "temperature": 0.7,
    "max_response_output_tokens": 200,
    "client_secret": {"value": EPHEMERAL, "expires_at": 4102444800},
}


class Desk:
    """An HTTP server on loopback that gives one answer and keeps what it is asked."""

    def __init__(self, status=200, body=MINTED, headers=()):
        self.requests = []
        desk = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                content = self.rfile.read(int(self.headers["Content-Length"]))
                desk.requests.append((self.path, dict(self.headers), json.loads(content)))
                answer = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"ws://127.0.0.1:{self.server.server_port}/v1/realtime"


@contextlib.contextmanager
def desk(*args, **options):
    here = Desk(*args, **options)
    thread = threading.Thread(target=here.server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield here
    finally:
        here.server.shutdown()
        here.server.server_close()
        thread.join(10)


def test_ga_is_asked_as_the_api_has_it():
    with desk() as here:
        mint(here.url, api_key=KEY, expires_after=120, model="gpt-realtime-2.1", voice="marin")
    ((path, headers, body),) = here.requests
    assert path == "/v1/realtime/client_secrets"
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert body == {
        "expires_after": {"anchor": "created_at", "seconds": 120},
        "session": {
            "type": "realtime",
            "model": "gpt-realtime-2.1",
            "audio": {"output": {"voice": "marin"}},
        },
    }


def test_in_clear_no_certificates_are_loaded(monkeypatch):
    loaded = []
    monkeypatch.setattr("ssl.create_default_context", lambda *_, **__: loaded.append(1))
    monkeypatch.setattr("ssl.SSLContext.load_verify_locations", lambda *_, **__: loaded.append(1))
    with desk() as here:
        mint(here.url, api_key=KEY)
    assert (len(here.requests), loaded) == (1, [])


def test_the_older_way_is_asked_flat():
    with desk(body=FLAT) as here:
        mint(
            here.url,
            api_key=KEY,
            endpoint="sessions",
            expires_after=60,
            model="gpt-4o-realtime",
            modalities="audio",
            voice="alloy",
            temperature=0.7,
            turn_detection_threshold=0.5,
            max_output_tokens=200,
            output_audio_format="g711_alaw",
        )
    ((path, _, body),) = here.requests
    assert path == "/v1/realtime/sessions"
    assert body == {
        "model": "gpt-4o-realtime",
        "modalities": ["text", "audio"],
        "voice": "alloy",
        "temperature": 0.7,
        "turn_detection": {"type": "server_vad", "threshold": 0.5},
        "max_response_output_tokens": 200,
        "output_audio_format": "g711_alaw",
        "client_secret": {"expires_after": {"anchor": "created_at", "seconds": 60}},
    }


def test_a_transcription_session_is_asked_for_its_own_way():
    with desk(body=FLAT) as here:
        mint(
            here.url,
            endpoint="transcription_sessions",
            expires_after=60,
            transcription_model="whisper-1",
            turn_detection="none",
        )
    ((path, _, body),) = here.requests
    assert path == "/v1/realtime/transcription_sessions"
    assert body == {
        "input_audio_transcription": {"model": "whisper-1"},
        "turn_detection": None,
        "client_secret": {"expires_at": {"anchor": "created_at", "seconds": 60}},
    }


def test_the_answer_is_typed_and_its_key_a_secret():
    with desk() as here:
        minted = mint(here.url, api_key=KEY)
    assert isinstance(minted.value, Secret)
    assert minted.value.reveal() == EPHEMERAL
    assert minted.expires_at == 4102444800
    assert minted.seconds_left > 0
    session = minted.session
    assert session.client_secret == minted.value
    assert (session.id, session.model, session.voice) == ("sess_1", "gpt-realtime-2.1", "marin")
    assert (session.modalities, session.instructions, session.speed) == (
        ["audio"],
        "Be brief.",
        1.2,
    )
    assert (session.input_audio_format, session.output_audio_format) == ("g711_ulaw", "pcm16")
    assert session.input_audio_transcription == {"model": "gpt-live-transcribe"}
    assert session.turn_detection == {"type": "semantic_vad", "eagerness": "low"}
    assert (session.tools, session.tool_choice) == ([], "auto")
    assert (session.max_response_output_tokens, session.temperature) == ("inf", None)
    assert session.other == {"something_new": 7}
    assert EPHEMERAL not in repr(minted)


def test_the_older_answer_has_every_property():
    with desk(body=FLAT) as here:
        session = mint(here.url, endpoint="sessions").session
    told = {name: value for name, value in FLAT.items() if name != "client_secret"}
    assert {name: getattr(session, name) for name in told} == told
    assert session.client_secret.reveal() == EPHEMERAL


@pytest.mark.parametrize(
    ("status", "body", "headers", "sentence"),
    [
        (
            400,
            {"error": {"message": "No such voice.", "code": "invalid_value", "param": "voice"}},
            [("x-request-id", "req_7")],
            "No such voice (status 400, request req_7)",
        ),
        (401, {"error": {"message": f"Wrong key: {KEY}"}}, [], "Wrong key: ••• (status 401)"),
        (429, b"busy", [("x-request-id", "r")], "the server refused (status 429, request r)"),
        (500, {"error": "odd"}, [], "the server refused (status 500)"),
        (200, b"<html>", [], "the server's answer is no JSON object (status 200)"),
        (200, {"session": SESSION}, [], "the server's answer holds no key"),
    ],
)  # fmt: skip
def test_a_refusal_is_a_sentence_with_status_and_request(status, body, headers, sentence):
    with desk(status, body, headers) as here, pytest.raises(ServerError) as refusal:
        mint(here.url, api_key=Secret(KEY))
    assert str(refusal.value) == sentence
    assert KEY not in frames_of(refusal.value)


def frames_of(error):
    """Return the traceback with its variables, this test's own frame apart."""
    below = error.__traceback__.tb_next
    shown = traceback.TracebackException(type(error), error, below, capture_locals=True)
    return "".join(shown.format())


@pytest.mark.threat("T13")
def test_a_redirect_is_not_followed_and_no_key_travels_on():
    with (
        desk() as elsewhere,
        desk(307, {}, [("Location", elsewhere.url.replace("ws:", "http:"))]) as here,
        pytest.raises(ServerError, match="sends elsewhere"),
    ):
        mint(here.url, api_key=Secret(KEY))
    assert elsewhere.requests == []


def test_no_key_is_in_any_log(caplog):
    caplog.set_level(logging.DEBUG)
    with desk() as here:
        mint(here.url, api_key=Secret(KEY))
    assert KEY not in caplog.text
    assert EPHEMERAL not in caplog.text


def test_nobody_there_is_said_plainly():
    with desk() as here:
        pass
    with pytest.raises(ConnectionLost, match="cannot reach 127") as lost:
        mint(here.url, api_key=Secret(KEY))
    assert KEY not in frames_of(lost.value)


CONNECT = pytest.param(
    connect,
    marks=pytest.mark.skipif(
        int(websockets.version.version.split(".")[0]) < 15, reason="websockets 13 uses no proxy"
    ),
)
CANNOT_BE = "the proxy's address cannot be used; write it as http://HOST:PORT"


@pytest.mark.parametrize("way", ["given", "environment"])
@pytest.mark.parametrize("ask", [CONNECT, mint])
@pytest.mark.parametrize(
    ("proxy", "sentence"),
    [
        ("ftp://u:sekret@h:1", CANNOT_BE),
        ("http://u:sekret@h:abc", CANNOT_BE),
        ("socks5://u:sekret@h:1", "a SOCKS proxy needs the package (python-socks|socksio)"),
    ],
)
def test_a_proxy_that_cannot_be_is_refused_without_its_password(
    monkeypatch, ask, proxy, sentence, way
):
    for package in ("python_socks", "socksio"):
        monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setenv("HTTPS_PROXY", proxy if way == "environment" else "")
    given = {"proxy": Secret(proxy)} if way == "given" else {}
    with pytest.raises(ConfigError, match=sentence) as refusal:
        ask("wss://h.invalid/v1", api_key=Secret(KEY), **given)
    shown = f"{refusal.value} {frames_of(refusal.value)}"
    assert "sekret" not in shown
    assert KEY not in shown


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"expires_after": 9}, "expires_after takes 10 to 7200 s, got 9; the nearest is 10"),
        ({"expires_after": 7201}, "the nearest is 7200"),
        ({"api_key": "sekret-é"}, "the key or token holds more than printable ASCII"),
        ({"headers": {"X-Team": "é"}}, "the header X-Team holds more than printable ASCII"),
        ({"endpoint": "secrets"}, "endpoint takes client_secrets, sessions or transcription"),
        ({"temperature": 0.7}, "temperature is not part of the GA API"),
        ({"voise": "marin"}, "did you mean 'voice'"),
        ({"endpoint": "sessions", "reasoning_effort": "low"}, "the beta dialect has no reasoning"),
        (
            {"endpoint": "sessions", "session_type": "transcription"},
            "sessions starts no transcription session; ask with endpoint='transcription_sessions'",
        ),
        (
            {"endpoint": "transcription_sessions", "session_type": "realtime"},
            "transcription_sessions starts no realtime session; ask with endpoint='sessions'",
        ),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_asked(options, sentence):
    with desk() as here, pytest.raises(ConfigError, match=sentence):
        mint(here.url, **{"api_key": KEY, **options})
    assert here.requests == []


@pytest.mark.slow
class TestOnTheOfflineServer:
    def test_a_minted_key_starts_a_session_with_its_configuration(self):
        minted = mint("offline", expires_after=60, voice="cedar", turn_detection="none")
        session = connect(offline_server().url, api_key=minted.value, quiet=True)
        assert session.config["audio"]["output"]["voice"] == "cedar"
        assert session.turn_detection == "none"

    @pytest.mark.parametrize("endpoint", ["sessions", "transcription_sessions"])
    def test_the_older_ways_mint_too(self, endpoint):
        minted = mint("offline", endpoint=endpoint, expires_after=60, silence_duration=700)
        assert minted.session.turn_detection["silence_duration_ms"] == 700
        assert 0 < minted.seconds_left <= 60
