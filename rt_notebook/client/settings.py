"""What was configured: the server's defaults, what was asked, and what came of it."""

from __future__ import annotations

from typing import Any

from ..config.nesting import laid_over
from ..protocol.events import Event
from .takers import Takes

__all__ = ["Settings"]

Json = dict[str, Any]


class Settings:
    """Follows ``session.update`` and its answers; everything in GA's nesting.

    Attributes
    ----------
    defaults : dict
        The session as the server began it.
    asked : dict
        What the accepted updates named, the later over the earlier.
    sent, received : mapping
        What it takes, by event type.
    """

    def __init__(self) -> None:
        self.defaults: Json = {}
        self.asked: Json = {}
        self._pending: dict[str, Json] = {}
        self.sent: Takes = {"session.update": self._on_update}
        self.received: Takes = {
            "session.created": self._on_created,
            "session.updated": self._on_updated,
            "error": self._on_error,
        }

    def cut_off(self) -> None:
        """Forget the updates that were on their way: they are sent again."""
        self._pending.clear()

    def forget(self, event_id: str) -> None:
        """Expect no answer to an update any more."""
        self._pending.pop(event_id, None)

    def _on_update(self, event: Event) -> None:
        if isinstance(event.get("session"), dict):
            self._pending[str(event.get("event_id"))] = event["session"]

    def _on_created(self, event: Event) -> None:
        self.defaults = self.defaults or event["session"]

    def _on_updated(self, event: Event) -> None:
        """Note what came of an update; they are answered in order."""
        if self._pending:
            first = next(iter(self._pending))
            self.asked = laid_over(self.asked, self._pending.pop(first))

    def _on_error(self, event: Event) -> None:
        self.forget(str(event["error"].get("event_id")))
