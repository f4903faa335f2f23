"""How loud sound is, and where it begins and ends.

Levels are in dBFS, decibels relative to full scale: 0 for the loudest square wave,
about -3 for the loudest sine, ``-inf`` for silence.
"""

from __future__ import annotations

import numpy as np

from .pcm import SAMPLE_RATE_HZ, FloatArray, decode

__all__ = ["dbfs", "first_sound_sample", "speech_end_ms"]

_WINDOW_MS = 10
_SPEECH_RANGE_DB = 25


def dbfs(samples: FloatArray) -> float:
    """Return the RMS level of `samples` in dBFS; ``-inf`` for silence and for no samples."""
    if not samples.size:
        return float("-inf")
    return _decibels(float(np.mean(np.square(samples, dtype=np.float64))))


def speech_end_ms(
    pcm: bytes, sample_rate_hz: int = SAMPLE_RATE_HZ, threshold_dbfs: float = -45.0
) -> float | None:
    """Return where the sound ends: the end of the last loud window of 10 ms.

    Loud is what exceeds the threshold and comes within 25 dB of the loudest window: below
    that, speech has become breath, reverberation or the room.

    Parameters
    ----------
    pcm : bytes
        PCM16 mono.
    sample_rate_hz : int
        Sample rate in Hz.
    threshold_dbfs : float
        RMS level that a window must exceed to count as sound.

    Returns
    -------
    float or None
        Milliseconds from the start, at most the duration; None if no window is louder.

    Raises
    ------
    AudioFormatError
        If `pcm` ends in the middle of a sample.
    """
    power = np.square(decode(pcm), dtype=np.float64)
    window = max(1, sample_rate_hz * _WINDOW_MS // 1000)
    starts = np.arange(0, power.size, window)
    if not starts.size:
        return None
    powers = np.add.reduceat(power, starts) / np.diff(starts, append=power.size)
    floor = max(10 ** (threshold_dbfs / 10), powers.max() * 10 ** (-_SPEECH_RANGE_DB / 10))
    loud = np.flatnonzero(powers > floor)
    if not loud.size:
        return None
    end = min(int(starts[loud[-1]]) + window, power.size)
    return end / sample_rate_hz * 1000


def first_sound_sample(pcm: bytes, threshold_dbfs: float = -50.0) -> int | None:
    """Return the index of the first sample over the threshold, None if all are below.

    Parameters
    ----------
    pcm : bytes
        PCM16 mono.
    threshold_dbfs : float
        Level of a single sample; -50 is an amplitude of 104 in 32767.

    Raises
    ------
    AudioFormatError
        If `pcm` ends in the middle of a sample.
    """
    loud = np.abs(decode(pcm)) > 10 ** (threshold_dbfs / 20)
    return int(loud.argmax()) if loud.any() else None


def _decibels(power: float) -> float:
    return 10 * float(np.log10(power)) if power > 0 else float("-inf")
