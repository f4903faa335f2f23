"""A line of PCM16 that grows beyond what memory should hold."""

import errno

import pytest

from rt_notebook.record.track import Track

from ..faults.matrix import fault


def test_what_was_appended_can_be_read_from_any_place():
    track = Track(max_bytes_in_memory=4)
    assert [track.append(audio) for audio in (b"ab", b"cd", b"efgh")] == [0, 2, 4]
    assert track.read() == b"abcdefgh"
    assert track.read(3, 2) == b"de"
    assert len(track) == 8


def test_reading_beyond_the_end_gives_what_there_is():
    track = Track()
    track.append(b"abcd")
    assert track.read(2, 100) == b"cd"
    assert track.read(9) == b""


@fault("F35")
def test_a_track_that_no_disk_takes_is_as_before(monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "no space left on device")

    track = Track(max_bytes_in_memory=4)
    track.append(b"abcd")
    with monkeypatch.context() as patched:
        patched.setattr("tempfile.TemporaryFile", full)
        with pytest.raises(OSError, match="no space"):
            track.append(b"ef")
    assert (track.read(), len(track)) == (b"abcd", 4)
    assert track.append(b"gh") == 4
    assert track.read() == b"abcdgh"
