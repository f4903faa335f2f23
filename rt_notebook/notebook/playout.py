"""Playback on its way to the page: coalesced, paced, a few seconds ahead, none of it lost.

The Jupyter server drops kernel messages above 1000 a second and counts messages, not
bytes; a model may speak faster than real time. So audio goes out in few messages, and at
most `LEAD_MS` ahead of what can have been played. A path may break with messages on it, so
what the page has not confirmed is kept, and sent again when it asks.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from .comm import Message

__all__ = ["LEAD_MS", "MAX_UNCONFIRMED_MS", "Playout"]

LEAD_MS = 5000  # as long as a kernel may be held up without a gap in the sound
MAX_UNCONFIRMED_MS = 50_000  # the page's buffer holds 60 s, and what is too much is lost
CHUNK_MS = 250
PAUSE_SECONDS = 1 / 50
_BYTES_PER_MS = 48
_CHUNK_BYTES = CHUNK_MS * _BYTES_PER_MS
_BYTES_PER_SAMPLE = 2


@dataclass
class _Piece:
    epoch: int
    item_id: str
    pcm: bytearray
    ends: bool = False


@dataclass(frozen=True)
class _Sent:
    """A message of the epoch: its number, and where on the epoch's samples it begins."""

    kind: str
    item_id: str
    pcm: bytes
    seq: int
    start: int

    @property
    def confirmed_at(self) -> int:
        """How many samples the page has when it has this; more than are there, for an end."""
        return self.start + max(1, len(self.pcm) // _BYTES_PER_SAMPLE)


class Playout:
    """Sends what is queued to `send`; runs on the background loop."""

    def __init__(self, send: Callable[[Message], None]) -> None:
        self._send = send
        self._pieces: deque[_Piece] = deque()
        self._unconfirmed: deque[_Sent] = deque()
        self._again: deque[_Sent] = deque()
        self._filled = asyncio.Event()
        self._sent_ms = 0.0
        self._started = 0.0
        self._epoch, self._next_seq, self._next_start = -1, 0, 0
        self._task = asyncio.ensure_future(self._run())

    def play(self, epoch: int, item_id: str, pcm: bytes) -> None:
        """Queue audio: mono PCM16 at 24 kHz."""
        last = self._pieces[-1] if self._pieces else None
        if last and (last.epoch, last.item_id, last.ends) == (epoch, item_id, False):
            last.pcm += pcm
        else:
            self._pieces.append(_Piece(epoch, item_id, bytearray(pcm)))
        self._filled.set()

    def end(self, epoch: int, item_id: str) -> None:
        """Queue the mark that an item's audio is complete."""
        self._pieces.append(_Piece(epoch, item_id, bytearray(), ends=True))
        self._filled.set()

    def confirm(self, epoch: int, samples: int) -> None:
        """Forget what the page has: so many samples of the epoch."""
        if epoch == self._epoch:
            while self._unconfirmed and self._unconfirmed[0].confirmed_at <= samples:
                self._unconfirmed.popleft()
            self._filled.set()  # there may be room again

    def next_seq(self, epoch: int) -> int:
        """Return the number of the epoch's message that is sent next."""
        if epoch != self._epoch:
            return 0
        return self._again[0].seq if self._again else self._next_seq

    def resend(self, epoch: int, seq: int) -> None:
        """Send the epoch's messages from a number on again; all, if the page has older ones."""
        first = seq if epoch == self._epoch else 0
        self._again = deque(sent for sent in self._unconfirmed if sent.seq >= first)
        self._sent_ms = 0.0
        self._filled.set()

    def flush(self) -> None:
        """Drop what has not been sent, and what was."""
        for waiting in (self._pieces, self._unconfirmed, self._again):
            waiting.clear()
        self._sent_ms = 0.0

    def close(self) -> None:
        """Stop."""
        self._task.cancel()

    async def _run(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            await self._filled.wait()
            while self._again or (self._pieces and self._has_room):
                ahead_ms = self._sent_ms - (clock() - self._started) * 1000
                if ahead_ms <= 0:
                    self._sent_ms, self._started = 0.0, clock()
                if ahead_ms < LEAD_MS:
                    self._send_next()
                await asyncio.sleep(PAUSE_SECONDS)
            self._filled.clear()

    def _send_next(self) -> None:
        if self._again:
            self._put(self._again.popleft())
        else:
            self._unconfirmed.append(self._cut())
            self._put(self._unconfirmed[-1])

    @property
    def _has_room(self) -> bool:
        unconfirmed_bytes = sum(len(sent.pcm) for sent in self._unconfirmed)
        return unconfirmed_bytes < MAX_UNCONFIRMED_MS * _BYTES_PER_MS

    def _cut(self) -> _Sent:
        """Take the next message off what is queued, and number it."""
        piece = self._pieces[0]
        pcm = bytes(piece.pcm[:_CHUNK_BYTES])
        del piece.pcm[:_CHUNK_BYTES]
        if not piece.pcm:
            self._pieces.popleft()
        if piece.epoch != self._epoch:
            self._epoch, self._next_seq, self._next_start = piece.epoch, 0, 0
        kind = "play-end" if piece.ends else "play-chunk"
        cut = _Sent(kind, piece.item_id, pcm, self._next_seq, self._next_start)
        self._next_seq += 1
        self._next_start += len(pcm) // _BYTES_PER_SAMPLE
        return cut

    def _put(self, sent: _Sent) -> None:
        self._sent_ms += len(sent.pcm) / _BYTES_PER_MS
        kept = self._unconfirmed[0].seq if self._unconfirmed else sent.seq
        message = Message(
            sent.kind,
            sent.pcm,
            epoch=self._epoch,
            item_id=sent.item_id,
            seq=sent.seq,
            start=sent.start,
            first=min(kept, sent.seq),
        )
        self._send(message)
