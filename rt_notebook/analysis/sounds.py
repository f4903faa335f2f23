"""What was said, line by line, with its sound: for players, and for whoever listens again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..record.log import Log
from .timeline import timeline_of
from .trace import trace
from .user_track import BYTES_PER_MS

__all__ = ["SpokenLine", "spoken_lines"]


@dataclass(frozen=True)
class SpokenLine:
    """One thing that was said.

    Parameters
    ----------
    who : {"user", "assistant"}
        The side.
    start_s : float
        Seconds from the begin of the talk.
    text : str
        What was said, as far as it is known.
    sound : bytes
        PCM16, mono, 24 kHz; of an answer that was cut, what was heard.
    """

    who: Literal["user", "assistant"]
    start_s: float
    text: str
    sound: bytes


def spoken_lines(log: Log) -> list[SpokenLine]:
    """Return what was spoken on both sides, in order; what was written is left out."""
    read = trace(log)
    told = timeline_of(read)
    lines = []
    for line in told.user:
        said = read.utterances[line.item_id]
        if said.start_ms is not None and said.end_ms is not None:
            sound = read.user.sound(said.start_ms, said.end_ms)
            lines.append(SpokenLine("user", line.start_s, line.text, sound))
    for line, sound in told.assistant_sound():
        if line.was_cut and line.heard_s is not None:
            sound = sound[: round(line.heard_s * 1000) * BYTES_PER_MS]
        if sound:
            lines.append(SpokenLine("assistant", line.start_s, line.text, sound))
    return sorted(lines, key=lambda one: one.start_s)
