"""What a recording of a page's sound tells."""

from __future__ import annotations

import numpy as np
import pytest

from .tap import Recording

QUANTUM_SECONDS = 128 / 24_000
START = 1000.0


def recording(*quanta: int) -> Recording:
    """Return a recording whose quanta are silent (0) or half of full scale (1)."""
    samples = np.repeat(np.asarray(quanta, np.float32) / 2, 128)
    times = START + np.arange(len(quanta)) * QUANTUM_SECONDS
    return Recording(samples, times, 24_000, 0)


def at(quantum: int) -> float:
    return pytest.approx(START + quantum * QUANTUM_SECONDS)


def test_the_first_sound_is_the_first_quantum_that_is_not_silent():
    assert recording(0, 0, 1, 1, 0).first_sound() == at(2)


def test_the_first_sound_after_a_time_leaves_out_what_came_before():
    assert recording(1, 0, 0, 1).first_sound(after=START + QUANTUM_SECONDS / 2) == at(3)


def test_a_silent_recording_has_no_sound():
    assert recording(0, 0).first_sound() is None
    assert recording(0, 0).spoken().size == 0


def test_a_gap_shorter_than_asked_is_no_silence():
    heard = recording(1, 0, 1, 0, 0, 0)
    assert heard.silent_since(START, seconds=3 * QUANTUM_SECONDS) == at(3)


def test_silence_that_is_not_recorded_to_its_end_is_not_claimed():
    assert recording(1, 0, 0).silent_since(START, seconds=3 * QUANTUM_SECONDS) is None


def test_what_was_spoken_is_cut_out_of_the_silence_around_it():
    assert recording(0, 0, 1, 0, 1, 0, 0).spoken(margin=0).size == 3 * 128
