"""Time as the client sees it: read, and waited for, in one place.

Whatever waits or measures in this room takes a `Clock`, so that an hour of talk is a
test of a second, and a recording is replayed at any pace.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import Coroutine
from typing import Any, Protocol

__all__ = ["Clock", "SystemClock", "VirtualClock", "within"]

_SETTLING_ROUNDS = 20


class Clock(Protocol):
    """Tells the time and lets coroutines wait. All values are seconds."""

    def monotonic(self) -> float:
        """Return a time that only grows; differences mean something."""

    def wall(self) -> float:
        """Return Unix time."""

    async def sleep(self, seconds: float) -> None:
        """Wait; zero or less lets others run once."""


class SystemClock:
    """The machine's own time."""

    def monotonic(self) -> float:
        """Return the machine's monotonic time."""
        return time.monotonic()

    def wall(self) -> float:
        """Return Unix time."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Wait on the running loop."""
        await asyncio.sleep(seconds)


class VirtualClock:
    """Time that passes only when it is told to (`advance`).

    Parameters
    ----------
    wall : float
        Unix time at the beginning; monotonic time begins at zero.
    """

    def __init__(self, wall: float = 0.0) -> None:
        self._now = 0.0
        self._began_wall = wall
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def monotonic(self) -> float:
        """Return the seconds that were advanced so far."""
        return self._now

    def wall(self) -> float:
        """Return Unix time: as far from the beginning as monotonic time."""
        return self._began_wall + self._now

    async def sleep(self, seconds: float) -> None:
        """Wait until time has been advanced that far."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        wakening: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now + seconds, next(self._order), wakening))
        await wakening

    async def advance(self, seconds: float) -> None:
        """Let time pass: whoever sleeps wakes in order, each at its own moment."""
        target = self._now + seconds
        await self._settle()
        while self._sleepers and self._sleepers[0][0] <= target:
            due, _, wakening = heapq.heappop(self._sleepers)
            if not wakening.done():
                self._now = max(self._now, due)
                wakening.set_result(None)
                await self._settle()
        self._now = target

    def jump(self, seconds: float) -> None:
        """Let time have passed while everything slept: nobody wakes before `advance`."""
        self._now += seconds

    async def _settle(self) -> None:
        """Let everything run that can, as far as it goes without time."""
        for _ in range(_SETTLING_ROUNDS):
            await asyncio.sleep(0)


async def within(clock: Clock, seconds: float, coroutine: Coroutine[Any, Any, object]) -> bool:
    """Await a coroutine, at most so long, and say whether it ended; else it is cancelled."""
    awaited, alarm = asyncio.ensure_future(coroutine), asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait({awaited, alarm}, return_when=asyncio.FIRST_COMPLETED)
        return awaited.done()
    finally:
        awaited.cancel()
        alarm.cancel()
