"""What of the assistant's audio was queued, played, cut: the playback ledger.

Theory of operation
-------------------
The player plays one line of samples, cut into *epochs*: a flush ends an epoch. Within
an epoch the player counts the samples that it rendered, and the ledger knows which item
lies at which sample. So "what was heard" is arithmetic:

    played = rendered samples - the output device's latency
    audio_end_ms = milliseconds of the item before `played`, at most what was received

Source: API guide *Realtime conversations*, "Interruption and truncation": on a WebSocket
the client stops its own playback and tells the server, with
``conversation.item.truncate``, how much of the item was played. The server refuses more
than it sent, and items of which nothing was played are not truncated.
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from typing import Literal

__all__ = ["SAMPLES_PER_MS", "Heard", "HeardState", "PlaybackLedger"]

HeardState = Literal["playing", "heard", "cut", "unplayed"]

SAMPLES_PER_MS = 24  # players run at 24 kHz, whatever the wire format


@dataclass
class Heard:
    """How much of one item's audio was heard.

    Parameters
    ----------
    item_id : str
        The assistant's item.
    content_index : int
        The audio part of the item.
    received_samples, queued_samples, played_samples : int
        At 24 kHz: what came, what was handed to the player, what went out.
    complete : bool
        Whether the server has sent all of it.
    cut : bool
        Whether playback ended before its end.
    """

    item_id: str
    content_index: int = 0
    received_samples: int = 0
    queued_samples: int = 0
    played_samples: int = 0
    complete: bool = False
    cut: bool = False

    @property
    def received_ms(self) -> int:
        """Whole milliseconds of audio received."""
        return self.received_samples // SAMPLES_PER_MS

    @property
    def played_ms(self) -> int:
        """Whole milliseconds of audio played."""
        return self.played_samples // SAMPLES_PER_MS

    @property
    def state(self) -> HeardState:
        """Whether it is still to be heard, was heard whole, in part, or not at all."""
        if self.played_samples == 0 and (self.cut or self.queued_samples == 0):
            return "unplayed"
        if self.cut:
            return "cut"
        whole = self.complete and self.played_samples == self.received_samples
        return "heard" if whole else "playing"


@dataclass
class _Segment:
    """A stretch of one item on the epoch's line of samples."""

    heard: Heard
    start: int
    offset: int  # of the item, at `start`
    length: int = 0


class PlaybackLedger:
    """Keeps the account of one player. All counts are samples at 24 kHz."""

    def __init__(self) -> None:
        self.epoch = 0
        self.heard: dict[str, Heard] = {}
        self._segments: dict[int, list[_Segment]] = {0: []}
        self._rendered: dict[int, int] = {}
        self._reached: dict[int, int] = {}

    @property
    def sounding(self) -> bool:
        """Whether something that was queued in this epoch has not been rendered yet."""
        return self._rendered.get(self.epoch, 0) < self._queued(self.epoch)

    def receive(self, item_id: str, content_index: int, n_samples: int) -> None:
        """Account for a chunk that has come; the player gets it later (`queue`), or never."""
        heard = self.heard.get(item_id)
        if heard is None:
            heard = self.heard[item_id] = Heard(item_id, content_index)
        heard.received_samples += n_samples

    def queue(self, item_id: str, n_samples: int) -> None:
        """Account for received audio that goes to the player now."""
        heard = self.heard[item_id]
        segments = self._segments[self.epoch]
        if not segments or segments[-1].heard is not heard:
            segments.append(_Segment(heard, self._queued(self.epoch), heard.queued_samples))
        segments[-1].length += n_samples
        heard.queued_samples += n_samples

    def complete(self, item_id: str) -> None:
        """Note that the server has sent all audio of an item."""
        if item_id in self.heard:
            self.heard[item_id].complete = True

    def played(self, epoch: int, rendered_samples: int, latency_ms: float = 0.0) -> list[Heard]:
        """Take the player's count for an epoch and return the items whose account grew."""
        if epoch not in self._segments:
            return []
        rendered = min(max(rendered_samples, self._rendered.get(epoch, 0)), self._queued(epoch))
        self._rendered[epoch] = rendered
        audible = rendered - round(max(0.0, latency_ms) * SAMPLES_PER_MS)
        if epoch == self.epoch and rendered == self._queued(epoch):
            audible = rendered  # nothing will cut it: the device plays the rest
        reached, self._reached[epoch] = self._reached.get(epoch, 0), audible
        return [s.heard for s in self._between(epoch, reached, audible) if _advance(s, audible)]

    def item_at(self, epoch: int, sample: int) -> str | None:
        """Return the item that lies at a sample of an epoch; None beyond, and once it ended."""
        for segment in self._segments.get(epoch, ()):
            if segment.start <= sample < segment.start + segment.length:
                return segment.heard.item_id
        return None

    def flush(self) -> int:
        """End the epoch: what is queued in it will not sound. Returns the ended epoch."""
        self.epoch += 1
        self._segments[self.epoch] = []
        return self.epoch - 1

    def flushed(self, epoch: int, rendered_samples: int, latency_ms: float = 0.0) -> list[Heard]:
        """Close the account of an ended epoch with the player's final count.

        Returns
        -------
        list of Heard
            The items that were cut, in playing order; `played_ms` is what to truncate at.
        """
        if epoch >= self.epoch or epoch not in self._segments:
            return []
        self.played(epoch, rendered_samples, latency_ms)
        accounts = [segment.heard for segment in self._segments.pop(epoch)]
        self._rendered.pop(epoch, None)
        self._reached.pop(epoch, None)
        for heard in accounts:
            heard.cut = heard.played_samples < heard.received_samples or not heard.complete
        return [heard for heard in accounts if heard.cut]

    def _between(self, epoch: int, start: int, end: int) -> list[_Segment]:
        """Segments that samples from `start` to `end` belong to; an epoch may have thousands."""
        segments = self._segments[epoch]
        first = bisect.bisect_right(segments, start, key=_start) - 1
        return segments[max(0, first) : bisect.bisect_left(segments, end, key=_start)]

    def _queued(self, epoch: int) -> int:
        segments = self._segments[epoch]
        return segments[-1].start + segments[-1].length if segments else 0


def _start(segment: _Segment) -> int:
    return segment.start


def _advance(segment: _Segment, audible: int) -> bool:
    """Bring an item's played count up to `audible` samples of its epoch; True when it grew."""
    reached = min(max(0, audible - segment.start), segment.length)
    heard = segment.heard
    if reached == 0 or segment.offset + reached <= heard.played_samples:
        return False
    heard.played_samples = segment.offset + reached
    return True
