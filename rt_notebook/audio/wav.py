"""WAV files: read whatever a recorder writes, write what every player reads.

The standard library's ``wave`` knows PCM only, so reading is our own walk over the RIFF
chunks (Multimedia Programming Interface and Data Specifications 1.0; EBU Tech 3306 for
RF64). A program that streams into a WAV file cannot go back to fill in the sizes: sizes of
0 or 0xFFFFFFFF, or beyond the end, therefore mean "up to the end of the file".
"""

from __future__ import annotations

import io
import os
import struct
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..errors import AudioFormatError
from . import g711
from .pcm import SAMPLE_RATE_HZ, FloatArray, decode, encode
from .resample import resample

__all__ = ["read", "read_speech", "to_bytes", "write"]

_PCM, _FLOAT, _ALAW, _ULAW, _EXTENSIBLE = 0x0001, 0x0003, 0x0006, 0x0007, 0xFFFE
_CODECS = {
    _PCM: "PCM",
    0x0002: "ADPCM",
    _FLOAT: "floating-point",
    0x0011: "IMA ADPCM",
    0x0031: "GSM 6.10",
    0x0055: "MP3",
}
_BITS = {_PCM: (8, 16, 24, 32), _FLOAT: (32, 64), _ALAW: (8,), _ULAW: (8,)}
_UNKNOWN_SIZE = 0xFFFFFFFF
# A rate below a header's credible minimum would blow a small file up without bound.
_LOWEST_RATE_HZ, _HIGHEST_RATE_HZ = 1000, 768_000
_IMAGES_AND_DOCUMENTS = (
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"\x89PNG", "a PNG image"),
    (b"GIF8", "a GIF image"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
)
_OTHER_SOUND = (
    (b"OggS", "an Ogg file"),
    (b"fLaC", "a FLAC file"),
    (b"ID3", "an MP3 file"),
    (b"\xff\xfb", "an MP3 file"),
    (b"\x1a\x45\xdf\xa3", "a WebM file"),
    (b"FORM", "an AIFF file"),
    (b"RIFX", "a big-endian WAV file"),
)


@dataclass(frozen=True)
class _Format:
    """The ``fmt `` chunk: what one frame of the file is."""

    tag: int
    channels: int
    sample_rate_hz: int
    bits: int

    @property
    def frame_bytes(self) -> int:
        return self.channels * self.bits // 8


def read(path: str | os.PathLike[str]) -> tuple[FloatArray, int]:
    """Read a WAV file as mono.

    Parameters
    ----------
    path : path-like
        PCM of 8, 16, 24 or 32 bits, floats of 32 or 64 bits, A-law or µ-law, also in an
        extensible header; any number of channels, which are averaged.

    Returns
    -------
    samples : ndarray of float32, shape (frames,)
        In [-1, 1].
    sample_rate_hz : int
        The file's rate, 1000 to 768000 Hz.

    Raises
    ------
    AudioFormatError
        If the file cannot be opened, is no WAV file, holds another codec or no sound.
    """
    name = Path(path).name
    content = _content(Path(path))
    fmt, data = _chunks(name, content)
    _check(name, fmt)
    data = data[: len(data) // fmt.frame_bytes * fmt.frame_bytes]
    if not data:
        raise AudioFormatError(f"{name} holds no sound; record it again or choose another file")
    return _mono(_floats(fmt, data), fmt.channels), fmt.sample_rate_hz


def read_speech(path: str | os.PathLike[str], sample_rate_hz: int = SAMPLE_RATE_HZ) -> bytes:
    """Read a WAV file as PCM16 mono at the API's rate.

    Parameters
    ----------
    path : path-like
        Any file that `read` takes.
    sample_rate_hz : int
        Sample rate of the result in Hz; resampled with soxr HQ if the file's differs.

    Raises
    ------
    AudioFormatError
        As `read`.
    """
    samples, from_hz = read(path)
    return encode(resample(samples, from_hz, sample_rate_hz))


def to_bytes(pcm: bytes, sample_rate_hz: int = SAMPLE_RATE_HZ) -> bytes:
    """Return a whole WAV file of PCM16 mono as bytes."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(sample_rate_hz)
        writer.writeframes(pcm)
    return file.getvalue()


def write(path: str | os.PathLike[str], pcm: bytes, sample_rate_hz: int = SAMPLE_RATE_HZ) -> None:
    """Write PCM16 mono as a WAV file, replacing what is there.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    Path(path).write_bytes(to_bytes(pcm, sample_rate_hz))


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "it is not readable").lower()
        raise AudioFormatError(f"cannot read {path}: {reason}; check the path") from error
    if not content:
        raise AudioFormatError(f"{path.name} is empty; record it again or choose another file")
    return content


