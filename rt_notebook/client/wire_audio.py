"""Between PCM16 at 24 kHz, which everything here speaks, and the session's wire formats.

G.711 has 8 kHz: what the microphone gives is resampled in a stream of its own, and each
item that comes back in another, so that chunks join without a click.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..audio import g711, pcm, resample
from ..protocol.events import decode_audio, encode_audio

__all__ = ["WireAudio", "encoded", "reencoded"]

G711_HZ = 8000

Codec = Callable[[bytes], bytes]
_CODECS: dict[str, tuple[Codec, Codec]] = {
    "audio/pcmu": (g711.encode_ulaw, g711.decode_ulaw),
    "audio/pcma": (g711.encode_alaw, g711.decode_alaw),
}


def encoded(audio: bytes, format: str) -> bytes:
    """Return a whole utterance, PCM16 at 24 kHz, in a wire format."""
    if format not in _CODECS:
        return audio
    samples = resample.resample(pcm.decode(audio), pcm.SAMPLE_RATE_HZ, G711_HZ)
    return _CODECS[format][0](pcm.encode(samples))


def reencoded(item: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    """Return an item whose sound is in one wire format with its sound in another."""
    parts = item.get("content")
    if old == new or not isinstance(parts, list):
        return item
    return {**item, "content": [_part_reencoded(part, old, new) for part in parts]}


def _part_reencoded(part: Any, old: str, new: str) -> Any:
    sound = part.get("audio") if isinstance(part, dict) else None
    if not isinstance(sound, str):
        return part
    audio = decode_audio(sound)
    if old in _CODECS:
        samples = pcm.decode(_CODECS[old][1](audio))
        audio = pcm.encode(resample.resample(samples, G711_HZ, pcm.SAMPLE_RATE_HZ))
    return {**part, "audio": encode_audio(encoded(audio, new))}


class WireAudio:
    """The streams of one connection: what is said, and each item that comes back."""

    def __init__(self) -> None:
        self._up: resample.StreamResampler | None = None
        self._down: dict[str, resample.StreamResampler] = {}

    def encode(self, audio: bytes, format: str) -> bytes:
        """Return the next chunk of the microphone's audio in a wire format."""
        if format not in _CODECS:
            self._up = None
            return audio
        if self._up is None:
            self._up = resample.StreamResampler(pcm.SAMPLE_RATE_HZ, G711_HZ)
        return _CODECS[format][0](pcm.encode(self._up.process(pcm.decode(audio))))

    def decode(self, item_id: str, audio: bytes, format: str) -> bytes:
        """Return the next chunk of an item's audio as PCM16 at 24 kHz."""
        if format not in _CODECS:
            return audio
        stream = self._down.get(item_id)
        if stream is None:
            stream = resample.StreamResampler(G711_HZ, pcm.SAMPLE_RATE_HZ)
            self._down[item_id] = stream
        return pcm.encode(stream.process(pcm.decode(_CODECS[format][1](audio))))

    def finish(self, item_id: str) -> bytes:
        """Return what the item's stream still held back; the item is complete."""
        stream = self._down.pop(item_id, None)
        return pcm.encode(stream.process(pcm.decode(b""), last=True)) if stream else b""
