"""Who takes which events: one table, from an event's type to what is done about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from ..protocol.events import Event

__all__ = ["Takers", "Takes"]

#: What one part of a session takes: event type → what it does.
Takes: TypeAlias = Mapping[str, Callable[[Event], None]]


class Takers:
    """The parts of a session that take its events.

    Parameters
    ----------
    *takes : mapping
        What each of them takes. Of an event that several take, the first hears first.
    """

    def __init__(self, *takes: Takes) -> None:
        self._by_type: dict[str, list[Callable[[Event], None]]] = {}
        for part in takes:
            for type, take in part.items():
                self._by_type.setdefault(type, []).append(take)

    def tell(self, event: Event) -> None:
        """Give an event to those who take it."""
        for take in self._by_type.get(event.type, ()):
            take(event)
