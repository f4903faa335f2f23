"""Which samples of an item a page played: found to the sample, by comparing them.

The player writes PCM16 as floats and nothing behind it changes them while the context runs
at 24 kHz, so what a tap recorded is the item's own samples, bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .tap import QUANTUM_FRAMES, SILENT_BELOW, Recording

__all__ = ["Heard", "first_loud", "heard", "holds"]

_FULL_SCALE = 32767
_KEY_FRAMES = 16

IntArray = npt.NDArray[np.int16]


@dataclass(frozen=True)
class Heard:
    """What of one item is in a recording, up to its end or to where it was cut.

    Attributes
    ----------
    quanta
        The render quanta (indices into the recording) with sound of the item, first to last.
    first_sample
        The item's sample with which the first of them begins.
    samples
        How far the item was rendered, in samples from its beginning: to the end of its last
        quantum with sound. What the player skipped to catch up counts.
    samples_at_most
        The same, with the item's silence that follows: a cut within it cannot be seen.
    strange
        Quanta with other sound, such as the fade at a cut.
    """

    quanta: list[int]
    first_sample: int
    samples: int
    samples_at_most: int
    strange: list[int]


def heard(recording: Recording, pcm: bytes, after: float, before: float = np.inf) -> Heard:
    """Find an item (PCM16 at 24 kHz) in what was rendered between two times."""
    sound = _as_pcm16(recording)
    within = (recording.times >= after) & (recording.times < before)
    quanta: list[int] = []
    strange: list[int] = []
    first = reached = 0
    for index in np.flatnonzero(recording.loud() & within):
        at = _find(sound[index], pcm, reached)
        if at is None:
            strange.append(int(index))
            continue
        first = first if quanta else at
        quanta.append(int(index))
        reached = at + QUANTUM_FRAMES
    return Heard(quanta, first, reached, first_loud(pcm, reached), strange)


def holds(recording: Recording, pcm: bytes, start: int) -> int:
    """Count the pieces of 16 samples, with sound, that lie in an item; from quantum `start` on.

    Only tells anything of items whose samples are in no other, such as noise.
    """
    pieces = _as_pcm16(recording)[start:].reshape(-1, _KEY_FRAMES)
    loud = np.abs(pieces.astype(np.int32)).max(axis=1) > SILENT_BELOW * _FULL_SCALE
    return sum(pcm.find(piece.tobytes()) != -1 for piece in pieces[loud])


def _as_pcm16(recording: Recording) -> IntArray:
    assert recording.sample_rate_hz == 24_000
    sound = np.rint(recording.samples * _FULL_SCALE).astype("<i2")
    return sound.reshape(-1, QUANTUM_FRAMES)


def _find(quantum: IntArray, pcm: bytes, start: int) -> int | None:
    """Where in the item a quantum lies, at `start` or later."""
    wanted, key = quantum.tobytes(), quantum[:_KEY_FRAMES].tobytes()
    at = pcm.find(key, 2 * start)
    while at != -1:
        if at % 2 == 0 and pcm[at : at + len(wanted)] == wanted:
            return at // 2
        at = pcm.find(key, at + 1)
    return None


def first_loud(pcm: bytes, start: int = 0) -> int:
    """Return the first sample at or after `start` that is no silence; the end if there is none."""
    samples = np.abs(np.frombuffer(pcm, "<i2").astype(np.int32))
    loud = np.flatnonzero(samples[start:] > SILENT_BELOW * _FULL_SCALE)
    return start + int(loud[0]) if loud.size else samples.size
