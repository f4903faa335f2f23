"""What pages show of the conversation: items, sent when they change, and open questions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from ..client.approvals import Approval
from ..protocol.conversation import Conversation
from ..protocol.item import Item
from ..secret import redact
from .comm import Message

__all__ = ["ItemFeed", "describe", "question"]

PAUSE_SECONDS = 0.1
_SHOWN_CHARS = 20_000


class ItemFeed:
    """Gathers changed items and sends them, at most ten times a second.

    Parameters
    ----------
    conversation : callable
        Returns the conversation that is shown.
    post : callable
        Sends a `Message` to every page.

    Attributes
    ----------
    changed : list of callable
        Called after each sending.
    """

    def __init__(
        self, conversation: Callable[[], Conversation], post: Callable[[Message], None]
    ) -> None:
        self.changed: list[Callable[[], None]] = []
        self._conversation = conversation
        self._post = post
        self._changed_ids: dict[str, None] = {}
        self._order: list[str] = []
        self._due: asyncio.TimerHandle | None = None

    def snapshot(self) -> dict[str, Any]:
        """Return every item and their order, for a page that has just come."""
        conversation = self._conversation()
        return {"items": [describe(item) for item in conversation], "order": conversation.order}

    def add(self, item_ids: Iterable[str]) -> None:
        """Send these items, soon."""
        self._changed_ids.update(dict.fromkeys(item_ids))
        if self._due is None:
            self._due = asyncio.get_running_loop().call_later(PAUSE_SECONDS, self._send)

    def _send(self) -> None:
        self._due = None
        items, order = self._conversation().items, self._conversation().order
        moved, self._order = order != self._order, order
        changed = [describe(items[id]) for id in self._changed_ids if id in items]
        self._changed_ids.clear()
        self._post(Message("items", items=changed, order=order if moved else None))
        for callback in self.changed:
            callback()


def describe(item: Item) -> dict[str, Any]:
    """Return what a page shows of an item."""
    state = item.state
    if state == "completed" and item.awaits_transcript:
        state = "in_progress"
    return {
        "id": item.id,
        "role": item.role,
        "kind": item.type,
        "text": item.error or item.text,
        "state": "failed" if item.error else state,
        "heard_ms": item.heard_ms,
        "truncated": item.truncated,
        "transcribed": item.transcribed,
    }


def question(approval: Approval) -> dict[str, str]:
    """Return what a page shows of a call that waits for the user."""
    text = redact(approval.arguments)
    if len(text) > _SHOWN_CHARS:
        text = f"{text[:_SHOWN_CHARS]}… ({len(text) - _SHOWN_CHARS:,} more characters)"
    return {
        "nonce": approval.nonce,
        "name": approval.name,
        "server": approval.server_label,
        "arguments": text,
    }
