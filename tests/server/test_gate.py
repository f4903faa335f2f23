"""Who may connect, asked of a real server before the upgrade."""

from __future__ import annotations

import json
import urllib.request
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.client import connect

from .http import raw
from .wire import KEY, run, status_of

BEARER = {"Authorization": f"Bearer {KEY}"}


@pytest.mark.parametrize(
    "options",
    [
        {"additional_headers": BEARER},
        {"additional_headers": {"api-key": KEY}},
        {"subprotocols": ["realtime", f"openai-insecure-api-key.{KEY}"]},
        {"additional_headers": BEARER, "origin": "http://localhost:8888"},
    ],
    ids=["bearer", "api-key", "subprotocol", "loopback page"],
)
def test_a_client_with_the_key_is_let_in(text_server, options):
    @run
    async def knock() -> None:
        assert await status_of(text_server, **options) == (101, None)

    knock()


@run
async def test_the_key_may_stand_in_the_url(text_server):
    assert (await status_of(f"{text_server}?api-key={KEY}"))[0] == 101


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"additional_headers": {"Authorization": "Bearer wrong"}},
        {"additional_headers": {"Authorization": KEY}},
        {"additional_headers": {"api-key": ""}},
        {"subprotocols": ["realtime", "openai-insecure-api-key.wrong"]},
    ],
    ids=["none", "wrong", "no scheme", "empty", "wrong subprotocol"],
)
def test_a_client_without_the_key_gets_401_and_a_json_body(text_server, options):
    @run
    async def knock() -> None:
        status, body = await status_of(text_server, **options)
        assert status == 401
        assert body["error"]["code"] == "invalid_api_key"
        assert KEY not in json.dumps(body)

    knock()


@pytest.mark.parametrize(
    "options",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost.evil.example"},
        {"origin": "http://[x"},
    ],
    ids=["foreign page", "null origin", "lookalike page", "malformed"],
)
def test_a_foreign_origin_gets_403_even_with_the_key(text_server, options):
    @run
    async def knock() -> None:
        status, body = await status_of(text_server, additional_headers=BEARER, **options)
        assert (status, body["error"]["code"]) == (403, "invalid_origin")

    knock()


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("localhost", 101),
        ("[::1]", 101),
        ("evil.example", 403),
        ("127.0.0.1.evil.example", 403),
    ],
)
def test_only_a_loopback_host_is_served_even_with_the_key(text_server, name, status):
    @run
    async def knock() -> None:
        # the name in the Host header; the connection goes to the server all the same
        port = urlsplit(text_server).port
        url = f"ws://{name}:{port}/v1/realtime"
        got, body = await status_of(url, host="127.0.0.1", port=port, additional_headers=BEARER)
        assert got == status
        assert body is None or body["error"]["code"] == "invalid_host"

    knock()


def test_a_malformed_host_is_a_foreign_one(text_server):
    head = f"GET /v1/realtime HTTP/1.1\r\nHost: [\r\nAuthorization: Bearer {KEY}\r\n\r\n"
    assert raw(text_server, head.encode()).startswith(b"HTTP/1.1 403 ")


def test_a_malformed_path_is_not_found(text_server):
    head = f"GET //[ HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}\r\n\r\n"
    assert raw(text_server, head.encode()).startswith(b"HTTP/1.1 404 ")


@run
async def test_the_subprotocol_realtime_is_selected_and_the_key_is_not_echoed(text_server):
    protocols = ["realtime", f"openai-insecure-api-key.{KEY}"]
    async with connect(text_server, subprotocols=protocols) as socket:
        assert socket.subprotocol == "realtime"


@run
async def test_another_path_is_not_found(text_server):
    status, body = await status_of(text_server.replace("realtime", "elsewhere"))
    assert (status, body["error"]["code"]) == (404, "not_found")


def test_health_needs_no_key(text_server):
    url = text_server.replace("ws:", "http:").replace("/v1/realtime", "/health")
    with urllib.request.urlopen(url, timeout=10) as answer:
        assert json.load(answer) == {"status": "ok", "sessions": 0, "missing": ""}


def test_health_may_be_asked_for_by_its_head_alone(text_server):
    request = b"HEAD /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    head, _, body = raw(text_server, request).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"Content-Type: application/json" in head
    assert body == b""


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH"])
def test_another_method_is_refused_in_a_sentence(text_server, method):
    head = f"{method} /v1/realtime/client_secrets HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    answer = raw(text_server, head.encode(), b"Content-Length: 2\r\n\r\n{", b"}")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 405 Method Not Allowed\r\n")
    assert json.loads(body)["error"]["message"] == (
        f"{method} is not answered here; GET and POST are."
    )


def test_another_method_does_not_pass_by_the_host_check(text_server):
    request = b"PUT /health HTTP/1.1\r\nHost: evil.example\r\n\r\n"
    assert raw(text_server, request).startswith(b"HTTP/1.1 403 ")
