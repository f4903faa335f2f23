"""Both sides of a talk as one sound."""

import io
import tracemalloc
import wave

import numpy as np
import pytest

from rt_notebook.analysis.stereo import stereo, write_stereo
from rt_notebook.analysis.timeline import timeline
from rt_notebook.errors import RealtimeError
from rt_notebook.protocol.events import Event
from rt_notebook.record.log import Log

from .talk import Talk


def sounding(log):
    return np.concatenate(list(stereo(timeline(log))))


def minute_after_minute(n_minutes):
    """The user speaks without a pause, each second another level."""
    log = Log()
    for n in range(60 * n_minutes):
        second = n.to_bytes(2, "little") * 24_000
        append = Event(type="input_audio_buffer.append")
        log.append("sent", append, time=n + 1.0, wall_time=0, audio=second)
    return log


def test_a_file_that_was_sent_at_once_ends_where_it_was_sent():
    log = Log()
    log.append("received", Event(type="x"), time=0, wall_time=0)
    for n in range(10):
        append = Event(type="input_audio_buffer.append")
        log.append("sent", append, time=5 + n / 1000, wall_time=0, audio=bytes([1, 0]) * 4800)
    samples = np.flatnonzero(sounding(log)[:, 0])
    assert len(samples) == 48000
    assert samples[-1] == pytest.approx(5.009 * 24000, abs=2)


def test_a_pause_of_the_microphone_stays_a_pause():
    log = Log()
    log.append("received", Event(type="x"), time=0, wall_time=0)
    for time in (1.0, 1.04, 3.0):
        append = Event(type="input_audio_buffer.append")
        log.append("sent", append, time=time, wall_time=0, audio=bytes([1, 0]) * 960)
    samples = np.flatnonzero(sounding(log)[:, 0])
    gaps = np.diff(samples)
    assert [int(gap) for gap in gaps if gap > 1] == [round((3.0 - 0.04 - 1.04) * 24000) + 1]


def test_a_sound_goes_on_from_block_to_block():
    user = sounding(minute_after_minute(2))[:, 0]
    # The talk begins with its first event, which brought a second of sound.
    assert len(user) == 120 * 24_000
    assert user[::24_000].tolist() == list(range(120))


def test_answers_stand_where_they_sounded_across_blocks():
    talk = Talk()
    talk.created(1.0, "r1")
    talk.answer("r1", "a1", [19.5], "one", bytes([1, 0]) * 24_000)
    talk.answer("r1", "a2", [70.0], "two", bytes([2, 0]) * 24_000)
    talk.done(71.0, "r1")
    assistant = sounding(talk.log)[:, 1]
    assert np.flatnonzero(assistant == 1).tolist() == list(range(468_000, 492_000))
    assert np.flatnonzero(assistant == 2).tolist() == list(range(1_680_000, 1_704_000))


def test_a_long_talk_is_written_without_holding_it(tmp_path):
    line = timeline(minute_after_minute(5))
    with (tmp_path / "talk.wav").open("wb") as file:
        tracemalloc.start()
        write_stereo(file, line)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < 10_000_000  # all of it: 29 MB
    with wave.open(str(tmp_path / "talk.wav")) as written:
        assert written.getnframes() == 300 * 24_000


def test_a_talk_too_long_for_a_wav_is_refused_before_anything_is_written():
    log = Log()
    for time in (0.0, 100_000.0):
        log.append("received", Event(type="x"), time=time, wall_time=0)
    with pytest.raises(RealtimeError, match=r"27\.8 hours is too long for a WAV file"):
        write_stereo(io.BytesIO(), timeline(log))
