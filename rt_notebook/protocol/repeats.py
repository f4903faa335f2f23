"""Deltas that come twice: taken once.

A delta is the next piece of what is said, so one that is taken twice is said twice. The API
gives every server event an id of its own: the same id with the same content is the same
event. A server that gives different deltas one id is not believed from then on.
"""

from __future__ import annotations

from collections import OrderedDict

from .events import Event

__all__ = ["Repeats"]

KEPT = 512  # a delta that is sent again follows soon


class Repeats:
    """The newest deltas, by the ids that the server gave them."""

    def __init__(self) -> None:
        self._contents: OrderedDict[str, int] = OrderedDict()
        self._believed = True

    def has(self, event: Event) -> bool:
        """Whether this very delta was noted before."""
        known = self._contents.get(event.get("event_id") or "")
        return self._believed and known is not None and known == _content(event)

    def note(self, event: Event) -> None:
        """Remember a delta that was taken."""
        event_id = event.get("event_id")
        if not event_id or (content := _content(event)) is None:
            return
        if self._contents.setdefault(event_id, content) != content:
            self._believed = False
        if len(self._contents) > KEPT:
            self._contents.popitem(last=False)


def _content(event: Event) -> int | None:
    """What stands for a delta's content; an empty one adds nothing, however often it comes."""
    delta = event.get("delta")
    if not isinstance(delta, str) or not delta:
        return None
    return hash((event.type, event.get("item_id"), event.get("response_id"), delta))
