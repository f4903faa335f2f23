"""From one sample rate to another, by soxr: whole files and live streams.

Whole files take the HQ setting. A live stream takes LQ by default: it withholds about
20 ms less and still suppresses aliases by more than 100 dB.
"""

from __future__ import annotations

import numpy as np
import soxr

from .pcm import FloatArray

__all__ = ["StreamResampler", "resample"]


def resample(samples: FloatArray, from_hz: int, to_hz: int) -> FloatArray:
    """Resample a whole signal with soxr HQ.

    Parameters
    ----------
    samples : ndarray of float32, shape (frames,)
        Mono.
    from_hz, to_hz : int
        Sample rates in Hz, both over 0.

    Returns
    -------
    ndarray of float32, shape (frames * to_hz / from_hz,)
        The length is rounded to a whole frame; equal rates give the input back.
    """
    if from_hz == to_hz:
        return samples
    result: FloatArray = soxr.resample(_contiguous(samples), from_hz, to_hz, quality="HQ")
    return result


class StreamResampler:
    """Resample a signal that comes in chunks; the result does not depend on their sizes.

    Parameters
    ----------
    from_hz, to_hz : int
        Sample rates in Hz, both over 0.
    quality : {"QQ", "LQ", "MQ", "HQ", "VHQ"}
        soxr's setting. LQ holds back 40 to 60 ms of sound at first, HQ up to 80 ms.
    """

    def __init__(self, from_hz: int, to_hz: int, quality: str = "LQ") -> None:
        self._copies = from_hz == to_hz
        self._stream = soxr.ResampleStream(from_hz, to_hz, 1, dtype="float32", quality=quality)

    def process(self, samples: FloatArray, last: bool = False) -> FloatArray:
        """Take in the next chunk and return the frames that are ready.

        Parameters
        ----------
        samples : ndarray of float32, shape (frames,)
            Mono; may be empty.
        last : bool
            Whether the signal ends here: the frames that were held back come out, and
            the next call starts a new signal.

        Returns
        -------
        ndarray of float32, shape (ready frames,)
            Often empty at first.
        """
        if self._copies:
            return samples
        ready: FloatArray = self._stream.resample_chunk(_contiguous(samples), last=last)
        if last:
            self._stream.clear()
        return ready


def _contiguous(samples: FloatArray) -> FloatArray:
    # soxr refuses other types, and reads strided arrays as another channel layout.
    return np.ascontiguousarray(samples, dtype=np.float32)
