from __future__ import annotations

import math

import numpy as np
import pytest

from rt_notebook.audio import levels, pcm
from rt_notebook.errors import AudioFormatError


def tone(ms: float, amplitude: float = 0.5, rate_hz: int = 24000) -> bytes:
    time = np.arange(round(ms * rate_hz / 1000)) / rate_hz
    return pcm.encode(amplitude * np.sin(2 * np.pi * 1000 * time))


def test_a_full_square_wave_is_0_dbfs():
    assert levels.dbfs(np.array([1, -1, 1, -1], np.float32)) == 0


def test_a_full_sine_is_3_db_below():
    assert levels.dbfs(pcm.decode(tone(100, amplitude=1.0))) == pytest.approx(-3.01, abs=0.01)


@pytest.mark.parametrize("samples", [np.zeros(10, np.float32), np.zeros(0, np.float32)])
def test_silence_is_minus_infinity(samples):
    assert levels.dbfs(samples) == -math.inf


def test_speech_ends_with_the_last_loud_window():
    assert levels.speech_end_ms(pcm.silence(200) + tone(300) + pcm.silence(500)) == 500


def test_a_pause_inside_does_not_end_speech():
    spoken = tone(100) + pcm.silence(400) + tone(100)
    assert levels.speech_end_ms(spoken + pcm.silence(50)) == 600


def test_a_last_window_that_is_cut_off_counts():
    assert levels.speech_end_ms(pcm.silence(20) + tone(5)) == 25


def test_noise_below_the_threshold_is_no_speech():
    quiet = tone(100, amplitude=0.005)  # -49 dBFS
    assert levels.speech_end_ms(tone(50) + quiet) == 50
    murmur = tone(50, amplitude=0.05)
    assert levels.speech_end_ms(murmur + quiet, threshold_dbfs=-55) == 150


def test_the_room_after_loud_speech_is_no_speech():
    room = tone(300, amplitude=0.01)  # -43 dBFS, 34 dB below the voice
    assert levels.speech_end_ms(tone(100) + room) == 100


def test_another_sample_rate_is_taken_into_account():
    spoken = tone(100, rate_hz=8000) + pcm.silence(60, sample_rate_hz=8000)
    assert levels.speech_end_ms(spoken, sample_rate_hz=8000) == 100


@pytest.mark.parametrize("sound", [b"", pcm.silence(500)])
def test_silence_has_neither_end_nor_beginning(sound):
    assert levels.speech_end_ms(sound) is None
    assert levels.first_sound_sample(sound) is None


def test_the_first_sound_is_the_first_sample_over_the_threshold():
    assert levels.first_sound_sample(bytes(960) + b"\x20\x00" + b"\x00\xf0") == 481
    assert levels.first_sound_sample(b"\x20\x00", threshold_dbfs=-70) == 0


def test_half_a_sample_is_refused():
    with pytest.raises(AudioFormatError):
        levels.speech_end_ms(b"abc")
