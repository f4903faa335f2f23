"""Playback on its way to the page: coalesced, paced, a few seconds ahead.

The Jupyter server drops kernel messages above 1000 a second and counts messages, not
bytes; a model may speak faster than real time. So audio goes out in few messages, and at
most `LEAD_MS` ahead of what can have been played.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from .comm import Message

__all__ = ["LEAD_MS", "Playout"]

LEAD_MS = 5000  # as long as a kernel may be held up without a gap in the sound
CHUNK_MS = 250
PAUSE_SECONDS = 1 / 50
_BYTES_PER_MS = 48
_CHUNK_BYTES = CHUNK_MS * _BYTES_PER_MS


@dataclass
class _Piece:
    epoch: int
    item_id: str
    pcm: bytearray
    ends: bool = False


class Playout:
    """Sends what is queued to `send`; runs on the background loop."""

    def __init__(self, send: Callable[[Message], None]) -> None:
        self._send = send
        self._pieces: deque[_Piece] = deque()
        self._filled = asyncio.Event()
        self._sent_ms = 0.0
        self._started = 0.0
        self._epoch, self._next_seq = -1, 0
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

    def flush(self) -> None:
        """Drop what has not been sent."""
        self._pieces.clear()
        self._sent_ms = 0.0

    def close(self) -> None:
        """Stop."""
        self._task.cancel()

    async def _run(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            await self._filled.wait()
            while self._pieces:
                ahead_ms = self._sent_ms - (clock() - self._started) * 1000
                if ahead_ms <= 0:
                    self._sent_ms, self._started = 0.0, clock()
                if ahead_ms < LEAD_MS:
                    self._send_next()
                await asyncio.sleep(PAUSE_SECONDS)
            self._filled.clear()

    def _send_next(self) -> None:
        piece = self._pieces[0]
        chunk = bytes(piece.pcm[:_CHUNK_BYTES])
        del piece.pcm[:_CHUNK_BYTES]
        if not piece.pcm:
            self._pieces.popleft()
        self._sent_ms += len(chunk) / _BYTES_PER_MS
        epoch, item_id = piece.epoch, piece.item_id
        if chunk:
            seq = self._number(epoch)
            self._send(Message("play-chunk", chunk, epoch=epoch, item_id=item_id, seq=seq))
        if piece.ends:
            self._send(Message("play-end", epoch=epoch, item_id=item_id))

    def _number(self, epoch: int) -> int:
        """Count the chunks of an epoch from 0."""
        if epoch != self._epoch:
            self._epoch, self._next_seq = epoch, 0
        self._next_seq += 1
        return self._next_seq - 1