def _chunks(name: str, content: bytes) -> tuple[_Format, bytes]:
    """Return the format and the sound of a RIFF file."""
    if content[:4] not in (b"RIFF", b"RF64", b"BW64") or content[8:12] != b"WAVE":
        raise AudioFormatError(_not_a_wav(name, content))
    fmt: _Format | None = None
    for chunk_id, body in _walk(content):
        if chunk_id == b"fmt ":
            fmt = _format(body)
        elif chunk_id == b"data" and fmt:
            return fmt, body
    raise AudioFormatError(f"{name} ends before its sound begins; record or export it again")


def _walk(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    position, long_size = 12, _UNKNOWN_SIZE
    while position + 8 <= len(content):
        chunk_id, size = struct.unpack_from("<4sI", content, position)
        start = position + 8
        if chunk_id == b"data":
            size = _data_size(content, start, size, long_size)
        body = content[start : start + size]
        if chunk_id == b"ds64" and len(body) >= 16:
            long_size = struct.unpack_from("<Q", body, 8)[0]
        yield chunk_id, body
        position = start + size + size % 2


def _data_size(content: bytes, start: int, size: int, long_size: int) -> int:
    if size == _UNKNOWN_SIZE:
        return long_size or _UNKNOWN_SIZE
    riff_size = int.from_bytes(content[4:8], "little")
    never_filled_in = riff_size == _UNKNOWN_SIZE or riff_size + 8 <= start
    return _UNKNOWN_SIZE if size == 0 and never_filled_in else size


def _format(body: bytes) -> _Format | None:
    if len(body) < 16:
        return None
    tag, channels, sample_rate_hz, _, _, bits = struct.unpack_from("<HHIIHH", body)
    if tag == _EXTENSIBLE and len(body) >= 26:
        tag = struct.unpack_from("<H", body, 24)[0]
    return _Format(tag, channels, sample_rate_hz, bits)


def _check(name: str, fmt: _Format) -> None:
    if fmt.bits not in _BITS.get(fmt.tag, ()):
        codec = _CODECS.get(fmt.tag, f"codec 0x{fmt.tag:04X}")
        raise AudioFormatError(
            f"{name} holds {codec} sound of {fmt.bits} bits, which is not read; {_convert(name)}"
        )
    if not fmt.channels:
        raise AudioFormatError(f"{name} says that it has no channels; record or export it again")
    if not _LOWEST_RATE_HZ <= fmt.sample_rate_hz <= _HIGHEST_RATE_HZ:
        raise AudioFormatError(
            f"{name} says {fmt.sample_rate_hz} Hz, expected {_LOWEST_RATE_HZ} to "
            f"{_HIGHEST_RATE_HZ} Hz; record or export it again"
        )


def _not_a_wav(name: str, content: bytes) -> str:
    for start, kind in _OTHER_SOUND:
        if content.startswith(start):
            return f"{name} is {kind}, not a plain WAV file; {_convert(name)}"
    if content[4:8] == b"ftyp":
        return f"{name} is an MP4 file, not a plain WAV file; {_convert(name)}"
    for start, kind in _IMAGES_AND_DOCUMENTS:
        if content.startswith(start):
            return f"{name} is {kind}, not a WAV file; choose a recording"
    return f"{name} is not a WAV file; choose a recording, or {_convert(name)}"


def _convert(name: str) -> str:
    return f'convert it with: ffmpeg -i "{name}" -c:a pcm_s16le speech.wav'


def _floats(fmt: _Format, data: bytes) -> FloatArray:
    """Return interleaved samples as floats; full scale of integers is their largest value."""
    if fmt.tag == _ALAW:
        return decode(g711.decode_alaw(data))
    if fmt.tag == _ULAW:
        return decode(g711.decode_ulaw(data))
    if fmt.tag == _FLOAT:
        floats = np.frombuffer(data, f"<f{fmt.bits // 8}")
        return _unit(np.nan_to_num(floats))
    full_scale = 2.0 ** (fmt.bits - 1) - 1
    return _unit(_integers(fmt.bits, data) / full_scale)


def _unit(samples: npt.NDArray[np.floating]) -> FloatArray:
    clipped: FloatArray = np.clip(samples, -1, 1).astype(np.float32)
    return clipped


def _integers(bits: int, data: bytes) -> npt.NDArray[np.integer]:
    if bits == 8:
        return np.frombuffer(data, np.uint8).astype(np.int16) - 128
    if bits == 24:
        padded = np.zeros((len(data) // 3, 4), np.uint8)
        padded[:, 1:] = np.frombuffer(data, np.uint8).reshape(-1, 3)
        return padded.view("<i4")[:, 0] >> 8
    return np.frombuffer(data, f"<i{bits // 8}")


def _mono(samples: FloatArray, channels: int) -> FloatArray:
    if channels == 1:
        return samples
    mixed: FloatArray = samples.reshape(-1, channels).mean(axis=1)
    return mixed
