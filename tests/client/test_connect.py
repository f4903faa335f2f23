"""The way in, and every way in which it can be barred: one sentence, nothing left open."""

import asyncio
import http
import json
import logging
import socket
import threading
import time
import traceback
import warnings

import pytest

from rt_notebook import ConfigError, ConnectionLost, DeprecationNotice, ServerError, connect
from rt_notebook.client.backends import resolve_backend
from rt_notebook.client.connect import sessions
from rt_notebook.client.session import RealtimeSession
from rt_notebook.config import notices

from .scripted import CREATED, scripted_server, send

CANARY = "sk-canary-0123456789abcdef"


async def say_nothing(connection):
    await connection.wait_closed()


async def open_well(connection):
    await send(connection, CREATED)
    await connection.wait_closed()


def refusing(status, retry_after="120"):
    """Refuse, and ask to wait longer than anybody waits."""

    def refuse(connection, request):
        response = connection.respond(http.HTTPStatus(status), "no\n")
        response.headers["Retry-After"] = retry_after
        return response

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


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_without_room_is_asked_again_when_it_says(status):
    refuse, asked = refusing(status, retry_after="0"), []

    def refuse_once(connection, request):
        asked.append(request)
        return refuse(connection, request) if len(asked) == 1 else None

    with scripted_server(open_well, process_request=refuse_once) as url:
        assert connect(url).status == "open"
    assert len(asked) == 2


@pytest.mark.parametrize("status", [507, 520, 524, 599])
def test_every_failure_of_a_server_may_pass(status):
    def fail(connection, request):
        response = connection.respond(http.HTTPStatus.BAD_GATEWAY, "no\n")
        response.status_code = status
        response.headers["Retry-After"] = "120"
        return response

    with (
        scripted_server(open_well, process_request=fail) as url,
        pytest.raises(ServerError, match=str(status)) as refusal,
    ):
        connect(url)
    assert refusal.value.code == "unavailable"


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


def test_who_stops_waiting_for_a_silent_server_leaves_no_connection_open():
    reached, left = threading.Event(), threading.Event()

    async def script(connection):
        await (await connection.ping())  # answered by who waits for more
        reached.set()
        await connection.wait_closed()
        left.set()

    async def main(url):
        opening = asyncio.ensure_future(RealtimeSession.open(resolve_backend(url), timeout=60))
        await asyncio.to_thread(reached.wait, 10)
        opening.cancel()
        await asyncio.wait({opening}, timeout=10)
        await asyncio.to_thread(left.wait, 10)
        return asyncio.all_tasks() - {asyncio.current_task()}

    with scripted_server(script) as url:
        assert asyncio.run(main(url)) == set()
        assert left.is_set()


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


@pytest.mark.threat("T13")
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
        session = connect(url, reconnect=False)
        reply = session.respond()
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
    before = {thread.name for thread in threading.enumerate()}
    with scripted_server(say_nothing) as url:
        started = time.monotonic()
        with pytest.raises(ConnectionLost):
            connect(url, timeout=0.1)
        assert time.monotonic() - started < 10
    assert {thread.name for thread in threading.enumerate()} <= before | {"rt-loop"}


def refusal_of(event):
    error = {"code": "invalid_value", "message": "No such voice.", "event_id": event["event_id"]}
    return {"type": "error", "event_id": "e", "error": {**error, "param": "session.voice"}}


def accepted(event):
    if event["type"] == "input_audio_buffer.clear":
        return {"type": "input_audio_buffer.cleared", "event_id": "e"}
    return {"type": "session.updated", "event_id": "e", "session": event["session"]}


def answering(answer, received):
    async def script(connection):
        await send(connection, CREATED)
        async for frame in connection:
            received.append(json.loads(frame))
            if answer is not None:
                await send(connection, answer(received[-1]))

    return script


def test_what_is_configured_on_connecting_is_asked_first_and_in_force_when_it_returns():
    received = []
    with scripted_server(answering(accepted, received)) as url:
        session = connect(url, voice="marin", turn_detection="semantic_vad", eagerness="low")
        assert session.config["audio"]["output"]["voice"] == "marin"
    (update,) = received
    assert update["type"] == "session.update"
    assert update["session"] == {
        "type": "realtime",
        "audio": {
            "input": {"turn_detection": {"type": "semantic_vad", "eagerness": "low"}},
            "output": {"voice": "marin"},
        },
    }


def test_without_options_nothing_is_configured():
    received = []
    with scripted_server(answering(accepted, received)) as url:
        connect(url).send({"type": "input_audio_buffer.clear"}).wait(10)
    assert [event["type"] for event in received] == ["input_audio_buffer.clear"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"speed": 9}, "speed takes 0.25 to 1.5"),
        ({"temperature": 0.7}, "temperature is not part of the GA API"),
        ({"voise": "marin"}, "did you mean 'voice'"),
        ({"session_type": "transcription", "voice": "marin"}, "voice is for conversations"),
        ({"session_type": "transcription", "model": "gpt-realtime-2"}, "model is for conv"),
        ({"budget": 0.5}, r"budget takes one such as Budget\(dollars=0.5\), got 0.5"),
        ({"timeout": "10"}, "timeout takes seconds above 0, got '10'"),
        ({"response_timeout": -1}, "response_timeout takes seconds above 0, got -1"),
    ],
)
def test_what_cannot_be_configured_is_told_before_anything_is_opened(options, words):
    asked = []
    with (
        scripted_server(open_well, process_request=lambda *_: asked.append(1)) as url,
        pytest.raises(ConfigError, match=words) as refusal,
    ):
        connect(url, **options)
    one_sentence(refusal.value)
    assert asked == []


def test_a_refused_configuration_is_told_and_leaves_nothing_open():
    with scripted_server(answering(refusal_of, [])) as url:
        with pytest.raises(ServerError, match="No such voice") as refusal:
            connect(url, name="refused", voice="nobody")
        assert refusal.value.code == "invalid_value"
        assert "refused" not in sessions()


def test_a_configuration_that_is_not_answered_is_given_up():
    with (
        scripted_server(answering(None, [])) as url,
        pytest.raises(ConnectionLost, match="did not answer the configuration"),
    ):
        connect(url, name="unanswered", voice="marin", timeout=0.2)
    assert "unanswered" not in sessions()


def test_a_model_that_ends_is_told_once_with_its_successor(monkeypatch):
    monkeypatch.setattr(notices, "told", set())
    with scripted_server(answering(accepted, [])) as url:
        with pytest.warns(DeprecationNotice, match=r"2027-01-20: use gpt-realtime-2\.1") as told:
            connect(url, model="gpt-realtime", voice="marin")
        with warnings.catch_warnings():
            warnings.simplefilter("error", DeprecationNotice)
            connect(url, model="gpt-realtime", name="again")
    ends = [one for one in told if one.category is DeprecationNotice]
    assert [one.filename for one in ends] == [__file__]


def test_a_session_that_only_transcribes_does_so_from_the_start():
    received = []
    with scripted_server(answering(accepted, received)) as url:
        connect(url, session_type="transcription")
        connect(url, session_type="transcription", name="own", transcription_language="en")
    transcriptions = [event["session"]["audio"]["input"]["transcription"] for event in received]
    assert transcriptions == [
        {"model": "gpt-live-transcribe"},
        {"model": "gpt-live-transcribe", "language": "en"},
    ]
