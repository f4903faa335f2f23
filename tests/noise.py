"""Noise for the tests, the same in every run, and speech in it at a stated ratio.

Levels are RMS in dBFS; a ratio is speech to noise in dB, both by their RMS.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from .speech import SAMPLE_RATE_HZ

__all__ = ["NOISES", "Samples", "at_level", "level_dbfs", "pcm16", "samples_of"]

Samples = npt.NDArray[np.float64]

_CLICK_S = 0.01


def _silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * SAMPLE_RATE_HZ))


def _white(seconds: float) -> Samples:
    return np.random.default_rng(1).normal(size=round(seconds * SAMPLE_RATE_HZ))


def _pink(seconds: float) -> Samples:
    """Return noise of equal power in every octave, from 20 Hz up."""
    spectrum = np.fft.rfft(_white(seconds))
    hz = np.fft.rfftfreq(round(seconds * SAMPLE_RATE_HZ), 1 / SAMPLE_RATE_HZ)
    return np.fft.irfft(spectrum / np.sqrt(np.maximum(hz, 20)), round(seconds * SAMPLE_RATE_HZ))


def _keyboard(seconds: float) -> Samples:
    """Return typing: about six sharp clicks a second, each 10 ms of decaying noise."""
    random = np.random.default_rng(2)
    sound = random.normal(0, 0.001, round(seconds * SAMPLE_RATE_HZ))
    length = round(_CLICK_S * SAMPLE_RATE_HZ)
    decay = np.exp(-np.arange(length) / (length / 5))
    at = 0.0
    while (at := at + random.uniform(0.05, 0.3)) < seconds - 0.1:
        start = round(at * SAMPLE_RATE_HZ)
        sound[start : start + length] += 0.4 * decay * random.normal(0, 1, length)
    return sound


#: What a noise is called → what makes so many seconds of it.
NOISES: dict[str, Callable[[float], Samples]] = {
    "silence": _silence,
    "white": _white,
    "pink": _pink,
    "keyboard": _keyboard,
}


def level_dbfs(samples: Samples) -> float:
    """Return the RMS level."""
    return float(10 * np.log10(np.mean(samples**2) + 1e-12))


def at_level(samples: Samples, dbfs: float) -> Samples:
    """Return the same sound at another RMS level; silence stays silence."""
    return samples * 10 ** ((dbfs - level_dbfs(samples)) / 20) if samples.any() else samples


def samples_of(pcm: bytes) -> Samples:
    """Read PCM16 as numbers in [-1, 1]."""
    return np.frombuffer(pcm, "<i2") / 32768


def pcm16(samples: Samples) -> bytes:
    """Write numbers in [-1, 1] as PCM16; what is louder is clipped."""
    return (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
