"""Frames that are almost right: what a fuzz of the client is made of."""

from __future__ import annotations

import random

__all__ = ["mutation"]


def mutation(frame: str, chance: random.Random) -> str | bytes:
    """Return a frame with a few stretches of it lost, doubled, overwritten or moved."""
    for _ in range(chance.randint(1, 4)):
        frame = _mutated_once(frame, chance)
    return frame.encode() if chance.random() < 0.01 else frame


def _mutated_once(frame: str, chance: random.Random) -> str:
    start, other = chance.randint(0, len(frame)), chance.randint(0, len(frame))
    end = min(len(frame), start + chance.randint(1, 40))
    piece = frame[start:end]
    noise = "".join(chance.choices('{}[]":,\\0123456789.eE-+truefalsnu \u2028\ud7ff', k=len(piece)))
    return chance.choice(
        [
            frame[:start] + frame[end:],
            frame[:end] + frame[start:],
            frame[:start] + noise + frame[end:],
            frame[:start] + frame[end:] + piece,
            frame[:other] + piece + frame[other:],
            frame[:start],
        ]
    )
