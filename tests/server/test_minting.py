"""Ephemeral keys over a real server: minted by POST, working, expiring, carrying a session."""

from __future__ import annotations

import json

import pytest

from rt_notebook.secret import Secret
from rt_notebook.server.minting import Mint

from .http import post, raw
from .test_session_state import SERVER_VAD
from .wire import KEY, run, shape, status_of, wired

CLIENT_SECRETS = "/v1/realtime/client_secrets"
SESSION = {
    "type": "realtime",
    "model": "gpt-realtime",
    "instructions": "Be brief.",
    "output_modalities": ["text"],
    "audio": {"output": {"voice": "cedar"}},
}


def minted(url: str, **body) -> dict:
    status, answer, headers = post(url, CLIENT_SECRETS, body)
    assert status == 200, answer
    assert headers["Content-Type"] == "application/json"
    return answer


def test_a_minted_key_starts_the_session_that_it_was_minted_with(text_server):
    answer = minted(text_server, session=SESSION)
    assert set(answer) == {"value", "expires_at", "session"}
    assert answer["value"].startswith("ek_")

    @run
    async def talk() -> None:
        for _ in range(2):  # it starts any number of sessions
            async with wired(text_server, key=answer["value"]) as wire:
                session = wire.events[0]["session"]
                assert session["model"] == "gpt-realtime"
                assert session["instructions"] == "Be brief."
                assert session["output_modalities"] == ["text"]
                assert session["audio"]["output"]["voice"] == "cedar"

    talk()


def test_the_answer_has_the_types_of_the_sdk(text_server):
    from openai.types.realtime import ClientSecretCreateResponse

    for session in (SESSION, {"type": "transcription"}):
        ClientSecretCreateResponse.model_validate(minted(text_server, session=session), strict=True)


def test_the_answer_has_the_keys_of_a_recorded_one(shared, text_server):
    lines = (shared / "recordings/webrtc__create_client_secret.jsonl").read_text().splitlines()
    recorded = next(json.loads(line)["ev"] for line in lines if "request" in line)
    body = recorded["request"]["parsed_body"]
    theirs = recorded["response"]["parsed_body"]
    ours = minted(text_server, **body)
    assert shape(ours) == shape(theirs)
    assert ours["session"]["expires_at"] == theirs["session"]["expires_at"]
    ids = {"id": None, "expires_at": None}
    turn_detection = {"turn_detection": None}
    ours_input = {**ours["session"]["audio"]["input"], **turn_detection}
    assert ours_input == {**theirs["session"]["audio"]["input"], **turn_detection}
    assert {**ours["session"], **ids, "audio": 0} == {**theirs["session"], **ids, "audio": 0}


def test_a_key_may_be_minted_for_transcription(text_server):
    value = minted(text_server, session={"type": "transcription"})["value"]

    @run
    async def talk() -> None:
        async with wired(text_server, key=value) as wire:
            assert wire.events[0]["session"]["type"] == "transcription"

    talk()


@pytest.mark.threat("T4")
def test_a_minted_key_cannot_mint(text_server):
    value = minted(text_server)["value"]
    status, answer, _ = post(text_server, CLIENT_SECRETS, {}, key=value)
    assert (status, answer["error"]["code"]) == (401, "invalid_api_key")


@pytest.mark.parametrize("key", [None, "wrong"])
def test_minting_needs_the_key(text_server, key):
    status, answer, _ = post(text_server, CLIENT_SECRETS, {}, key=key)
    assert (status, answer["error"]["code"]) == (401, "invalid_api_key")


def test_a_foreign_page_cannot_mint(text_server):
    status, answer, _ = post(text_server, CLIENT_SECRETS, {}, Origin="https://evil.example")
    assert (status, answer["error"]["code"]) == (403, "invalid_origin")


REFUSED = {
    "no JSON": (b"{", "invalid_json", None),
    "a list": ([], "invalid_json", None),
    "unknown key": ({"model": "x"}, "unknown_parameter", "model"),
    "a session that is text": ({"session": "realtime"}, "invalid_type", "session"),
    "no type": ({"session": {"model": "x"}}, "missing_required_parameter", "session.type"),
    "unknown session key": (
        {"session": {"type": "realtime", "temperature": 1}},
        "unknown_parameter",
        "session.temperature",
    ),
    "too soon": (
        {"expires_after": {"anchor": "created_at", "seconds": 9}},
        "invalid_value",
        "expires_after.seconds",
    ),
    "too late": (
        {"expires_after": {"anchor": "created_at", "seconds": 7201}},
        "invalid_value",
        "expires_after.seconds",
    ),
    "seconds as text": (
        {"expires_after": {"anchor": "created_at", "seconds": "60"}},
        "invalid_type",
        "expires_after.seconds",
    ),
    "another anchor": (
        {"expires_after": {"anchor": "now", "seconds": 60}},
        "invalid_value",
        "expires_after.anchor",
    ),
}


