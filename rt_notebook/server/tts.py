"""Speech synthesis: hibari's voice "heart", one sentence at a time, in a thread of its own."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np

from ..audio import pcm
from .model_pool import ModelPool

__all__ = ["Synthesiser", "limited", "without_lead_in"]

_GAIN = 2.0  # hibari peaks at 0.33
_KNEE = 0.8  # above, the limiter bends
_QUIET = 0.003  # -50 dBFS
_LEAD_IN = 240  # samples kept before the first sound, 10 ms
_SPEED = (0.5, 1.5)  # what hibari and the API both allow


class Synthesiser:
    """The server's one voice; every voice name of the API speaks with it."""

    def __init__(self) -> None:
        self._pool: ModelPool[Any] = ModelPool("speech synthesis", _load)

    def speak(self, sentence: str, speed: float = 1.0) -> asyncio.Future[bytes]:
        """Return one sentence spoken, as PCM16 at 24 kHz, without silence before it.

        Parameters
        ----------
        sentence : str
            A sentence; empty text gives no sound.
        speed : float
            The API allows 0.25 to 1.5; below 0.5 it stays at 0.5.
        """
        pace = min(max(speed, _SPEED[0]), _SPEED[1])
        return self._pool.run(lambda model: _speak(model, sentence, pace))

    def close(self) -> None:
        """Take no more sentences."""
        self._pool.close()


def _load() -> Any:
    from hibari import Hibari

    voice = Hibari(voice="heart", threads=1)
    voice("Warm up.")  # the first sentence costs 0.3 s more
    return voice


def _speak(model: Any, sentence: str, speed: float) -> bytes:
    if not any(letter.isalnum() for letter in sentence):
        return b""
    loud = np.asarray(model(sentence, speed=speed), np.float32) * np.float32(_GAIN)
    return pcm.encode(without_lead_in(limited(loud)))


def limited(samples: pcm.FloatArray) -> pcm.FloatArray:
    """Bend what is louder than the knee smoothly below full scale."""
    excess = np.maximum(np.abs(samples) - _KNEE, 0) / (1 - _KNEE)
    bent = np.sign(samples) * (_KNEE + (1 - _KNEE) * np.tanh(excess))
    return np.where(np.abs(samples) > _KNEE, bent, samples).astype(np.float32)


def without_lead_in(samples: pcm.FloatArray) -> pcm.FloatArray:
    """Return the samples from 10 ms before the first that can be heard."""
    loud = np.flatnonzero(np.abs(samples) > _QUIET)
    return samples[max(0, int(loud[0]) - _LEAD_IN) :] if len(loud) else samples
