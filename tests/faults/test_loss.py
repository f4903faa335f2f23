"""A connection that ends: what is tried again, what is not, and what is told."""

from __future__ import annotations

import time

import pytest

from rt_notebook import ConnectionLost, RealtimeError
from rt_notebook.background import loop_thread
from rt_notebook.client import websocket
from rt_notebook.client.observer import Observer

from .matrix import fault
from .stand import TEXT, until

pytestmark = pytest.mark.slow

STORY = "tell me a story of a hundred words"


class Notices(Observer):
    """Keeps what the user is told, and how the session stood."""

    def __init__(self):
        self.told, self.statuses = [], []

    def notice(self, level, text):
        self.told.append((level, text))

    def status_changed(self, status):
        self.statuses.append(status)


def noticed(session):
    notices = Notices()
    loop_thread().call_soon(session.core.attach, notices)
    return notices


def back_again(session, notices):
    """Wait until the session is open on another connection, and its user was told."""
    until(lambda: notices.statuses[-1:] == ["open"])
    assert notices.statuses == ["reconnecting", "open"]
    assert session.say("hello", **TEXT).wait(20).text


def connections(server):
    return sum("session 1 opened" in line for line in server.child.log)


@fault(
    "F6",
    "close 1001, 1006, 1011 or 1013 amid a response; 1000, 1008 or 1009",
    "the reply ends with code and reason; the first four connect again, the others do not",
)
@pytest.mark.parametrize("code", [1001, 1006, 1011, 1013])
def test_a_passing_close_fails_the_reply_and_connects_again(faulty, code):
    session = faulty(f"close:{code}").connect()
    notices = noticed(session)
    with pytest.raises(ConnectionLost, match=str(code)) as lost:
        session.say(STORY, **TEXT).wait(20)
    assert lost.value.code == code
    back_again(session, notices)
    (told,) = notices.told
    assert told[0] == "info"
    assert "the connection was away for" in told[1]


@fault("F6")
@pytest.mark.parametrize(
    ("code", "reason"), [(1000, "bye"), (1008, "policy violation"), (1009, "message too big")]
)
def test_a_final_close_ends_the_session_and_says_why(faulty, code, reason):
    server = faulty(f"close:{code}", arguments=("--log-level", "INFO"))
    session = server.connect()
    notices = noticed(session)
    with pytest.raises(ConnectionLost, match=f"{code} .{reason}"):
        session.say(STORY, **TEXT).wait(20)
    until(lambda: session.status == "lost")
    assert notices.statuses == ["lost"]
    ((level, sentence),) = notices.told
    assert level == "error"
    assert reason in sentence
    assert connections(server) == 1


@fault(
    "F7",
    "the session reaches its longest duration (1001)",
    "renewed with its items, and told in one notice",
)
def test_a_session_that_expired_goes_on_with_what_was_said(faulty, capfd):
    session = faulty("expire").connect()
    session.configure(instructions="Be brief.").wait(10)
    notices = noticed(session)
    session.say("remember the word garden", **TEXT).wait(20)
    back_again(session, notices)
    assert session.config["instructions"] == "Be brief."
    first = session.items[0]
    known = session.retrieve_item(first.id).wait(10)["item"]
    assert known["content"][0]["text"] == "remember the word garden"
    ((level, sentence),) = notices.told
    assert level == "info"
    assert "2 items restored" in sentence
    with capfd.disabled():
        print(f"\nF7: {sentence}")


@fault(
    "F8",
    "every session is refused right after it began (quota)",
    "one attempt: what every other session would meet is not asked for again",
)
def test_without_quota_nobody_asks_again(faulty):
    server = faulty("quota*", arguments=("--log-level", "INFO"))
    session = server.connect()
    until(lambda: session.status == "lost")
    with pytest.raises(ConnectionLost, match="connect again"):
        session.say("hello", **TEXT)
    assert connections(server) == 1


@fault("F8")
def test_a_connection_that_is_back_without_quota_is_the_last(faulty):
    server = faulty("close:1011", "quota@2*", arguments=("--log-level", "INFO"))
    session = server.connect()
    notices = noticed(session)
    with pytest.raises(ConnectionLost, match="1011"):
        session.say(STORY, **TEXT).wait(20)
    until(lambda: session.status == "lost")
    assert notices.statuses == ["reconnecting", "lost"]
    assert connections(server) == 2


@fault(
    "F9",
    "the connection is reset amid a frame, or closed behind half of one",
    "no event is made of it; connected again",
)
@pytest.mark.parametrize("name", ["half-frame", "reset"])
def test_half_a_frame_is_no_event_and_the_session_connects_again(faulty, name):
    session = faulty(name).connect()
    notices = noticed(session)
    with pytest.raises(ConnectionLost, match="1006"):
        session.say(STORY, **TEXT).wait(20)
    assert session.core.malformed_events == 0
    assert not [e for e in session.log if e.event.type == "response.output_text.delta"]
    back_again(session, notices)


@fault(
    "F10",
    "the server neither reads nor answers, and does not close",
    "found by its silence to a ping within 30 s; connected again",
)
def test_a_server_that_fell_silent_is_found_and_left(faulty, monkeypatch):
    monkeypatch.setattr(websocket, "PING_INTERVAL_SECONDS", 0.5)
    monkeypatch.setattr(websocket, "PING_TIMEOUT_SECONDS", 0.5)
    left_and_back(faulty("black-hole").connect())


@pytest.mark.long
@fault("F10")
def test_silence_is_found_by_pings_as_they_are(faulty, capfd):
    assert websocket.PING_INTERVAL_SECONDS + websocket.PING_TIMEOUT_SECONDS <= 40
    silent_s = left_and_back(faulty("black-hole").connect())
    with capfd.disabled():
        print(f"\nF10: found after {silent_s:.1f} s of silence")


def left_and_back(session):
    """Meet silence, and return for how long it was waited for."""
    notices = noticed(session)
    with pytest.raises(ConnectionLost, match="1011"):
        session.say(STORY, **TEXT).wait(60)
    fell_silent = max(e.time for e in session.log if e.direction == "received")
    silent_s = session.core.clock.monotonic() - fell_silent
    back_again(session, notices)
    return silent_s


class Jumping:
    """The machine's time, and what is added to it."""

    offset = 0.0

    def monotonic(self):
        return time.monotonic() + self.offset

    def time(self):
        return time.time() + self.offset


@fault("F32")
@pytest.mark.parametrize("seconds", [3600, -3600])
def test_a_jump_of_the_clock_is_taken_for_sleep(faulty, monkeypatch, seconds):
    clock = Jumping()
    monkeypatch.setattr("rt_notebook.client.clock.time", clock)
    session = faulty().connect()
    session.say("hello", **TEXT).wait(20)
    notices = noticed(session)
    clock.offset = float(seconds)
    back_again(session, notices)
    assert len(notices.told) == 1


@fault("F17", "`response.done` never comes", "the reply is given up; the next turn works")
def test_a_response_without_an_end_is_given_up_and_the_next_turn_works(faulty):
    session = faulty("no-done").connect(response_timeout=1.0)
    with pytest.raises(RealtimeError, match="broke off"):
        session.say("hello", **TEXT).wait(20)
    assert session.say("hello", **TEXT).wait(20).text


@fault("F3")
@pytest.mark.parametrize("status", ["429/1", "503/1"])
def test_a_server_that_is_full_is_asked_again_when_it_says(faulty, status):
    server, began = faulty(f"refuse:{status}"), time.monotonic()
    session = server.connect(timeout=20)
    assert time.monotonic() - began >= 1
    assert session.say("hello", **TEXT).wait(20).text
