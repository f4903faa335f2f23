"""Recordings from anybody: whatever is wrong is one sentence, and nothing is written."""

import contextlib
import json
import os
import zipfile

import pytest

from rt_notebook.record import layout
from rt_notebook.record.layout import MalformedRecording
from rt_notebook.record.packing import pack
from rt_notebook.record.recorder import Recorder
from rt_notebook.record.unpacking import unpack

from .talks import spoken_talk


@pytest.fixture
def members(tmp_path):
    """The members of a good recording, by name."""
    path = tmp_path / "good.rtsession"
    pack(path, spoken_talk(), layout.manifest())
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def written(tmp_path, members, compression=zipfile.ZIP_STORED):
    path = tmp_path / "bad.rtsession"
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def refused(path):
    with pytest.raises(MalformedRecording) as raised:
        unpack(path)
    sentence = str(raised.value)
    assert sentence.startswith(path.name)
    assert "\n" not in sentence
    assert len(sentence) < 250
    return sentence


def line(**changes):
    good = {
        "time": 0,
        "wall_time": 0,
        "direction": "received",
        "size_bytes": 1,
        "event": {"type": "session.created", "session": {}},
    }
    return json.dumps({**good, **changes}).encode() + b"\n"


@pytest.mark.threat("T19")
@pytest.mark.parametrize("name", ["../../escape", "/etc/passwd", "C:\\x", "events.jsonl/../x"])
def test_a_member_that_would_leave_the_folder_is_refused_and_nothing_written(
    tmp_path, members, name
):
    path = written(tmp_path, {**members, name: b"x"})
    before = sorted(tmp_path.rglob("*"))
    assert "expected assistant.wav" in refused(path)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_member_that_is_missing_is_named(tmp_path, members):
    del members["manifest.json"]
    assert "manifest.json" in refused(written(tmp_path, members))


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path, members):
    members["events.jsonl"] = b"\n" * 100_000_000
    path = written(tmp_path, members, zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 1_000_000
    assert "more than a talk has" in refused(path)


@pytest.mark.threat("T19")
def test_a_bomb_that_lies_about_its_size_is_refused(tmp_path, members):
    members["events.jsonl"] = b"\n" * 50_000_000
    path = written(tmp_path, members, zipfile.ZIP_DEFLATED)
    content = bytearray(path.read_bytes())
    size = (50_000_000).to_bytes(4, "little")
    assert content.count(size) == 2  # in the member's own header and in the directory
    path.write_bytes(content.replace(size, (1000).to_bytes(4, "little")))
    refused(path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_file_that_was_cut_off_is_refused(tmp_path, members, share):
    path = written(tmp_path, members)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    refused(path)


@pytest.mark.threat("T19")
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("manifest.json", b"not json"),
        ("manifest.json", b"[]"),
        ("manifest.json", b'{"format": "rtsession", "version": 99}'),
        ("manifest.json", b'{"format": "other", "version": 1}'),
        ("manifest.json", b"[" * 100_000),
        ("user.wav", b"RIFF"),
        ("user.wav", b""),
        ("events.jsonl", b"not json\n"),
        ("events.jsonl", b"[1]\n"),
        ("events.jsonl", b"{}\n"),
        ("events.jsonl", line()[:-1]),
        ("events.jsonl", b"[" * 100_000 + b"\n"),
        ("events.jsonl", line(direction="sideways")),
        ("events.jsonl", line(direction=["sent"])),
        ("events.jsonl", line(time="now")),
        ("events.jsonl", line(time=float("nan"))),
        ("events.jsonl", line(time=10**400)),
        ("events.jsonl", line(time=1e300)),
        ("events.jsonl", line(wall_time=10**400)),
        ("events.jsonl", line(wall_time=1e12)),
        ("events.jsonl", line(wall_time=-1)),
        ("events.jsonl", line(size_bytes=10**400)),
        ("events.jsonl", line(size_bytes=1.5)),
        ("events.jsonl", line(cell=1.5)),
        ("events.jsonl", line(cell="")),
        ("events.jsonl", line(event={"type": "x", "audio_start_ms": 10**400})),
        ("events.jsonl", line(event={"type": "x", "audio_start_ms": float("inf")})),
        ("events.jsonl", line() + line(time=1e12)),
        ("events.jsonl", line(audio=["user", 0.0, 2.0, 0.0])),
        ("events.jsonl", line(event={"type": 3})),
        ("events.jsonl", line(event={"type": "session.created"})),
        ("events.jsonl", line(event={"type": "session.created", "session": []})),
        ("events.jsonl", line(direction="player", event={"type": "player.played"})),
        ("events.jsonl", line(direction="client", event={"type": "client.gave_up"})),
        (
            "events.jsonl",
            line(direction="client", event={"type": "client.gave_up", "request_id": []}),
        ),
        ("events.jsonl", line(audio=["user", 0, 10**12, 0])),
        ("events.jsonl", line(audio=["user", 0, -2, 0])),
        ("events.jsonl", line(audio=["user", 0, 2, 99])),
        ("events.jsonl", line(audio=[{}, 0, 2, 0])),
        ("events.jsonl", line(audio="user")),
    ],
)
def test_what_is_not_of_the_form_is_refused_in_a_sentence(tmp_path, members, name, content):
    refused(written(tmp_path, {**members, name: content}))


