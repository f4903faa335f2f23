"""Voices: the server's own, and programs that have nothing in common with it.

A test that asks for the voice of a program that is not installed is skipped.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import wave
from functools import lru_cache

import numpy as np
import pytest
import soxr

from .speech import SAMPLE_RATE_HZ, say

__all__ = ["VOICES", "speak"]

#: Name of a voice → the program that writes what it is told to a WAV file.
_PROGRAMS = {
    "flite rms": ["flite", "-voice", "rms", "-t", "{text}", "-o", "/dev/stdout"],
    "flite slt": ["flite", "-voice", "slt", "-t", "{text}", "-o", "/dev/stdout"],
    "espeak-ng": ["espeak-ng", "-v", "en-us", "-s", "150", "--stdout", "{text}"],
}
VOICES = ("hibari", *_PROGRAMS)


@lru_cache(maxsize=512)
def speak(voice: str, text: str) -> bytes:
    """Return a sentence spoken, as PCM16 at 24 kHz."""
    if voice == "hibari":
        return say(text)
    program, *arguments = _PROGRAMS[voice]
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    command = [program, *(argument.format(text=text) for argument in arguments)]
    return _pcm(subprocess.run(command, check=True, capture_output=True).stdout)


def _pcm(wav: bytes) -> bytes:
    with wave.open(io.BytesIO(wav)) as file:
        samples = np.frombuffer(file.readframes(-1), "<i2").astype(np.float32) / 32768
        at_24_khz = soxr.resample(samples, file.getframerate(), SAMPLE_RATE_HZ)
    return (np.clip(at_24_khz, -1, 1) * 32767).astype("<i2").tobytes()
