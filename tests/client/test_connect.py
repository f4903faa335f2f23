"""The way in, and every way in which it can be barred: one sentence, nothing left open."""

import asyncio
import http
import logging
import socket
import time
import traceback

import pytest

from rt_notebook import ConfigError, ConnectionLost, ServerError, connect
from rt_notebook.client.connect import sessions

from .scripted import CREATED, scripted_server, send

CANARY = "sk-canary-0123456789abcdef"


async def say_nothing(connection):
    await connection.wait_closed()


async def open_well(connection):
    await send(connection, CREATED)
    await connection.wait_closed()


def refusing(status):
    def refuse(connection, request):
        return connection.respond(http.HTTPStatus(status), "no\n")

    return refuse


def one_sentence(error):
    assert "\n" not in str(error)
    assert str(error)[0].islower() or str(error).startswith("--")


@pytest.mark.parametrize(
    ("status", "code", "word"),
    [
        (401, "invalid_api_key", "key"),
        (403, "forbidden", "key"),
        (404, "not_found", "model"),
        (429, "rate_limited", "wait"),
        (503, "unavailable", "wait"),
    ],
)
def test_a_refusal_names_its_cause_and_the_next_step(status, code, word):
    with (
        scripted_server(open_well, process_request=refusing(status)) as url,
        pytest.raises(ServerError) as refusal,
    ):
        connect(url)
    assert refusal.value.code == code
    assert str(status) in str(refusal.value)
    assert word in str(refusal.value)
    one_sentence(refusal.value)
    assert "open" not in {session.status for session in sessions().values()}


def test_an_error_before_the_session_stands_is_raised():
    async def refuse(connection):
        error = {"code": "insufficient_quota", "message": "You have no quota left."}
        await send(connection, {"type": "error", "event_id": "e", "error": error})
        await connection.wait_closed()

    with scripted_server(refuse) as url, pytest.raises(ServerError, match="no quota") as refusal:
        connect(url)
    assert refusal.value.code == "insufficient_quota"


def test_a_server_that_says_nothing_is_given_up():
    with scripted_server(say_nothing) as url, pytest.raises(ConnectionLost, match="said nothing"):
        connect(url, timeout=0.2)


def test_a_server_that_never_upgrades_is_given_up():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"ws://127.0.0.1:{listening.getsockname()[1]}"
        with pytest.raises(ConnectionLost, match="did not answer"):
            connect(url, timeout=0.2)


def test_nothing_listening_is_said_plainly():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(ConnectionLost, match="nothing listens there"):
        connect(f"ws://127.0.0.1:{port}")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("opnai", "no backend is called 'opnai'"),
        ("openai", "OPENAI_API_KEY"),
        ("ws://example.com/v1/realtime", "unencrypted"),
        ("wss://user:word@example.com/", "password"),
        ("wss:///v1/realtime", "names no host"),
    ],
)
def test_an_impossible_backend_is_refused_before_anything_is_opened(name, words):
    with pytest.raises(ConfigError, match=words) as refusal:
        connect(name)
    one_sentence(refusal.value)


def test_a_second_session_of_the_same_name_is_refused_and_another_name_is_not(capsys):
    with scripted_server(open_well) as url:
        first = connect(url)
        with pytest.raises(ConfigError, match="open already"):
            connect(url)
        second = connect(url, name="other")
        assert (first.status, second.status) == ("open", "open")
        first.close()
        assert connect(url).status == "open"
    assert "What you say goes to 127.0.0.1" in capsys.readouterr().out


def test_a_redirect_is_not_followed_and_no_key_travels_on(monkeypatch):
    monkeypatch.setenv("RT_API_KEY", CANARY)
    seen = []

    def note(connection, request):
        seen.append(dict(request.headers.raw_items()))

    with scripted_server(open_well, process_request=note) as elsewhere:

        def redirect(connection, request):
            response = connection.respond(http.HTTPStatus.FOUND, "")
            response.headers["Location"] = elsewhere
            return response

        with (
            scripted_server(open_well, process_request=redirect) as url,
            pytest.raises(ServerError, match="sends elsewhere") as refusal,
        ):
            connect(url)
    assert refusal.value.code == "redirect"
    assert seen == []


@pytest.mark.parametrize("status", [401, 503])
def test_the_key_is_in_no_log_and_no_traceback(monkeypatch, caplog, status):
    monkeypatch.setenv("RT_API_KEY", CANARY)
    caplog.set_level(logging.DEBUG)
    with scripted_server(open_well, process_request=refusing(status)) as url:
        try:
            connect(url)
        except ServerError as error:
            shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    assert CANARY not in caplog.text
    assert CANARY not in "".join(shown.format(chain=True))


def test_the_key_is_in_no_log_of_a_session_that_opens(monkeypatch, caplog):
    monkeypatch.setenv("RT_API_KEY", CANARY)
    caplog.set_level(logging.DEBUG)
    with scripted_server(open_well) as url:
        connect(url).close()
    assert "Authorization" in caplog.text
    assert CANARY not in caplog.text


def test_an_open_session_that_ends_says_code_and_reason():
    async def end(connection):
        await send(connection, CREATED)
        await connection.recv()
        await connection.close(1001, "maximum duration")

    with scripted_server(end) as url:
        session = connect(url)
        reply = session.say("hello")
        with pytest.raises(ConnectionLost, match=r"1001.*maximum duration") as lost:
            reply.wait(10)
        assert (lost.value.code, session.status) == (1001, "lost")
        with pytest.raises(ConnectionLost, match="connect again"):
            session.say("and now?")


def test_closing_twice_is_allowed_and_ends_iteration():
    async def collect(session):
        events = []
        started = asyncio.Event()

        async def iterate():
            started.set()
            async for event in session.events():
                events.append(event)

        task = asyncio.ensure_future(iterate())
        await started.wait()
        await asyncio.get_running_loop().run_in_executor(None, session.close)
        await asyncio.wait_for(task, 10)
        return events

    with scripted_server(open_well) as url:
        session = connect(url)
        assert asyncio.run(collect(session)) == []
        session.close()
        assert session.status == "closed"


def test_a_refused_connection_takes_no_longer_than_its_timeout_and_leaves_no_thread():
    import threading

    before = {thread.name for thread in threading.enumerate()}
    with scripted_server(say_nothing) as url:
        started = time.monotonic()
        with pytest.raises(ConnectionLost):
            connect(url, timeout=0.1)
        assert time.monotonic() - started < 10
    assert {thread.name for thread in threading.enumerate()} <= before | {"rt-loop"}
