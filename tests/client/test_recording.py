"""A recording is what the live session was: opened, saved again, and after a kill -9."""

import subprocess
import sys
import time

import pytest

import rt_notebook as rt
from rt_notebook.protocol.heard import heard_items
from rt_notebook.record import layout
from rt_notebook.record.packing import pack

from ..record.talks import SESSION, spoken_talk

NOBODY = "ws://127.0.0.1:9/v1/realtime"


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "talk.rtsession"
    pack(path, spoken_talk(), layout.manifest(backend="test server"))
    return path


def test_a_recording_shows_what_the_session_showed(path):
    talk = rt.open(path)
    assert [(item.role, item.text) for item in talk.items[:2]] == [
        ("user", "count to four"),
        ("assistant", "one two three four"),
    ]
    assert talk.config == SESSION
    assert talk.turn_detection == "server_vad"
    assert talk.heard["a1"].heard_text == "one two"
    assert talk.heard == heard_items(talk.conversation, talk.machine.ledger)
    assert len(talk.audio()) == 48000
    assert len(talk.audio("a1")) == 96000
    assert "test server" in repr(talk)


def test_saved_again_it_is_the_same_to_the_byte(path, tmp_path):
    again = rt.open(path).save(tmp_path / "again")
    assert again == tmp_path / "again.rtsession"
    assert again.read_bytes() == path.read_bytes()


def test_a_talk_cannot_be_recorded_over_another_nor_into_nowhere(path, tmp_path):
    with pytest.raises(rt.ConfigError, match="is there already; name another file"):
        rt.connect(NOBODY, record=path, quiet=True)
    with pytest.raises(rt.ConfigError, match="no such file or directory; name another place"):
        rt.connect(NOBODY, record=tmp_path / "no" / "folder", quiet=True)


@pytest.mark.slow
def test_a_session_that_never_came_about_leaves_no_recording(tmp_path):
    with pytest.raises(rt.ConnectionLost):
        rt.connect(NOBODY, record=tmp_path / "talk", quiet=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_recorded_talk_opens_as_it_was(tmp_path):
    path = tmp_path / "talk.rtsession"
    with rt.connect("offline", record=path, quiet=True) as session:
        session.say("what is seven plus five", output_modalities=["text"]).wait(20)
        assert layout.part_of(path).is_dir()
    talk = rt.open(path)
    assert talk.items == session.items
    assert talk.config == session.config
    assert list(talk.log) == list(session.log)
    assert talk.manifest["backend"] == "offline server"
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


CHILD = """
import sys, time
import rt_notebook as rt

session = rt.connect("offline", record=sys.argv[1], quiet=True)
session.configure(turn_detection="none").wait(10)
session.send_audio(bytes(48000 * 60), commit=False)
while True:
    print(len(session.log), time.time(), flush=True)
    time.sleep(0.02)
"""


@pytest.mark.slow
def test_a_killed_process_loses_the_last_second_at_most(tmp_path):
    path = tmp_path / "talk.rtsession"
    command = [sys.executable, "-c", CHILD, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        counts = []
        for line in child.stdout:
            counts.append((int(line.split()[0]), float(line.split()[1])))
            if counts[-1][1] - counts[0][1] > 3:
                break
        child.kill()
        killed = time.time()
    talk = rt.open(path)
    last = list(talk.log)[-1].wall_time
    print(f"kill -9: the last {killed - last:.2f} s of the talk are missing (target 1 s)")
    # Twice the second: the machine may be busy.
    before = [count for count, at in counts if at < killed - 2]
    assert len(talk.log) >= before[-1] > 10
    assert len(talk.audio()) >= 40 * 48 * (before[-1] - 10)
    assert talk.save(tmp_path / "rescued").exists()
