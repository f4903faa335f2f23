"""A talk on disk while it goes on."""

import errno
import os
import stat

import pytest

from rt_notebook.protocol.events import Event
from rt_notebook.record import layout
from rt_notebook.record.log import Log
from rt_notebook.record.recorder import Recorder
from rt_notebook.record.unpacking import unpack

from ..faults.matrix import fault
from .talks import spoken_talk

MANIFEST = layout.manifest(backend="test")


def recorded(recorder, log):
    """Let a recorder follow a talk as it happens."""
    copy = Log()
    copy.follow = recorder.follow
    for entry in log:
        copy.append(
            entry.direction,
            entry.event,
            time=entry.time,
            wall_time=entry.wall_time,
            audio=log.sound(entry.audio) if entry.audio else b"",
        )
    return copy


@pytest.fixture
def path(tmp_path):
    return tmp_path / "talk.rtsession"


def test_the_folder_becomes_one_file_when_the_talk_ends(path):
    recorder = Recorder(path, MANIFEST)
    log = recorded(recorder, spoken_talk())
    assert layout.part_of(path).is_dir()
    recorder.close(log, MANIFEST)
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert list(unpack(path)[1]) == list(spoken_talk())


def test_the_folder_alone_can_be_read_too_by_either_name(path):
    recorder = Recorder(path, MANIFEST)
    log = recorded(recorder, spoken_talk())
    log.follow = None
    recorder.pause()
    for name in (path, layout.part_of(path)):
        manifest, read = unpack(name)
        assert list(read) == list(log)
        assert read.audio("a1") == log.audio("a1")
        assert manifest["backend"] == "test"


@pytest.mark.threat("T17")
def test_only_its_owner_may_read_what_is_recorded(path):
    recorder = Recorder(path, MANIFEST)
    part = layout.part_of(path)
    assert stat.S_IMODE(part.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in part.iterdir()} == {0o600}
    recorder.discard()
    assert not part.exists()


@pytest.mark.parametrize("cut", [1, 30, 200])
def test_a_line_that_was_cut_off_costs_that_line_alone(path, cut):
    recorder = Recorder(path, MANIFEST)
    log = recorded(recorder, spoken_talk())
    recorder.pause()
    events = layout.part_of(path) / "events.jsonl"
    events.write_bytes(events.read_bytes()[:-cut])
    read = list(unpack(path)[1])
    assert read == list(log)[: len(read)]
    assert len(log) - len(read) in (1, 2)


def test_there_is_no_recording_over_another(path):
    path.write_text("something else")
    with pytest.raises(FileExistsError):
        Recorder(path, MANIFEST)
    path.unlink()
    layout.part_of(path).mkdir()
    with pytest.raises(FileExistsError):
        Recorder(path, MANIFEST)


@fault(
    "F35",
    "the disk is full while a talk is recorded or exported",
    "told once; the talk goes on",
)
def test_a_full_disk_is_told_once_and_stops_the_recording_alone(path, monkeypatch):
    recorder = Recorder(path, MANIFEST)
    told = []
    recorder.tell = told.append

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("rt_notebook.record.recorder.to_json", full)
    log = recorded(recorder, spoken_talk())
    recorder.pause()
    recorded(recorder, spoken_talk())
    monkeypatch.setattr("rt_notebook.record.recorder.pack", full)
    recorder.close(log, MANIFEST)
    assert told == [
        "the recording stopped: no space left on device; the talk goes on, and "
        "session.save writes it elsewhere",
        "the recording was not packed: no space left on device; what there is stays in "
        "talk.rtsession.part",
    ]


def test_whatever_goes_wrong_is_told_once_and_raises_nowhere(path, monkeypatch):
    recorder = Recorder(path, MANIFEST)
    told = []
    recorder.tell = told.append

    def broken(*_):
        raise RecursionError("too deep")

    monkeypatch.setattr("rt_notebook.record.recorder.to_json", broken)
    log = recorded(recorder, spoken_talk())
    recorder.pause()
    monkeypatch.setattr("rt_notebook.record.recorder.pack", broken)
    recorder.close(log, MANIFEST)
    assert told == [
        "the recording stopped: recursionerror; the talk goes on, and session.save writes it "
        "elsewhere",
        "the recording was not packed: recursionerror; what there is stays in talk.rtsession.part",
    ]


def test_an_emoji_that_came_in_two_halves_is_recorded(path):
    log = spoken_talk()
    delta = "response.output_text.delta"
    about = {"type": delta, "response_id": "r1", "item_id": "a1", "content_index": 0}
    halves = ["smile \ud83d", "\ude00 done"]
    for half in halves:
        log.append("received", Event({**about, "delta": half}), time=99, wall_time=99)
    recorder = Recorder(path, MANIFEST)
    copy = recorded(recorder, log)
    recorder.pause()
    assert [
        entry.event["delta"] for entry in unpack(path)[1] if entry.event.type == delta
    ] == halves
    recorder.close(copy, MANIFEST)
    assert list(unpack(path)[1]) == list(log)


def test_what_could_not_be_recorded_on_the_way_is_in_the_file_when_it_can_be_packed(
    path, monkeypatch
):
    recorder = Recorder(path, MANIFEST)

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("rt_notebook.record.recorder.to_json", full)
        log = recorded(recorder, spoken_talk())
        recorder.pause()
    recorder.close(log, MANIFEST)
    assert len(unpack(path)[1]) == len(log)
