"""Audio as it travels: the session's formats to PCM16 and back.

Inside, input audio is PCM16 at the rate it came with (24 or 8 kHz) and answers are PCM16
at 24 kHz.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..audio import g711, pcm
from ..audio.resample import StreamResampler

__all__ = ["OutputEncoder", "decode_input", "encoded", "sample_rate_hz"]

_G711_HZ = 8000

_DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "audio/pcm": bytes,
    "audio/pcmu": g711.decode_ulaw,
    "audio/pcma": g711.decode_alaw,
}
_ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "audio/pcm": bytes,
    "audio/pcmu": g711.encode_ulaw,
    "audio/pcma": g711.encode_alaw,
}


def sample_rate_hz(audio_format: dict[str, Any]) -> int:
    """Return the rate of a session's audio format: 24000 for PCM, 8000 for G.711."""
    return pcm.SAMPLE_RATE_HZ if audio_format["type"] == "audio/pcm" else _G711_HZ


def decode_input(audio: bytes, audio_format: dict[str, Any]) -> bytes:
    """Return the PCM16 of audio in a session's input format."""
    return _DECODERS[audio_format["type"]](audio)


def encoded(audio: bytes, rate_hz: int, audio_format: dict[str, Any]) -> bytes:
    """Return PCM16 of any rate as a session's audio format has it."""
    return OutputEncoder(audio_format, rate_hz).encode(audio, last=True)


class OutputEncoder:
    """Turns PCM16 into a session's audio format, chunk by chunk.

    Parameters
    ----------
    audio_format : dict
        The API's object.
    rate_hz : int
        Sample rate of what comes in.
    """

    def __init__(self, audio_format: dict[str, Any], rate_hz: int = pcm.SAMPLE_RATE_HZ) -> None:
        self._encode = _ENCODERS[audio_format["type"]]
        self._resampler = StreamResampler(rate_hz, sample_rate_hz(audio_format))
        self._copies = sample_rate_hz(audio_format) == rate_hz

    def encode(self, chunk: bytes, last: bool = False) -> bytes:
        """Return what is ready to be sent; `last` brings out what was held back."""
        if not self._copies:
            chunk = pcm.encode(self._resampler.process(pcm.decode(chunk), last))
        return self._encode(chunk)
