"""Speech recognition: moonshine tiny-en (English), beside the event loop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from ..audio import pcm
from ..audio.resample import resample
from .model_pool import ModelPool
from .moonshine import SAMPLE_RATE_HZ, Moonshine

__all__ = ["Recogniser", "TurnTranscript"]

_LONGEST = 30 * SAMPLE_RATE_HZ  # samples that are transcribed at once
_THREADS = min(2, os.cpu_count() or 1)
_KEEP_FROM_S = 12  # a part this long is not transcribed again after a pause


class Recogniser:
    """Turns PCM16 into text, for all sessions."""

    def __init__(self) -> None:
        self._pool = ModelPool("speech recognition", Moonshine, _THREADS)

    @property
    def is_idle(self) -> bool:
        """Whether it could begin at once."""
        return self._pool.is_idle

    def transcribe(self, audio: bytes, sample_rate_hz: int) -> asyncio.Future[str]:
        """Return what was said in PCM16 audio that is known to hold speech.

        Silence must not come here: the model answers it with "You".
        """
        return self._pool.run(lambda model: _transcribe(model, audio, sample_rate_hz))

    def close(self) -> None:
        """Take no more audio."""
        self._pool.close()


class TurnTranscript:
    """The transcript of a turn that may be over: begun in every pause, dropped on speech.

    Parameters
    ----------
    transcribe : callable
        Starts the transcription of PCM16 audio and returns its future.
    sample_rate_hz : int
        Rate of the turn's audio.

    Notes
    -----
    A part of 12 s or more is kept when speech goes on, so that a long turn is not
    transcribed from its beginning at every pause.
    """

    def __init__(
        self, transcribe: Callable[[bytes], asyncio.Future[str]], sample_rate_hz: int
    ) -> None:
        self._transcribe = transcribe
        self._keep_from_bytes = _KEEP_FROM_S * sample_rate_hz * 2
        self._kept: list[asyncio.Future[str]] = []
        self._kept_bytes = 0
        self._pending: asyncio.Future[str] | None = None
        self._pending_bytes = 0

    def pause(self, turn: bytes) -> None:
        """Begin to transcribe `turn`, the audio from its beginning up to the pause."""
        self._pending = self._transcribe(turn[self._kept_bytes :])
        self._pending_bytes = len(turn)

    def resume(self) -> None:
        """Drop what the pause began, or keep it when it is long."""
        if self._pending is None:
            return
        if self._pending_bytes - self._kept_bytes >= self._keep_from_bytes:
            self._kept.append(self._pending)
            self._kept_bytes = self._pending_bytes
        else:
            self._pending.cancel()
        self._pending = None

    def drop(self) -> None:
        """Forget the turn."""
        for future in [*self._kept, *([self._pending] if self._pending else [])]:
            future.cancel()

    async def finish(self, turn: bytes) -> str:
        """Return the transcript of the whole turn, given all its audio."""
        if self._pending is None:
            self.pause(turn)
        return await self.so_far()

    async def so_far(self) -> str:
        """Return the transcript up to the latest pause; being cancelled does it no harm."""
        parts = [*self._kept, *([self._pending] if self._pending else [])]
        texts = [await asyncio.shield(part) for part in parts]
        return " ".join(text for text in texts if text)


def _transcribe(model: Moonshine, audio: bytes, sample_rate_hz: int) -> str:
    samples = resample(pcm.decode(audio), sample_rate_hz, SAMPLE_RATE_HZ)
    pieces = [samples[at : at + _LONGEST] for at in range(0, len(samples), _LONGEST)]
    return " ".join(text for piece in pieces if (text := model.transcribe(piece)))
