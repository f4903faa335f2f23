"""One file of a talk: written, read, written again, byte for byte the same."""

import json
import stat
import zipfile

import pytest

from rt_notebook.audio import wav
from rt_notebook.protocol.events import Event
from rt_notebook.record import layout
from rt_notebook.record.packing import pack
from rt_notebook.record.unpacking import unpack
from rt_notebook.secret import MASK, Secret

from ..faults.matrix import fault
from .talks import SECOND, spoken_talk


def packed(tmp_path, log=None, **said):
    path = tmp_path / "talk.rtsession"
    pack(path, log or spoken_talk(), layout.manifest(backend="test", **said))
    return path


def test_what_is_read_is_what_was_written(tmp_path):
    log = spoken_talk()
    manifest, read = unpack(packed(tmp_path, log))
    assert list(read) == list(log)
    assert read.audio("user") == log.audio("user")
    assert read.audio("a1") == log.audio("a1")
    assert manifest["backend"] == "test"
    assert "numpy" in manifest["packages"]


def test_a_recording_that_is_opened_and_saved_is_the_same_to_the_byte(tmp_path):
    path = packed(tmp_path)
    manifest, log = unpack(path)
    again = tmp_path / "again.rtsession"
    pack(again, log, manifest)
    assert again.read_bytes() == path.read_bytes()


def test_the_sound_in_it_is_plain_wav(tmp_path):
    with zipfile.ZipFile(packed(tmp_path)) as archive:
        archive.extractall(tmp_path / "out")
    assert len(wav.read_speech(tmp_path / "out" / "user.wav")) == SECOND
    assert len(wav.read_speech(tmp_path / "out" / "assistant.wav")) == 2 * SECOND
    lines = (tmp_path / "out" / "events.jsonl").read_text("utf-8").splitlines()
    assert json.loads(lines[0])["event"]["type"] == "session.created"


@pytest.mark.threat("T17")
def test_only_its_owner_may_read_it(tmp_path):
    assert stat.S_IMODE(packed(tmp_path).stat().st_mode) == 0o600


@pytest.mark.threat("T2")
def test_it_holds_no_secret(tmp_path):
    key = Secret("sk-never-in-a-file-0123")
    log = spoken_talk()
    update = Event(type="session.update", session={"instructions": f"say {key.reveal()}"})
    log.append("sent", update, time=99, wall_time=99)
    path = packed(tmp_path, log, config={"tools": [{"authorization": key}], "note": key.reveal()})
    with zipfile.ZipFile(path) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert b"never-in-a-file" not in everything
    manifest, _ = unpack(path)
    assert manifest["config"]["tools"] == [{"authorization": MASK}]


@fault("F35")
def test_what_cannot_be_written_leaves_what_was_there(tmp_path, monkeypatch):
    path = packed(tmp_path)
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("rt_notebook.record.track.Track.read", full)
    with pytest.raises(OSError, match="No space"):
        pack(path, spoken_talk(), {})
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["talk.rtsession"]


def test_a_talk_that_goes_on_is_saved_as_far_as_it_got(tmp_path):
    log = spoken_talk()
    rows = len(log)
    path = tmp_path / "talk.rtsession"
    pack(path, log, layout.manifest())
    log.append("received", Event(type="late"), time=99, wall_time=99)
    assert len(unpack(path)[1]) == rows
