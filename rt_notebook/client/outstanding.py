"""What was asked and is not answered yet: acknowledgements and replies, by their ids."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from ..errors import LocalProtocolError, RealtimeError
from ..protocol.effects import OutputItemStarted, ResponseEnded, ResponseStarted, Settled
from ..protocol.events import Event
from .clock import Clock
from .reply import Reply
from .takers import Takes
from .waiting import Acknowledgement, server_error

__all__ = ["Outstanding", "Overdue", "Patience"]


@dataclass(frozen=True)
class Patience:
    """How long an answer may stay away, in seconds.

    Parameters
    ----------
    acknowledgement : float
        Of any request but a response.
    response : float
        From the request to the beginning of a response, and from one sign of it to the next.
    """

    acknowledgement: float = 30.0
    response: float = 60.0


@dataclass(frozen=True)
class Overdue:
    """What waits for too long: requests by event id, and responses by their own."""

    acknowledgements: list[str]
    requested: list[str]
    begun: list[str]


class Outstanding:
    """Ties what the state machine reports to the objects that people wait for.

    A reply is first *requested* (by the id of its ``response.create``) or *expected* (the
    server will begin it at the end of a spoken turn), then known by its response's id.

    Parameters
    ----------
    clock : Clock
        By which nobody waits for ever (`overdue`).

    Attributes
    ----------
    sent, received : mapping
        What it takes, by event type.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since: dict[str, float] = {}  # by event or response id: asked, or last heard of
        self._acknowledgements: dict[str, Acknowledgement] = {}
        self._requested: dict[str, Reply] = {}
        self._expected: deque[Reply] = deque()
        self._begun: dict[str, Reply] = {}
        self._user_item: str | None = None  # what the next response answers
        self.sent: Takes = {"response.create": self._on_create}
        self.received: Takes = {"input_audio_buffer.committed": self._on_committed}

    def __contains__(self, event_id: str | None) -> bool:
        return event_id in self._acknowledgements or event_id in self._requested

    def refusal(self, event: Event) -> LocalProtocolError | None:
        """Why the answer to an event could not be told from another's, None when it can."""
        if event["event_id"] not in self:
            return None
        return LocalProtocolError(
            f"event_id {event['event_id']!r} is taken by what waits for its answer: "
            "give another, or none"
        )

    @property
    def n_requested(self) -> int:
        """How many responses were asked for and have not begun."""
        events = (waiting.event for waiting in self._acknowledgements.values())
        return len(self._requested) + sum(event.type == "response.create" for event in events)

    def acknowledge(self, acknowledgement: Acknowledgement) -> None:
        """Wait for the answer to an event."""
        event_id = acknowledgement.event["event_id"]
        self._acknowledgements[event_id] = acknowledgement
        self._since[event_id] = self._clock.monotonic()

    def request(self, event_id: str, reply: Reply) -> None:
        """Wait for the response to a ``response.create``."""
        self._requested[event_id] = reply
        self._since[event_id] = self._clock.monotonic()

    def expect(self, reply: Reply) -> None:
        """Let `reply` hold the next response that the server begins by itself."""
        self._expected.append(reply)

    def give_up(self, reply: Reply, error: RealtimeError) -> None:
        """Fail a reply that no response will come for."""
        with contextlib.suppress(ValueError):
            self._expected.remove(reply)
        reply.fail(error)

    def settle(self, effect: Settled) -> None:
        """Answer whoever waits for a request."""
        acknowledgement = self._acknowledgements.pop(effect.event_id, None)
        if effect.event.type != "error":
            if acknowledgement is not None:
                acknowledgement.settle(effect.event)
            return
        error = server_error(effect.event["error"])
        for waitable in (acknowledgement, self._requested.pop(effect.event_id, None)):
            if waitable is not None:
                waitable.fail(error)

    def cut_off(self, error: RealtimeError) -> None:
        """Fail the replies that had begun: their server is gone."""
        for reply in self._begun.values():
            reply.fail(error)
        self._begun.clear()

    def begin(self, effect: ResponseStarted, unasked: Callable[[], Reply]) -> Reply:
        """Tie a response to its reply: a new one when nobody asked for it or expects it."""
        reply = self._requested.pop(effect.event_id or "", None)
        if reply is None:
            reply = self._expected.popleft() if self._expected else unasked()
        reply.begin(effect.response_id, self._user_item)
        self._begun[effect.response_id] = reply
        self._since[effect.response_id] = self._clock.monotonic()
        return reply

    def heard_of(self, response_id: str | None) -> None:
        """Note that a response goes on."""
        if response_id in self._begun:
            self._since[response_id] = self._clock.monotonic()

    def _on_create(self, event: Event) -> None:
        """Wait for the answer to a request from when it went out."""
        if event.get("event_id") in self:
            self._since[event["event_id"]] = self._clock.monotonic()

    def _on_committed(self, event: Event) -> None:
        self._user_item = event["item_id"]

    def wait_anew(self) -> None:
        """Let all who wait begin to wait: what was asked has been asked again."""
        self._since = dict.fromkeys(self._since, self._clock.monotonic())

    def overdue(self, patience: Patience, behind_another: Collection[str]) -> Overdue:
        """Return what waits for longer than it should.

        Parameters
        ----------
        patience : Patience
            How long that is.
        behind_another : collection of str
            Event ids of what has no deadline: it waits for what has one.
        """
        now = self._clock.monotonic()
        self._since = {id: since for id, since in self._since.items() if self._waits(id)}

        def late(id: str, seconds: float) -> bool:
            return id not in behind_another and now - self._since[id] > seconds

        return Overdue(
            [id for id in self._acknowledgements if late(id, patience.acknowledgement)],
            [id for id in self._requested if late(id, patience.response)],
            [id for id in self._begun if late(id, patience.response)],
        )

    def fail(self, id: str, error: RealtimeError) -> None:
        """Fail whoever waits for this request, or for the end of this response."""
        for waiting in (self._acknowledgements, self._requested, self._begun):
            if id in waiting:
                waiting.pop(id).fail(error)

    def _waits(self, id: str) -> bool:
        return id in self._acknowledgements or id in self._requested or id in self._begun

    def add_item(self, effect: OutputItemStarted) -> None:
        """Note an item that a response makes."""
        if effect.response_id in self._begun:
            self._begun[effect.response_id].item_ids.append(effect.item_id)

    def ended(self, effect: ResponseEnded) -> Reply | None:
        """Return the reply that a response ends; None when it waits for another one."""
        reply = self._begun.pop(effect.response_id, None)
        if reply is None or not reply.uploading or effect.response.get("status") != "cancelled":
            return reply
        # The user paused, was answered, and went on: the reply is to the whole of it.
        reply.begin_anew()
        self._expected.appendleft(reply)
        return None

    def fail_all(self, error: RealtimeError) -> None:
        """Fail everything: the connection is gone."""
        waiting: list[Any] = [
            *self._acknowledgements.values(),
            *self._requested.values(),
            *self._expected,
            *self._begun.values(),
        ]
        for waitable in waiting:
            waitable.fail(error)
