"""What was asked of the server and is not answered, and what waits to be asked.

Every client event has an ``event_id``. The API acknowledges most of them with an event of
another type (`ACKNOWLEDGED_BY`), and a refusal with ``error`` and the id. A request is
*settled* by whichever comes first.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from .effects import Dropped, Effect, Send, Settled
from .events import Event

__all__ = ["ACKNOWLEDGED_BY", "REQUEST_KEY", "RequestLedger", "is_out_of_band"]

#: Metadata key under which a request's event id travels through the server and back.
REQUEST_KEY = "rt_request"

#: Client event → server event that acknowledges it. Appends have no acknowledgement.
ACKNOWLEDGED_BY = {
    "session.update": "session.updated",
    "conversation.item.create": "conversation.item.added",
    "conversation.item.retrieve": "conversation.item.retrieved",
    "conversation.item.truncate": "conversation.item.truncated",
    "conversation.item.delete": "conversation.item.deleted",
    "input_audio_buffer.commit": "input_audio_buffer.committed",
    "input_audio_buffer.clear": "input_audio_buffer.cleared",
    "response.create": "response.created",
}

#: What is of no use to another server: it has neither this audio nor its buffer.
_BOUND_TO_CONNECTION = frozenset(
    {"conversation.item.truncate", "input_audio_buffer.commit", "input_audio_buffer.clear"}
)

_ACTIVE_RESPONSE = "conversation_already_has_active_response"


class RequestLedger:
    """Requests by their event ids: those on their way, and responses that wait their turn.

    The default conversation has one response at a time, so that a ``response.create`` for it
    is queued behind the one before; one with ``conversation: "none"`` is not.

    Between two connections (`cut_off`, `resume`) nothing is sent: what is asked then, and what
    was asked before and not answered, is sent when there is a connection again.
    """

    def __init__(self) -> None:
        self._pending: dict[str, Event] = {}
        self._queued: deque[Event] = deque()
        self._connected = True
        self._restoring: set[str] = set()
        self._asked_again: set[str] = set()

    def behind_another(self, active_response: str | None) -> frozenset[str]:
        """Event ids of the responses that wait for another one to end.

        With none on its way, the first one was refused by a server that says otherwise: it
        waits for the server.
        """
        ids = [event["event_id"] for event in self._queued]
        return frozenset(ids if self._is_busy(active_response) else ids[1:])

    def send(self, event: Event) -> list[Effect]:
        """Send an event, and wait for its answer if it gets one."""
        if event.type in ACKNOWLEDGED_BY:
            self._pending[event["event_id"]] = event
        return [Send(event)] if self._connected else []

    def respond(self, event: Event, active_response: str | None) -> list[Effect]:
        """Send a ``response.create``, or let it wait its turn."""
        if is_out_of_band(event):
            return self.send(event)
        self._queued.append(event)
        return self.next_response(active_response)

    def next_response(self, active_response: str | None) -> list[Effect]:
        """Send the response that waits longest, if the conversation is free for it."""
        if not self._queued or self._is_busy(active_response) or not self._connected:
            return []
        return self.send(self._queued.popleft())

    def forget(self, event_id: str) -> None:
        """Wait no longer for the answer to a request, nor let it wait its turn."""
        self._pending.pop(event_id, None)
        self._queued = deque(event for event in self._queued if event["event_id"] != event_id)

    def asked(self, *, beside: bool) -> frozenset[str]:
        """Event ids of responses that were asked for and have not begun.

        Parameters
        ----------
        beside : bool
            Whether those out of band count.
        """
        return frozenset(
            event_id
            for event_id, event in self._pending.items()
            if event.type == "response.create" and (beside or not is_out_of_band(event))
        )

    def drop_queued(self) -> list[Effect]:
        """Give up the responses that wait their turn."""
        dropped = Event(type="error", error={"message": "cancelled before it was sent"})
        effects: list[Effect] = [Settled(event["event_id"], dropped) for event in self._queued]
        self._queued.clear()
        return effects

    def cut_off(self) -> list[Effect]:
        """Drop what ended with the connection; the rest waits for another.

        With a commit that was not acknowledged goes what was said, and with that the response
        to it. A response that was asked for twice is not asked for again: it may be what ends
        connections.
        """
        self._connected = False
        lost_speech = False
        dropped = []
        for event_id, event in self._pending.items():
            lost_speech = lost_speech or event.type == "input_audio_buffer.commit"
            asked_for_response = event.type == "response.create"
            if (
                event.type in _BOUND_TO_CONNECTION
                or event_id in self._restoring
                or (asked_for_response and (lost_speech or event_id in self._asked_again))
            ):
                dropped.append(event_id)
        for event_id in dropped:
            del self._pending[event_id]
        return [Dropped(event_id) for event_id in dropped]

    def resume(self, restoring: list[Event]) -> list[Effect]:
        """Wait for the answers to what restores the session, and ask again what had none.

        Returns
        -------
        list of Effect
            What is to be sent behind `restoring`.
        """
        again = list(self._pending.values())
        self._pending = {event["event_id"]: event for event in restoring}
        self._restoring = set(self._pending)
        self._asked_again = {event["event_id"] for event in again}
        self._connected = True
        return [effect for event in again for effect in self.send(event)]

    def acknowledged(self, event: Event) -> list[Effect]:
        """Settle the oldest request that a server event acknowledges."""
        if event.type == "response.created":
            return []  # tied to its request by metadata: `begun`
        for event_id, request in self._pending.items():
            if ACKNOWLEDGED_BY[request.type] == event.type and _same_item(request, event):
                del self._pending[event_id]
                return [Settled(event_id, event)]
        return []

    def begun(self, response: dict[str, Any]) -> Event | None:
        """Take out the request of a new response: by our metadata, else the oldest that fits."""
        metadata = response.get("metadata")
        if isinstance(metadata, dict) and REQUEST_KEY in metadata:
            return self._pending.pop(str(metadata[REQUEST_KEY]), None)
        unmarked = (
            id
            for id, event in self._pending.items()
            if event.type == "response.create" and not _is_marked(event)
        )
        event_id = next(unmarked, None)
        return self._pending.pop(event_id) if event_id is not None else None

    def refused(self, event: Event) -> list[Effect]:
        """Settle the request that an ``error`` blames; a response that came too early waits."""
        error = event["error"]
        event_id = self._blamed(error)
        if event_id is None:
            return []
        request = self._pending.pop(event_id)
        if error.get("code") == _ACTIVE_RESPONSE and request.type == "response.create":
            # The server began one of its own just before ours arrived: ours comes next.
            self._queued.appendleft(request)
            return []
        return [Settled(event_id, event)]

    def _blamed(self, error: dict[str, Any]) -> str | None:
        event_id = error.get("event_id")
        if event_id in self._pending:
            return str(event_id)
        if error.get("code") == _ACTIVE_RESPONSE:
            return next(
                (id for id, e in self._pending.items() if e.type == "response.create"), None
            )
        return None

    def _is_busy(self, active_response: str | None) -> bool:
        """Whether the conversation has a response, or one that is on its way to begin."""
        return active_response is not None or bool(self.asked(beside=False))


def is_out_of_band(event: Event) -> bool:
    """Whether a ``response.create`` stays out of the default conversation."""
    return bool((event.get("response") or {}).get("conversation") == "none")


def _is_marked(event: Event) -> bool:
    return REQUEST_KEY in ((event.get("response") or {}).get("metadata") or {})


def _same_item(request: Event, event: Event) -> bool:
    """Whether an acknowledgement is about the item that the request named, if it named one."""
    asked = request.get("item_id") or (request.get("item") or {}).get("id")
    got = event.get("item_id") or (event.get("item") or {}).get("id")
    return bool(asked is None or asked == got)
