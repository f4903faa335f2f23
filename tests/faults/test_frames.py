"""Frames that are no events: dropped and counted, and the next good one is delivered."""

from __future__ import annotations

import logging

import psutil
import pytest

from rt_notebook import ConnectionLost
from rt_notebook.background import loop_thread
from rt_notebook.client.observer import Observer

from .matrix import fault
from .stand import TEXT, until

pytestmark = pytest.mark.slow

FRAMES_OF_A_TURN = 30
MAX_GROWTH_BYTES = 30_000_000
NOT_EVENTS = [
    "not-json", "array", "null", "no-type", "int-type", "nan", "infinite", "duplicate-keys",
]  # fmt: skip
NOT_AUDIO = ["bad-base64", "odd-audio", "non-ascii-audio", "int-audio"]


class Ear(Observer):
    """Plays what it is given, to a list."""

    can_play = True

    def __init__(self):
        self.heard = []

    def play(self, item_id, pcm):
        self.heard.append((item_id, pcm))

    def sound_of(self, item_id):
        return b"".join(pcm for item, pcm in self.heard if item == item_id)


def listening(session):
    ear = Ear()
    loop_thread().call_soon(session.core.attach, ear)
    return ear


def resident_bytes():
    return psutil.Process().memory_info().rss


@fault(
    "F11",
    "not JSON, an array, null, no type, a type that is a number, NaN, 1e999, a key twice",
    "each is dropped and counted; the talk goes on",
)
def test_what_is_no_event_is_dropped_and_counted_and_the_next_is_delivered(faulty):
    session = faulty(*NOT_EVENTS).connect()
    reply = session.say("hello", **TEXT).wait(20)
    assert reply.status == "completed"
    assert reply.text
    assert session.core.malformed_events == len(NOT_EVENTS)


@pytest.mark.threat("T7")
@fault(
    "F12",
    "JSON 100,000 deep; a frame of 9 MB; 9 MB compressed to nothing",
    "depth is refused unread; the others end the connection, with the reason; memory stays",
)
def test_depth_is_refused_and_the_talk_goes_on(faulty):
    session = faulty("deep-json:100000*3").connect()
    before = resident_bytes()
    for _ in range(3):
        assert session.say("hello", **TEXT).wait(20).text
    assert session.core.malformed_events == 3
    assert resident_bytes() - before < MAX_GROWTH_BYTES


@fault("F12")
@pytest.mark.parametrize(("name", "code"), [("big-frame", 1009), ("bomb", 1002)])
def test_a_frame_beyond_all_bounds_ends_the_connection_with_its_reason(faulty, name, code):
    session = faulty(f"{name}:9437184").connect()
    before = resident_bytes()
    with pytest.raises(ConnectionLost) as lost:
        session.say("hello", **TEXT).wait(20)
    assert lost.value.code == code
    assert session.status == "lost"
    assert resident_bytes() - before < MAX_GROWTH_BYTES


@fault(
    "F13",
    "audio that is not base64, not whole samples, not ASCII, not text",
    "the delta is dropped and counted; what is played is the rest, complete",
)
def test_audio_that_is_none_is_dropped_and_playback_goes_on(faulty):
    session = faulty(*(f"{name}@{n}" for n, name in enumerate(NOT_AUDIO, 1)), speaks=True).connect()
    ear = listening(session)
    reply = session.say("hello").wait(30)
    assert session.core.malformed_events == len(NOT_AUDIO)
    assert reply.audio
    assert ear.sound_of(reply.items[0].id) == reply.audio


@fault("F14", "an event or a field that nobody knows", "kept as it came, and told to who listens")
def test_what_is_new_is_kept_as_it_came(faulty):
    session = faulty("new-event", "new-field@2").connect()
    seen = []
    session.on("response.thought.delta", seen.append)
    replies = [session.say("hello", **TEXT).wait(20) for _ in range(2)]
    assert all(reply.text for reply in replies)
    assert session.core.malformed_events == 0
    assert until(lambda: seen)[0]["thought"] == {"depth": [1, {"a": 2}]}
    created = [e.event for e in session.log if e.event.type == "response.created"]
    assert [event.get("mood") for event in created] == [None, {"so": ["so"]}]


@fault(
    "F15",
    "a binary frame; text that is no UTF-8",
    "the first is dropped and counted; the second ends the connection (1007), as WebSocket has it",
)
def test_a_binary_frame_is_dropped_and_counted(faulty):
    session = faulty("binary").connect()
    assert session.say("hello", **TEXT).wait(20).text
    assert session.core.malformed_events == 1


@fault("F15")
def test_text_that_is_no_utf8_ends_the_connection_with_its_code(faulty):
    session = faulty("bad-utf8").connect()
    with pytest.raises(ConnectionLost) as lost:
        session.say("hello", **TEXT).wait(20)
    assert lost.value.code == 1007


@pytest.mark.threat("T7")
@pytest.mark.parametrize("count", [3000, pytest.param(100_000, marks=pytest.mark.long)])
def test_mutated_frames_never_escape_and_the_next_good_one_is_delivered(faulty, caplog, count):
    server = faulty(f"mutated:{count // FRAMES_OF_A_TURN}@2*", seed=count)
    caplog.set_level(logging.WARNING)  # a hundred thousand frames in its log are the test's own
    session = server.connect()
    turn(session, "Be at ease.")
    before, malformed = resident_bytes(), session.core.malformed_events
    turn(session, "Be as you were.")
    assert session.core.malformed_events - malformed > count // 4
    assert resident_bytes() - before < MAX_GROWTH_BYTES
    assert session.status == "open"
    assert [record for record in caplog.records if record.exc_info] == []


def turn(session, instructions):
    """Ask and be answered; what a mutated event made of the reply is not its fault."""
    answers = ends(session)
    session.say("hello", **TEXT)
    until(lambda: ends(session) > answers, 120)
    session.configure(instructions=instructions)
    until(lambda: session.config.get("instructions") == instructions, 60)


def ends(session):
    return sum(entry.event.type == "rate_limits.updated" for entry in session.log)