@pytest.mark.parametrize(("body", "code", "param"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_minted_gets_400_in_the_words_of_the_api(text_server, body, code, param):
    status, answer, _ = post(text_server, CLIENT_SECRETS, body)
    assert status == 400
    assert set(answer["error"]) == {"type", "code", "message", "param"}
    assert (answer["error"]["code"], answer["error"]["param"]) == (code, param)


@pytest.mark.threat("T4")
def test_a_key_expires():
    now = [1000.0]
    mint = Mint(now=lambda: now[0])
    body = json.dumps({"expires_after": {"anchor": "created_at", "seconds": 10}}).encode()
    answer = mint.answer("client_secrets", body)[1]
    assert answer["expires_at"] == 1010
    key = Secret(answer["value"])
    now[0] = 1009.9
    assert mint.session_of(key) == {"type": "realtime"}
    now[0] = 1010
    assert mint.session_of(key) is None


def test_a_key_lives_ten_minutes_when_nothing_else_is_said():
    mint = Mint(now=lambda: 1000.0)
    assert mint.answer("client_secrets", b"")[1]["expires_at"] == 1600


def test_the_old_way_of_minting_answers_flat(text_server):
    body = {
        "model": "gpt-4o-realtime-preview",
        "modalities": ["text"],
        "voice": "verse",
        "temperature": 0.7,
        "input_audio_format": "g711_ulaw",
        "client_secret": {"expires_after": {"anchor": "created_at", "seconds": 30}},
    }
    status, answer, _ = post(text_server, "/v1/realtime/sessions", body)
    assert status == 200
    assert answer["client_secret"]["value"].startswith("ek_")
    assert answer["modalities"] == ["text"]
    assert (answer["voice"], answer["temperature"]) == ("verse", 0.7)
    assert (answer["input_audio_format"], answer["output_audio_format"]) == ("g711_ulaw", "pcm16")
    assert answer["turn_detection"] == SERVER_VAD
    assert answer["max_response_output_tokens"] == "inf"
    assert "audio" not in answer
    assert "type" not in answer

    @run
    async def talk() -> None:
        async with wired(text_server, key=answer["client_secret"]["value"]) as wire:
            session = wire.events[0]["session"]
            assert session["audio"]["input"]["format"] == {"type": "audio/pcmu"}
            assert "temperature" not in session  # a GA session has none

    talk()


def test_the_old_way_of_minting_for_transcription_answers_flat(text_server):
    body = {"input_audio_transcription": {"model": "whisper-1", "language": "en"}}
    status, answer, _ = post(text_server, "/v1/realtime/transcription_sessions", body)
    assert status == 200
    assert answer["object"] == "realtime.transcription_session"
    assert answer["input_audio_transcription"]["model"] == "whisper-1"
    assert answer["input_audio_format"] == "pcm16"
    assert answer["client_secret"]["value"].startswith("ek_")


def test_a_post_elsewhere_is_not_found(text_server):
    status, answer, _ = post(text_server, "/v1/chat/completions", {})
    assert (status, answer["error"]["code"]) == (404, "not_found")


def test_a_post_may_come_in_pieces(text_server):
    body = b'{"session": {"type": "realtime"}}'
    head = (
        f"POST {CLIENT_SECRETS} HTTP/1.1\r\nHost: localhost\r\n"
        f"authorization: bearer {KEY}\r\ncontent-length: {len(body)}\r\n\r\n"
    ).encode()
    request = head + body
    answer = raw(text_server, *(request[at : at + 7] for at in range(0, len(request), 7)))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_client_that_sends_a_body_too_large_gets_an_answer_and_no_reset(text_server):
    status, answer, _headers = post(text_server, CLIENT_SECRETS, b"x" * 8_000_000)
    assert (status, answer["error"]["code"]) == (413, "invalid_body")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Length": "1048577"}, 413),
        ({"Transfer-Encoding": "chunked"}, 411),
    ],
)
def test_a_body_that_is_too_large_or_of_unknown_length_is_not_read(text_server, headers, status):
    lines = [f"POST {CLIENT_SECRETS} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {KEY}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    answer = raw(text_server, "\r\n".join([*lines, "", ""]).encode())
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"POST /v1/realtime/client_secrets HTTP/1.1\r\n" + b"A: " + b"a" * 40_000,
        b"POST /" + b"a" * 40_000,
        b"POST\x00 / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"PUT /v1/realtime HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
    ids=["endless header", "endless path", "no HTTP", "TLS", "PUT"],
)
def test_what_is_no_request_ends_and_the_server_lives_on(text_server, request_bytes):
    try:
        answer = raw(text_server, request_bytes)
    except ConnectionError:
        answer = b""
    assert not answer.startswith((b"HTTP/1.1 101", b"HTTP/1.1 200"))
    assert minted(text_server)["value"]


@run
async def test_no_websocket_opens_where_keys_are_minted(text_server):
    status, body = await status_of(
        text_server.replace("/v1/realtime", CLIENT_SECRETS),
        additional_headers={"Authorization": f"Bearer {KEY}"},
    )
    assert (status, body["error"]["code"]) == (404, "not_found")
