"""The idle timeout: speak up when the user stays silent after an answer.

Source: ``turn_detection.idle_timeout_ms``: counted from the moment at which the answer's
sound has been played, which is after ``response.done``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

__all__ = ["IdleTimeout"]


class IdleTimeout:
    """Waits for the answer's sound to end, then for the user.

    Parameters
    ----------
    written_ms : callable
        Returns how much audio the client has written.
    fire : callable
        Called with where in that audio the waiting began.
    """

    def __init__(self, written_ms: Callable[[], int], fire: Callable[[int], None]) -> None:
        self._written_ms = written_ms
        self._fire = fire
        self._timer: asyncio.TimerHandle | None = None

    def start(self, playing_s: float, timeout_ms: int) -> None:
        """Begin to wait: `playing_s` seconds of the answer are still to be heard."""
        self.stop()
        loop = asyncio.get_running_loop()

        def played() -> None:
            start_ms = self._written_ms()
            self._timer = loop.call_later(timeout_ms / 1000, self._fire, start_ms)

        self._timer = loop.call_later(playing_s, played)

    def stop(self) -> None:
        """Wait no more: the user speaks, or an answer has begun."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
