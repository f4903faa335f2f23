"""The log of a session: every event with its time, and the audio in tracks.

Audio is kept once. An event that carried audio keeps its place (`Entry.audio`) in one of
the tracks: ``"user"`` for what was sent, the item's id for what came back.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ..protocol.events import Event

__all__ = ["AudioSpan", "Direction", "Entry", "Log"]

Direction = Literal["sent", "received"]
MAX_ENTRIES = 200_000


@dataclass(frozen=True)
class AudioSpan:
    """A stretch of a track, in bytes."""

    track: str
    start: int
    length: int


@dataclass(frozen=True)
class Entry:
    """One event of the log.

    Parameters
    ----------
    time : float
        Monotonic seconds; only differences mean something.
    wall_time : float
        Unix seconds.
    direction : {"sent", "received"}
        Seen from the client.
    event : Event
        Without its audio.
    audio : AudioSpan or None
        Where its audio is.
    """

    time: float
    wall_time: float
    direction: Direction
    event: Event
    audio: AudioSpan | None = None


class Log:
    """Events in the order in which they went over the wire, and the audio tracks."""

    def __init__(self, max_entries: int = MAX_ENTRIES) -> None:
        self._entries: deque[Entry] = deque(maxlen=max_entries)
        self._tracks: dict[str, bytearray] = {}
        self.dropped_entries = 0

    def __iter__(self) -> Iterator[Entry]:
        return iter(list(self._entries))

    def __len__(self) -> int:
        return len(self._entries)

    def append(
        self,
        direction: Direction,
        event: Event,
        *,
        time: float,
        wall_time: float,
        audio: bytes = b"",
    ) -> Entry:
        """Add an event; `audio` is what its base64 field held, decoded."""
        span = self._keep(direction, event, audio) if audio else None
        if span is not None:
            field = "audio" if direction == "sent" else "delta"
            event = Event({**event, field: f"<{len(audio)} bytes>"})
        if len(self._entries) == self._entries.maxlen:
            self.dropped_entries += 1
        entry = Entry(time, wall_time, direction, event, span)
        self._entries.append(entry)
        return entry

    def extend(self, track: str, audio: bytes) -> None:
        """Add audio to a track that no event of its own brought."""
        self._tracks.setdefault(track, bytearray()).extend(audio)

    def audio(self, track: str) -> bytes:
        """Return a track: ``"user"``, or the id of an assistant item."""
        return bytes(self._tracks.get(track, b""))

    def _keep(self, direction: Direction, event: Event, audio: bytes) -> AudioSpan:
        name = "user" if direction == "sent" else str(event.get("item_id"))
        track = self._tracks.setdefault(name, bytearray())
        span = AudioSpan(name, len(track), len(audio))
        track.extend(audio)
        return span
