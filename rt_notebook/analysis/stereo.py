"""Both sides of a talk as one sound, block by block: hours of it take no memory.

The user's side is where it was sent, the assistant's where it sounded (`timeline`); of an
answer that was cut only what was heard sounds.
"""

from __future__ import annotations

import wave
from collections.abc import Iterator
from typing import IO

import numpy as np

from ..audio.pcm import SAMPLE_RATE_HZ, Int16Array, int16
from ..errors import RealtimeError
from .timeline import Line, Timeline

__all__ = ["stereo", "write_stereo"]

#: Where a stretch of PCM16 begins, in samples, and the stretch.
_Placed = tuple[int, bytes]

_NEW_RUN_SECONDS = 0.25  # a longer gap between chunks is a pause of the microphone
_BLOCK_FRAMES = 20 * SAMPLE_RATE_HZ
_BLOCK_BYTES = 2 * _BLOCK_FRAMES  # of one side
_MAX_FRAMES = (2**32 - 1024) // 4  # sizes in a WAV file have 32 bits


def write_stereo(file: IO[bytes], line: Timeline) -> None:
    """Write a talk as WAV: PCM16 at 24 kHz, the user left, the assistant right.

    Raises
    ------
    RealtimeError
        If it is longer than a WAV file can be, 12.4 hours.
    """
    with wave.open(file, "wb") as wav:
        wav.setnchannels(2)
        wav.setsampwidth(2)
        wav.setframerate(SAMPLE_RATE_HZ)
        for block in stereo(line):
            wav.writeframesraw(block.tobytes())


def stereo(line: Timeline) -> Iterator[Int16Array]:
    """Return both sides as one sound, from the talk's begin to its end.

    Yields
    ------
    ndarray of int16, shape (frames, 2)
        The user left, the assistant right, 24 kHz: the next 20 s, or the rest.

    Raises
    ------
    RealtimeError
        If it is longer than a WAV file can be, before anything is yielded.
    """
    runs = list(_user_runs(line))
    ends = [start + n_bytes // 2 for start, _, n_bytes in runs]
    ends += [round(_heard_until(one) * SAMPLE_RATE_HZ) for one in line.assistant]
    frames = max([round(line.end_s * SAMPLE_RATE_HZ), *ends])
    if frames > _MAX_FRAMES:
        raise RealtimeError(
            f"a talk of {frames / SAMPLE_RATE_HZ / 3600:.1f} hours is too long for a WAV file, "
            "which ends at 12.4 hours; write it as .rtsession"
        )
    sides = _blocks(_user_sound(line, runs), frames), _blocks(_answers(line), frames)
    for user, assistant in zip(*sides, strict=True):
        yield np.stack([user, assistant], axis=1)


def _blocks(sound: Iterator[_Placed], frames: int) -> Iterator[Int16Array]:
    """One side in blocks, silent where nothing sounds; what is placed comes in order."""
    start, samples = 0, int16(b"")
    for begin in range(0, frames, _BLOCK_FRAMES):
        block = np.zeros(min(_BLOCK_FRAMES, frames - begin), "<i2")
        end = begin + len(block)
        while start < end:
            fits = samples[: end - start]
            block[start - begin : start - begin + len(fits)] = fits
            start, samples = start + len(fits), samples[len(fits) :]
            if len(samples):
                break
            following, pcm = next(sound, (frames, b""))
            start, samples = max(start, following), int16(pcm)
        yield block


def _user_runs(line: Timeline) -> Iterator[tuple[int, int, int]]:
    """What was sent without a pause: its begin in samples, its first byte and its length.

    A run ends when it was sent, so that a file that was sent faster than speech ends where the
    server heard it end.
    """
    free, first, length, ended = 0, 0, 0, 0.0
    for entry in line.log:
        if entry.direction != "sent" or entry.audio is None:
            continue
        sent = entry.time - line.began
        chunk_s = entry.audio.length / 2 / SAMPLE_RATE_HZ
        if length and sent - chunk_s - ended > _NEW_RUN_SECONDS:
            start = max(free, round(ended * SAMPLE_RATE_HZ) - length // 2)
            yield start, first, length
            free, first, length = start + length // 2, first + length, 0
        length += entry.audio.length
        ended = sent
    if length:
        yield max(free, round(ended * SAMPLE_RATE_HZ) - length // 2), first, length


def _user_sound(line: Timeline, runs: list[tuple[int, int, int]]) -> Iterator[_Placed]:
    for start, first, length in runs:
        for done in range(0, length, _BLOCK_BYTES):
            pcm = line.log.user.read(first + done, min(_BLOCK_BYTES, length - done))
            yield start + done // 2, pcm


def _heard_until(one: Line) -> float:
    return one.start_s + one.heard_s if one.was_cut and one.heard_s is not None else one.end_s


def _answers(line: Timeline) -> Iterator[_Placed]:
    for one, sound in line.assistant_sound():
        start, end = (round(s * SAMPLE_RATE_HZ) for s in (one.start_s, _heard_until(one)))
        yield start, sound[: 2 * (end - start)]
