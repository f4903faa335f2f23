"""Microphone audio as it arrives in the kernel: in order, none twice, acknowledged.

A page sends again what was not acknowledged when its path changes, and stops sending when
too much is unacknowledged: every chunk is answered, a burst with its last number only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

__all__ = ["ACK_PAUSE_SECONDS", "Intake"]

ACK_PAUSE_SECONDS = 0.04


class Intake:
    """The numbers of one page's microphone chunks. Use it on the loop thread only.

    Parameters
    ----------
    acknowledge : callable
        Called with the newest number, at most once in `ACK_PAUSE_SECONDS`.

    Attributes
    ----------
    received, repeated, missing : int
        Chunks that were taken, that came again, and whose numbers were left out.
    """

    def __init__(self, acknowledge: Callable[[int], None]) -> None:
        self.received = 0
        self.repeated = 0
        self.missing = 0
        self._acknowledge = acknowledge
        self._expected = 0
        self._acked_at = float("-inf")
        self._due: asyncio.TimerHandle | None = None

    def take(self, seq: int) -> bool:
        """Return whether the chunk with this number is new."""
        new = seq >= self._expected
        if new:
            self.received += 1
            self.missing += seq - self._expected
            self._expected = seq + 1
        else:
            self.repeated += 1
        if self._due is None:
            loop = asyncio.get_running_loop()
            at = max(loop.time(), self._acked_at + ACK_PAUSE_SECONDS)
            self._due = loop.call_at(at, self._send)
        return new

    def _send(self) -> None:
        self._due = None
        self._acked_at = asyncio.get_running_loop().time()
        self._acknowledge(self._expected - 1)
