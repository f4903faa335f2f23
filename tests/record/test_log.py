"""What was sent and received, with the audio kept once."""

from rt_notebook.protocol.events import Event
from rt_notebook.record.log import AudioSpan, Log


def test_audio_is_kept_in_tracks_and_not_in_events():
    log = Log()
    for n in range(2):
        log.append(
            "sent", Event(type="input_audio_buffer.append"), time=n, wall_time=n, audio=b"uu" * 10
        )
    delta = Event(type="response.output_audio.delta", item_id="a", delta="AAAA")
    entry = log.append("received", delta, time=3, wall_time=3, audio=b"abc")
    assert log.audio("user") == b"uu" * 20
    assert log.audio("a") == b"abc"
    assert entry.audio == AudioSpan("a", 0, 3)
    assert entry.event["delta"] == "<3 bytes>"
    assert delta["delta"] == "AAAA"


def test_a_track_that_was_never_heard_is_empty():
    assert Log().audio("nobody") == b""


def test_the_log_is_bounded_and_counts_what_it_dropped():
    log = Log(max_entries=3)
    for n in range(5):
        log.append("received", Event(type="x", n=n), time=n, wall_time=n)
    assert [entry.event["n"] for entry in log] == [2, 3, 4]
    assert log.dropped_entries == 2
