"""What was configured: the server's defaults, what was asked, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..protocol.events import Event

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
    """

    def __init__(self) -> None:
        self.defaults: Json = {}
        self.asked: Json = {}
        self._pending: dict[str, Json] = {}

    def sent(self, event: Event) -> None:
        """Note an update that is on its way."""
        session = event.get("session")
        if event.type == "session.update" and isinstance(session, dict):
            self._pending[str(event.get("event_id"))] = session

    def cut_off(self) -> None:
        """Forget the updates that were on their way: they are sent again."""
        self._pending.clear()

    def received(self, event: Event) -> None:
        """Note what the server says of the session; it answers updates in order."""
        if event.type == "session.created" and not self.defaults:
            self.defaults = event["session"]
        elif event.type == "session.updated" and self._pending:
            first = next(iter(self._pending))
            self.asked = _over(self.asked, self._pending.pop(first))
        elif event.type == "error":
            self._pending.pop(str(event["error"].get("event_id")), None)


def _over(below: Any, above: Any) -> Any:
    """Lay one JSON object over another; another type of an object replaces it."""
    if not (isinstance(below, Mapping) and isinstance(above, Mapping)):
        return above
    if below.get("type") != above.get("type") and "type" in below and "type" in above:
        return above
    return {**below, **{key: _over(below.get(key), value) for key, value in above.items()}}
