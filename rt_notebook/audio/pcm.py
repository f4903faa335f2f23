"""PCM16, the API's ``audio/pcm``: little-endian signed 16-bit mono, 24 kHz.

Bytes travel, float32 in [-1, 1] is computed with. Full scale is 32767 in both
directions, so that bytes survive decoding and encoding unchanged (-32768, which has no
positive counterpart, becomes -32767).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..errors import AudioFormatError

__all__ = [
    "SAMPLE_RATE_HZ",
    "FloatArray",
    "Int16Array",
    "decode",
    "duration_ms",
    "encode",
    "int16",
    "silence",
]

FloatArray = npt.NDArray[np.float32]
Int16Array = npt.NDArray[np.int16]

SAMPLE_RATE_HZ = 24000
_FULL_SCALE = 32767
_BYTES_PER_SAMPLE = 2


def encode(samples: FloatArray) -> bytes:
    """Encode float samples as PCM16.

    Parameters
    ----------
    samples : ndarray of floating point, shape (frames,)
        Mono, nominal range [-1, 1]; values outside are clipped and NaN becomes silence.

    Returns
    -------
    bytes, length ``2 * frames``
        Little-endian signed integers; full scale is 32767.

    Raises
    ------
    AudioFormatError
        If `samples` is not one-dimensional or not floating point.
    """
    if samples.ndim != 1 or not np.issubdtype(samples.dtype, np.floating):
        raise AudioFormatError(
            f"samples must be floats of shape (frames,), got {samples.dtype} {samples.shape}"
        )
    scaled = np.clip(samples, -1.0, 1.0) * _FULL_SCALE
    return np.rint(np.nan_to_num(scaled)).astype("<i2").tobytes()


def decode(pcm: bytes) -> FloatArray:
    """Decode PCM16 to float samples.

    Parameters
    ----------
    pcm : bytes
        Little-endian signed 16-bit mono.

    Returns
    -------
    ndarray of float32, shape (frames,)
        In [-1, 1].

    Raises
    ------
    AudioFormatError
        If `pcm` ends in the middle of a sample.
    """
    samples = int16(pcm).astype(np.float32)
    samples *= np.float32(1 / _FULL_SCALE)
    np.maximum(samples, np.float32(-1), out=samples)
    return samples


def int16(pcm: bytes) -> Int16Array:
    """Return PCM16 bytes as a read-only array of shape (frames,), without a copy.

    Raises
    ------
    AudioFormatError
        If `pcm` ends in the middle of a sample.
    """
    if len(pcm) % _BYTES_PER_SAMPLE:
        raise AudioFormatError(f"16-bit PCM needs an even number of bytes, got {len(pcm)}")
    return np.frombuffer(pcm, dtype="<i2")


def duration_ms(pcm: bytes, sample_rate_hz: int = SAMPLE_RATE_HZ) -> float:
    """Return how long PCM16 bytes sound, in milliseconds."""
    return len(pcm) / _BYTES_PER_SAMPLE / sample_rate_hz * 1000


def silence(ms: float, sample_rate_hz: int = SAMPLE_RATE_HZ) -> bytes:
    """Return `ms` milliseconds of PCM16 silence, rounded to whole samples."""
    return bytes(_BYTES_PER_SAMPLE * max(0, round(ms * sample_rate_hz / 1000)))
