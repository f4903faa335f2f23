"""The log of a session: every event with its time, and the audio in tracks.

Audio is kept once, in two tracks: what was sent (``user``) and what came back
(``assistant``, in the order of arrival). An event that carried audio says where it is
(`Entry.audio`). Memory is bounded: old entries and long tracks move to temporary files.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ..protocol.events import Event
from .entry import AudioSpan, Direction, Entry
from .old_entries import OldEntries
from .track import Track

if TYPE_CHECKING:
    import pandas

__all__ = ["AudioSpan", "Direction", "Entry", "Log"]

logger = logging.getLogger("rt_notebook")

MAX_ENTRIES_IN_MEMORY = 100_000
MAX_EVENT_BYTES_IN_MEMORY = 192 * 1024 * 1024  # as many ordinary entries take less
_BYTES_PER_SECOND = 48_000  # of either track
_BYTES_PER_PART = 64  # a reference, and an object without content

#: A stretch of a track: its offset there, its length, and where it begins within its item.
_Place = tuple[int, int, int]

_AUDIO_FIELD = {"input_audio_buffer.append": "audio", "response.output_audio.delta": "delta"}


class Log:
    """Events in the order in which they went over the wire, and the audio tracks.

    Parameters
    ----------
    max_entries_in_memory, max_event_bytes_in_memory : int
        Older entries move to a temporary file; iterating brings them back.

    Attributes
    ----------
    user, assistant : Track
        All audio that was sent, and all that came, each as one line.
    follow : callable or None
        Is called with each new entry and its audio, by the thread that appends.
    dropped_entries, dropped_audio_bytes : int
        What is lost because no disk would take it.
    """

    def __init__(
        self,
        max_entries_in_memory: int = MAX_ENTRIES_IN_MEMORY,
        max_event_bytes_in_memory: int = MAX_EVENT_BYTES_IN_MEMORY,
    ) -> None:
        self.user, self.assistant = Track(), Track()
        self.follow: Callable[[Entry, bytes], None] | None = None
        self.dropped_entries = self.dropped_audio_bytes = 0
        self._entries: deque[Entry] = deque()
        self._max_entries = max_entries_in_memory
        self._bytes: deque[int] = deque()  # of each of these entries
        self._n_bytes, self._max_bytes = 0, max_event_bytes_in_memory
        self._old = OldEntries()
        self._places: dict[str, list[_Place]] = {}  # by item, in `assistant`
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[Entry]:
        with self._lock:
            n_old, entries = len(self._old), list(self._entries)
        yield from self._old.first(n_old)
        yield from entries

    def since(self, number: int) -> list[Entry]:
        """Return the entries from a number on, counted from 0: what is new to who has read."""
        with self._lock:
            n_old = len(self._old)
            if number >= n_old:
                return list(itertools.islice(self._entries, number - n_old, None))
        return list(itertools.islice(self, number, None))

    def __repr__(self) -> str:
        seconds = [len(side) / _BYTES_PER_SECOND for side in (self.user, self.assistant)]
        return "<Log: {} events, {:.1f} s sent, {:.1f} s received>".format(len(self), *seconds)

    def __len__(self) -> int:
        return len(self._old) + len(self._entries)

    def append(
        self,
        direction: Direction,
        event: Event,
        time: float,
        wall_time: float,
        audio: bytes = b"",
        size_bytes: int = 0,
        cell: int | None = None,
    ) -> Entry:
        """Add an event; `audio` is what it brought, as PCM16 at 24 kHz."""
        span = None
        if audio:
            span = self._keep(direction, event, audio)
            event = _without_audio(event, len(audio))
        entry = Entry(time, wall_time, direction, event, span, size_bytes, cell)
        n_bytes = _bytes_in_memory(event)
        with self._lock:
            self._entries.append(entry)
            self._bytes.append(n_bytes)
            self._n_bytes += n_bytes
            while len(self._entries) > self._max_entries or self._n_bytes > self._max_bytes:
                self._move_oldest()
        if self.follow is not None:
            self.follow(entry, audio)
        return entry

    def audio(self, track: str) -> bytes:
        """Return a track: ``"user"``, or the id of an assistant's item."""
        if track == "user":
            return self.user.read()
        places = self._places.get(track, ())
        return b"".join(self.assistant.read(offset, length) for offset, length, _ in places)

    def sound(self, span: AudioSpan) -> bytes:
        """Return the audio of one event."""
        if span.track == "user":
            return self.user.read(span.start, span.length)
        return self.assistant.read(span.offset, span.length)

    def cause_of(self, error: Event) -> Entry | None:
        """Return what was sent and refused by this ``error``; None when it names nothing."""
        event_id = (error.get("error") or {}).get("event_id")
        if event_id is None:
            return None
        sent = (entry for entry in self if entry.direction == "sent")
        return next((entry for entry in sent if entry.event.get("event_id") == event_id), None)

    def to_pandas(self) -> pandas.DataFrame:
        """Return one row an event; needs pandas (``pip install rt_notebook[analysis]``).

        Columns
        -------
        `time_s` from the first event on, `wall_time` (UTC), `direction`, `type`,
        `event_id`, `item_id`, `response_id`, `size_bytes`, `audio_ms`, `cell`, `caused_by`
        (of an error: the row of the event that it refuses) and `event`.
        """
        from .frame import frame_of

        return frame_of(self)

    def _keep(self, direction: Direction, event: Event, audio: bytes) -> AudioSpan | None:
        side = self.user if direction == "sent" else self.assistant
        try:
            offset = side.append(audio)
        except OSError as error:
            self._lose(error)
            self.dropped_audio_bytes += len(audio)
            return None
        if side is self.user:
            return AudioSpan("user", offset, len(audio), offset)
        item_id = str(event.get("item_id"))
        start = _put(self._places.setdefault(item_id, []), offset, len(audio))
        return AudioSpan(item_id, start, len(audio), offset)

    def _move_oldest(self) -> None:
        oldest = self._entries.popleft()
        self._n_bytes -= self._bytes.popleft()
        try:
            self._old.append(oldest)
        except OSError as error:
            self._lose(error)
            self.dropped_entries += 1

    def _lose(self, error: OSError) -> None:
        if not self.dropped_entries + self.dropped_audio_bytes:
            logger.warning("the log loses what is old: %s", error.strerror)


def _without_audio(event: Event, n_bytes: int) -> Event:
    field = _AUDIO_FIELD.get(event.type)
    if field is None:
        return event
    event = Event(event)
    event[field] = f"<{n_bytes} bytes>"
    return event


def _bytes_in_memory(event: Event) -> int:
    """About what an event takes: so much for each part of it, and its texts."""
    total = 0
    containers: list[Any] = [event]
    for container in containers:  # it grows by those that are within
        parts = (*container, *container.values()) if isinstance(container, dict) else container
        total += _BYTES_PER_PART * len(parts)
        for part in parts:
            if isinstance(part, str):
                total += len(part)
            elif isinstance(part, (dict, list)):
                containers.append(part)
    return total


def _put(places: list[_Place], offset: int, length: int) -> int:
    """Add a stretch to those of an item, and return where it begins within the item."""
    if not places:
        places.append((offset, length, 0))
        return 0
    last_offset, last_length, last_start = places[-1]
    start = last_start + last_length
    if last_offset + last_length == offset:
        places[-1] = (last_offset, last_length + length, last_start)
    else:
        places.append((offset, length, start))
    return start
