"""What was configured: the server's defaults, what was asked, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
            self.asked = _over(self.asked, self._pending.pop(first))

    def _on_error(self, event: Event) -> None:
        self.forget(str(event["error"].get("event_id")))


def _over(below: Any, above: Any) -> Any:
    """Lay one JSON object over another; another type of an object replaces it."""
    if not (isinstance(below, Mapping) and isinstance(above, Mapping)):
        return above
    if below.get("type") != above.get("type") and "type" in below and "type" in above:
        return above
    return {**below, **{key: _over(below.get(key), value) for key, value in above.items()}}
