"""A recorded talk again: the same callbacks, transcripts, truncates and log, at any pace."""

import hashlib
import io
import math
import time

import pytest

import rt_notebook as rt
from rt_notebook.client.observer import Observer
from rt_notebook.client.replay import replay_recording
from rt_notebook.protocol.events import Event
from rt_notebook.record import layout
from rt_notebook.record.packing import pack

from ..analysis.talk import interrupted_talk
from ..record.talks import spoken_talk


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "talk.rtsession"
    pack(path, spoken_talk(), layout.manifest(backend="test server", model="test"))
    return path


def told(path, **options):
    """Replay at once and return what every callback was told, and the session."""
    events = []
    every = {
        "*": lambda event: events.append(dict(event)),
        "conversation.item.truncate": lambda event: events.append({"sent": dict(event)}),
    }
    session = rt.replay(path, speed=math.inf, on=every, **options).wait(20)
    return events, session


def fingerprint(value):
    return hashlib.sha256(repr(value).encode()).hexdigest()


def pixels(figure):
    """A figure as it is drawn, and its size."""
    canvas = pytest.importorskip("matplotlib.backends.backend_agg").FigureCanvasAgg(figure)
    canvas.draw()
    return bytes(canvas.buffer_rgba()), canvas.get_width_height()


def vectors(figure):
    """A figure as SVG, whose names are not drawn by lot and which knows no date."""
    file = io.BytesIO()
    with pytest.importorskip("matplotlib").rc_context({"svg.hashsalt": "a talk"}):
        figure.savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue()


def test_the_log_of_a_replay_is_the_recorded_one_entry_by_entry(path):
    _, session = told(path)
    assert list(session.log) == list(rt.open(path).log)
    assert session.log.audio("a1") == rt.open(path).audio("a1")


def test_a_replay_that_is_saved_is_the_recording(path, tmp_path):
    _, session = told(path)
    assert session.save(tmp_path / "again").read_bytes() == path.read_bytes()


def test_two_replays_tell_the_same(path):
    first, second = told(path), told(path)
    for look in (
        lambda run: run[0],
        lambda run: [item.text for item in run[1].items],
        lambda run: [entry.event for entry in run[1].log if entry.event.type.endswith(".truncate")],
    ):
        assert look(first)
        assert fingerprint(look(first)) == fingerprint(look(second))


@pytest.mark.slow
@pytest.mark.parametrize("drawn", [pixels, vectors])
def test_two_replays_and_the_recording_draw_the_same(tmp_path, drawn):
    path = tmp_path / "talk.rtsession"
    pack(path, interrupted_talk(), layout.manifest())
    talks = [told(path)[1], told(path)[1], rt.open(path)]
    for figure_of in (
        lambda talk: talk.timeline().figure,
        lambda talk: talk.timeline(start=4, end=7, theme="dark").figure,
        lambda talk: talk.turns.latency.plot().figure,
    ):
        assert len({fingerprint(drawn(figure_of(talk))) for talk in talks}) == 1
    other = rt.open(path)
    other.log.append("sent", Event(type="response.cancel"), time=30, wall_time=30)
    fingerprints = {fingerprint(drawn(talk.timeline().figure)) for talk in (talks[0], other)}
    assert len(fingerprints) == 2


def test_what_was_heard_is_truncated_by_the_engine_itself_where_it_was(path):
    events, session = told(path)
    cut = {
        "type": "conversation.item.truncate",
        "item_id": "a1",
        "event_id": "event_cut",
        "content_index": 0,
        "audio_end_ms": 1000,
    }
    assert [event["sent"] for event in events if "sent" in event] == [cut]
    assert session.heard == rt.open(path).heard
    assert session.items == rt.open(path).items


def test_a_recorded_truncate_that_does_not_fit_is_not_what_counts(path, tmp_path):
    log = spoken_talk()
    for entry in log:
        if entry.event.type == "conversation.item.truncate":
            entry.event["audio_end_ms"] = 1
    odd = tmp_path / "odd.rtsession"
    pack(odd, log, layout.manifest())
    events, _ = told(odd)
    assert [event["sent"]["audio_end_ms"] for event in events if "sent" in event] == [1000]


def test_the_sound_goes_to_whoever_plays_and_its_reports_change_nothing(path):
    class Page(Observer):
        can_play = True
        played = b""
        flushes = ()

        def play(self, item_id, pcm):
            self.played += pcm
            replay.session.core.played(0, 10, 0.0)

        def flush(self, epoch):
            self.flushes += (epoch,)

    page = Page()
    replay = replay_recording(rt.open(path), speed=math.inf)
    replay.session.core.attach(page)
    session = replay.wait(20)
    assert page.played == rt.open(path).audio("a1")
    assert page.flushes == (0,)
    assert list(session.log) == list(rt.open(path).log)


def test_a_replay_takes_no_requests(path):
    _, session = told(path)
    with pytest.raises(rt.LocalProtocolError, match="this is a replay"):
        session.say("hello")
    assert session.status == "closed"
    assert "replay of talk.rtsession" in repr(session)


@pytest.mark.parametrize("speed", [0, -1, math.nan])
def test_a_speed_is_above_zero(path, speed):
    with pytest.raises(rt.ConfigError, match="speed takes a number above 0"):
        rt.replay(path, speed=speed)


@pytest.mark.parametrize("speed", [20, 200])
def test_a_replay_takes_its_part_of_the_time_that_the_talk_took(path, speed):
    times = [entry.time for entry in rt.open(path).log]
    seconds = times[-1] - times[0]
    began = time.monotonic()
    rt.replay(path, speed=speed).wait(20)
    assert seconds / speed <= time.monotonic() - began < seconds
