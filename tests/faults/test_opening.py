"""A connection that does not come about: one sentence, soon, and nothing stays behind."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
import traceback

import pytest

from rt_notebook import ConnectionLost, ServerError, connect
from rt_notebook.client.connect import sessions

from .matrix import fault
from .stand import TEXT, holdings, until

pytestmark = pytest.mark.slow


def one_sentence(error):
    assert "\n" not in str(error)
    assert str(error)[0].islower() or str(error)[0].isdigit()


def nothing_is_open():
    return "open" not in {session.status for session in sessions().values()}


@fault(
    "F1",
    "nothing listens, or the name is unknown",
    "one sentence within the timeout; no thread is left",
)
@pytest.mark.parametrize("address", ["ws://127.0.0.1:{port}/v1/realtime", "wss://nowhere.invalid/"])
def test_a_server_that_is_not_there_is_named(address):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    before = holdings()
    with pytest.raises(ConnectionLost, match=r"cannot reach (127|nowhere)") as lost:
        connect(address.format(port=port), timeout=20)
    one_sentence(lost.value)
    until(lambda: not holdings().beyond(before))
    assert nothing_is_open()


@fault(
    "F2",
    "the server takes the connection and never upgrades it",
    "given up at the timeout; Ctrl-C gives up at once",
)
def test_a_server_that_never_upgrades_is_given_up(faulty):
    with pytest.raises(ConnectionLost, match=r"did not answer within 0\.5 s") as lost:
        faulty("never-upgrade").connect(timeout=0.5)
    one_sentence(lost.value)
    assert nothing_is_open()


@fault("F2")
def test_ctrl_c_gives_up_a_server_that_never_upgrades(faulty, capfd):
    server, pressed = faulty("never-upgrade"), []

    def press():
        pressed.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    threading.Timer(0.3, press).start()
    with pytest.raises(KeyboardInterrupt):
        server.connect(timeout=60)
    given_up = time.monotonic()
    assert nothing_is_open()
    with capfd.disabled():
        print(f"\nF2: given up {(given_up - pressed[0]) * 1000:.0f} ms after Ctrl-C")


@fault(
    "F3",
    "HTTP 401, 403, 404; 429 or 503 with Retry-After",
    "the first three are told at once; the others are tried again, when the server says",
)
@pytest.mark.parametrize(
    ("status", "code", "word"),
    [(401, "invalid_api_key", "key"), (403, "forbidden", "key"), (404, "not_found", "model")],
)
def test_a_refusal_for_good_is_not_tried_again(faulty, status, code, word):
    # The second request would be let in.
    with pytest.raises(ServerError, match=word) as refusal:
        faulty(f"refuse:{status}").connect()
    assert refusal.value.code == code
    one_sentence(refusal.value)
    assert nothing_is_open()


@fault("F4", "an `error` comes before `session.created`", "`connect` raises it, with its code")
def test_an_error_before_the_session_is_raised_by_connect(faulty):
    with pytest.raises(ServerError, match="before the session") as refusal:
        faulty("error-first:model_busy").connect()
    assert refusal.value.code == "model_busy"
    assert nothing_is_open()


@fault(
    "F5",
    "the connection opens and nothing is said",
    "given up at the timeout, and the connection closed",
)
def test_a_server_that_says_nothing_is_given_up(faulty):
    server = faulty("silence")
    with pytest.raises(ConnectionLost, match="said nothing") as lost:
        server.connect(timeout=0.5)
    one_sentence(lost.value)
    assert nothing_is_open()
    assert server.connect().say("hello", **TEXT).wait(20).text


@pytest.mark.parametrize("name", ["refuse:401", "error-first", "silence", "never-upgrade"])
def test_no_traceback_of_a_failed_opening_holds_the_key(faulty, name):
    server = faulty(name)
    with pytest.raises((ServerError, ConnectionLost)) as failure:
        server.connect(timeout=0.5)
    shown = traceback.TracebackException.from_exception(failure.value, capture_locals=True)
    assert server.key not in "".join(shown.format(chain=True))
