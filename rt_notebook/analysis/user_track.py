"""When each place of the user's track was sent.

The server tells places in milliseconds of the audio that its own session got. The log's track
has the audio of all of them in one line, and knows when each chunk of it went out.
"""

from __future__ import annotations

import bisect

from ..record.log import Entry, Log
from .exchange import Utterance

__all__ = ["BYTES_PER_MS", "UserTrack"]

BYTES_PER_MS = 48  # of every track: PCM16 at 24 kHz


class UserTrack:
    """The user's audio of a log that is being read.

    Parameters
    ----------
    log : Log
        Tell its entries with audio (`sent`) and the begin of each session (`begin`).
    """

    def __init__(self, log: Log) -> None:
        self._track = log.user
        self._ends: list[int] = []  # of each chunk, in bytes
        self._times: list[float] = []
        self._base_ms = 0.0

    def begin(self) -> None:
        """Note that another server begins to count, from here on."""
        self._base_ms = self._ends[-1] / BYTES_PER_MS if self._ends else 0.0

    def sent(self, entry: Entry) -> None:
        """Note when a chunk went out."""
        if entry.audio is not None:
            self._ends.append(entry.audio.start + entry.audio.length)
            self._times.append(entry.time)

    def place_ms(self, told_ms: float) -> int:
        """Return the place in the track that the server of the moment means."""
        return round(self._base_ms + told_ms)

    def sound(self, start_ms: float, end_ms: float) -> bytes:
        """Return a stretch of it as PCM16 at 24 kHz."""
        start, end = (round(ms) * BYTES_PER_MS for ms in (start_ms, end_ms))
        return self._track.read(start, max(0, end - start))

    def sent_at(self, place_ms: float) -> float | None:
        """Return when the chunk was sent that holds this place."""
        chunk = bisect.bisect_left(self._ends, round(place_ms * BYTES_PER_MS))
        return self._times[chunk] if chunk < len(self._times) else None

    def spoke_at(self, said: Utterance) -> float | None:
        """Return when the user began to say something, None when the log does not tell.

        Turn detection hears a little back: where the sound was not sent without a gap, that
        lies before the gap. So it is counted from the end.
        """
        if said.start_ms is None or said.end_ms is None:
            return said.started or said.committed or said.added
        end = self.sent_at(said.end_ms) or said.stopped
        return None if end is None else end - (said.end_ms - said.start_ms) / 1000
