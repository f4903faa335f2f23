"""What was sent and received, with the audio kept once."""

import errno
import tracemalloc

import pytest

from rt_notebook.protocol.events import Event
from rt_notebook.record.entry import AudioSpan
from rt_notebook.record.log import Log

from ..faults.matrix import fault


def said(log, audio=b"uu" * 10, **rest):
    append = Event(type="input_audio_buffer.append", event_id="e")
    return log.append("sent", append, time=0, wall_time=0, audio=audio, **rest)


def came(log, item_id, audio):
    delta = Event(type="response.output_audio.delta", item_id=item_id, delta="AAAA")
    return log.append("received", delta, time=3, wall_time=3, audio=audio)


def test_audio_is_kept_in_tracks_and_not_in_events():
    log = Log()
    said(log)
    entry = said(log)
    assert log.audio("user") == b"uu" * 20
    assert entry.audio == AudioSpan("user", 20, 20, 20)
    assert entry.event["audio"] == "<20 bytes>"


def test_an_items_audio_is_its_own_though_answers_come_side_by_side():
    log = Log()
    came(log, "a", b"aa")
    came(log, "b", b"bbbb")
    last = came(log, "a", b"AA")
    assert (log.audio("a"), log.audio("b")) == (b"aaAA", b"bbbb")
    assert last.audio == AudioSpan("a", 2, 2, 6)
    assert log.sound(last.audio) == b"AA"
    assert last.event["delta"] == "<2 bytes>"


def test_the_end_of_an_item_may_bring_its_last_sound():
    log = Log()
    came(log, "a", b"aa")
    done = Event(type="response.output_audio.done", item_id="a")
    entry = log.append("received", done, time=4, wall_time=4, audio=b"zz")
    assert log.audio("a") == b"aazz"
    assert entry.event == done


def test_a_log_says_in_a_line_what_it_holds():
    log = Log()
    said(log, bytes(48_000))
    came(log, "a", bytes(72_000))
    assert repr(log) == "<Log: 2 events, 1.0 s sent, 1.5 s received>"


def test_a_track_that_was_never_heard_is_empty():
    assert Log().audio("nobody") == b""


def test_old_entries_move_to_a_file_and_come_back():
    log = Log(max_entries_in_memory=3)
    entries = [said(log, b"u" * 2 * n, size_bytes=n, cell=n) for n in range(1, 6)]
    log.append("player", Event(type="player.played", epoch=0), time=9, wall_time=9)
    assert [entry.event.type for entry in log][-1] == "player.played"
    assert list(log)[:5] == entries
    assert len(log) == 6


def test_few_entries_that_are_large_move_to_a_file_too():
    log = Log(max_event_bytes_in_memory=1_000_000)
    texts = [letter * 400_000 for letter in "abcdefghijklmnopqrst"]
    tracemalloc.start()
    for text in texts:
        item = {"content": [{"text": "".join(text)}]}
        log.append("received", Event(type="x", item=item), time=0, wall_time=0)
    del text, item
    kept_in_memory, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept_in_memory < 4_000_000  # all of them: 8 million
    assert [entry.event["item"]["content"][0]["text"] for entry in log] == texts


def test_an_entry_larger_than_all_memory_for_them_comes_back_as_it_was():
    log = Log(max_event_bytes_in_memory=1000)
    entry = log.append("received", Event(type="x", text="a" * 2000), time=0, wall_time=0)
    small = log.append("received", Event(type="y"), time=1, wall_time=1)
    assert list(log) == [entry, small]
    assert log.since(0) == [entry, small]
    assert log.since(1) == [small]


def test_reading_sees_what_was_there_when_it_began():
    log = Log(max_entries_in_memory=2)
    said(log)
    entries = iter(log)
    first = next(entries)
    for _ in range(5):
        said(log)
    assert [first, *entries] == list(log)[:1]


@fault("F35")
def test_a_full_disk_costs_old_entries_and_not_the_session(monkeypatch):
    log = Log(max_entries_in_memory=1)

    def full(*_):
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr("rt_notebook.record.track.Track.append", full)
    assert said(log).audio is None
    assert said(log).audio is None
    assert (len(log), log.dropped_entries, log.dropped_audio_bytes) == (1, 1, 40)


def test_whoever_follows_gets_each_entry_and_its_audio():
    log, followed = Log(), []
    log.follow = lambda entry, audio: followed.append((entry.event.type, audio))
    said(log)
    assert followed == [("input_audio_buffer.append", b"uu" * 10)]


def test_an_error_knows_what_it_refuses():
    log = Log()
    asked = Event(type="response.create", event_id="event_7")
    entry = log.append("sent", asked, time=0, wall_time=0)
    refusal = Event(type="error", error={"event_id": "event_7", "message": "no"})
    assert log.cause_of(refusal) is entry
    assert log.cause_of(Event(type="error", error={"event_id": None})) is None


def test_the_table_has_a_row_an_event_and_points_from_errors_to_their_cause():
    pytest.importorskip("pandas")
    log = Log()
    said(log, b"uu" * 24, size_bytes=90, cell=3)
    log.append("sent", Event(type="response.create", event_id="event_7"), time=1, wall_time=1)
    log.append(
        "received",
        Event(type="error", error={"event_id": "event_7"}),
        time=2.5,
        wall_time=1,
        size_bytes=40,
    )
    item = Event(type="conversation.item.done", item={"id": "item_1"})
    log.append("received", item, time=3, wall_time=3)
    table = log.to_pandas()
    assert list(table["type"]) == [entry.event.type for entry in log]
    assert list(table["time_s"]) == [0, 1, 2.5, 3]
    assert table["audio_ms"][0] == 1
    assert table["caused_by"][2] == 1
    assert list(table["cell"].dropna()) == [3]
    assert table["item_id"][3] == "item_1"
    assert str(table["wall_time"][1]) == "1970-01-01 00:00:01+00:00"


def test_the_tables_columns_have_the_same_types_whatever_the_log_holds():
    pytest.importorskip("pandas")
    silent, spoken = Log(), Log()
    silent.append("sent", Event(type="x", event_id=["no text"]), time=0, wall_time=0)
    said(spoken, size_bytes=90, cell=3)
    empty = Log().to_pandas()
    assert len(empty) == 0
    expected = {
        "time_s": "float64",
        "wall_time": "datetime64[us, UTC]",
        "direction": "category",
        "type": "category",
        "event_id": "string",
        "item_id": "string",
        "response_id": "string",
        "size_bytes": "int64",
        "audio_ms": "float64",
        "cell": "Int64",
        "caused_by": "Int64",
        "event": "object",
    }
    for table in (empty, silent.to_pandas(), spoken.to_pandas()):
        assert {name: str(type) for name, type in table.dtypes.items()} == expected
