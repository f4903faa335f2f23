"""G.711 µ-law and A-law, the API's ``audio/pcmu`` and ``audio/pcma``: 8-bit codes, 8 kHz.

Source: ITU-T G.711 tables 1a and 2a. A code numbers one of 128 intervals of magnitude,
growing by segments of 16, and stands for the middle of its interval. So both laws
follow from their interval bounds ("decision values"). Encoding equals the ITU's software
tools (G.191) at every sample: a negative magnitude is the ones' complement. Python's former
``audioop`` negated instead and gives the neighbouring µ-law code at 508 negative values.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from .pcm import int16

__all__ = ["decode_alaw", "decode_ulaw", "encode_alaw", "encode_ulaw"]

_Bytes = npt.NDArray[np.uint8]
_Ints = npt.NDArray[np.int32]

_POSITIVE = 0x80
_ULAW_BIAS = 33
_ULAW_UNIT = 4  # µ-law bounds are in units of 14-bit samples
_ALAW_UNIT = 16  # A-law bounds are in units of 12-bit samples
_ALAW_EVEN_BITS = 0x55  # G.711: A-law inverts every other bit on the line


def encode_ulaw(pcm: bytes) -> bytes:
    """Encode PCM16 mono as µ-law codes, one byte per sample.

    Raises
    ------
    AudioFormatError
        If `pcm` ends in the middle of a sample.
    """
    return _ulaw_codes().take(int16(pcm).view(np.uint16)).tobytes()


def decode_ulaw(codes: bytes) -> bytes:
    """Decode µ-law codes to PCM16 mono, two bytes per code."""
    return _ulaw_samples().take(np.frombuffer(codes, np.uint8)).tobytes()


def encode_alaw(pcm: bytes) -> bytes:
    """Encode PCM16 mono as A-law codes, one byte per sample.

    Raises
    ------
    AudioFormatError
        If `pcm` ends in the middle of a sample.
    """
    return _alaw_codes().take(int16(pcm).view(np.uint16)).tobytes()


def decode_alaw(codes: bytes) -> bytes:
    """Decode A-law codes to PCM16 mono, two bytes per code; A-law has no zero, only ±8."""
    return _alaw_samples().take(np.frombuffer(codes, np.uint8)).tobytes()


def _ulaw_bounds() -> _Ints:
    steps = [(16 + step) << (segment + 1) for segment in range(8) for step in range(16)]
    return np.array([*steps, 32 << 8], np.int32) - _ULAW_BIAS


def _alaw_bounds() -> _Ints:
    # The two lowest segments share one step size.
    steps = [(16 + step) << (segment - 1) for segment in range(1, 8) for step in range(16)]
    return np.array([*range(16), *steps, 32 << 6], np.int32)


@cache
def _ulaw_codes() -> _Bytes:
    interval, sign = _intervals(_ulaw_bounds(), _ULAW_UNIT)
    codes: _Bytes = sign | (np.uint8(0x7F) - interval)
    return codes


@cache
def _alaw_codes() -> _Bytes:
    interval, sign = _intervals(_alaw_bounds(), _ALAW_UNIT)
    codes: _Bytes = (sign | interval) ^ np.uint8(_ALAW_EVEN_BITS)
    return codes


@cache
def _ulaw_samples() -> npt.NDArray[np.int16]:
    codes = np.arange(256)
    return _middles(_ulaw_bounds(), _ULAW_UNIT, 0x7F - (codes & 0x7F), codes & _POSITIVE)


@cache
def _alaw_samples() -> npt.NDArray[np.int16]:
    codes = np.arange(256) ^ _ALAW_EVEN_BITS
    return _middles(_alaw_bounds(), _ALAW_UNIT, codes & 0x7F, codes & _POSITIVE)


def _intervals(bounds: _Ints, unit: int) -> tuple[_Bytes, _Bytes]:
    """Return interval number and sign bit of all 65536 samples, indexed by their 16 bits."""
    samples = np.arange(65536).astype(np.uint16).view(np.int16).astype(np.int32)
    magnitudes = np.where(samples < 0, ~samples, samples) // unit
    numbers = np.searchsorted(bounds, magnitudes, side="right") - 1
    interval = np.minimum(numbers, 127).astype(np.uint8)
    return interval, np.where(samples < 0, 0, _POSITIVE).astype(np.uint8)


def _middles(
    bounds: _Ints, unit: int, interval: npt.NDArray[np.intp], sign: npt.NDArray[np.intp]
) -> npt.NDArray[np.int16]:
    middles = (bounds[:-1] + bounds[1:]) * unit // 2
    magnitudes = middles[interval]
    return np.where(sign, magnitudes, -magnitudes).astype("<i2")