def test_a_time_that_no_talk_has_is_named(tmp_path, members):
    path = written(tmp_path, {**members, "events.jsonl": line() + line(time=1e12)})
    assert refused(path) == "bad.rtsession lasts longer than a year by line 2 of its events"


@pytest.mark.threat("T19")
def test_a_directory_of_members_that_is_damaged_is_told_as_that(tmp_path, members):
    path = written(tmp_path, members)
    content = path.read_bytes()
    directory = content.index(b"PK\x01\x02")
    for place in range(directory, len(content)):
        damaged = bytearray(content)
        damaged[place] ^= 0xFF
        path.write_bytes(damaged)
        with contextlib.suppress(MalformedRecording):
            unpack(path)


def test_a_members_name_that_is_no_text_is_told_as_damage(tmp_path, members):
    path = written(tmp_path, members)
    content = bytearray(path.read_bytes())
    directory = content.rindex(b"PK\x01\x02")
    content[directory + 9] |= 8  # the flag that the name is UTF-8
    content[directory + 46] = 0xEC
    path.write_bytes(content)
    assert refused(path).startswith("bad.rtsession is damaged")


@pytest.fixture
def folder(tmp_path):
    """What is left of a talk whose process was killed."""
    recorder = Recorder(tmp_path / "bad.rtsession", layout.manifest())
    recorder.pause()
    return tmp_path / "bad.rtsession.part"


@pytest.mark.threat("T19")
@pytest.mark.parametrize("name", layout.PART_MEMBERS)
def test_a_link_to_another_file_is_not_followed(tmp_path, folder, name):
    (tmp_path / "private").write_bytes((folder / name).read_bytes())
    (folder / name).unlink()
    (folder / name).symlink_to(tmp_path / "private")
    assert f"has a link for its {name}" in refused(folder)


@pytest.mark.threat("T19")
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
@pytest.mark.parametrize("name", layout.PART_MEMBERS)
def test_a_pipe_is_not_waited_for(folder, name):
    (folder / name).unlink()
    os.mkfifo(folder / name)
    assert f"has a {name} that is no file" in refused(folder)


def test_other_files_are_refused_in_a_sentence(tmp_path):
    text = tmp_path / "notes.txt"
    text.write_text("not a recording")
    assert "is no recording" in refused(text)
    assert "does not exist" in refused(tmp_path / "nowhere.rtsession")
    folder = tmp_path / "folder"
    folder.mkdir()
    assert "choose the folder of a recording" in refused(folder)
