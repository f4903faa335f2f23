"""Events that the API does not acknowledge, and the refusal that may follow them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..client.identity import new_id
from ..client.waiting import Acknowledgement, Waitable, server_error
from ..protocol.events import Event
from ..protocol.requests import ACKNOWLEDGED_BY

if TYPE_CHECKING:
    from ..client.session import RealtimeSession

__all__ = ["send_watched"]

#: What follows at once when an event that has no acknowledgement does what it should.
_FOLLOWED_BY = {"response.cancel": "response.done"}


def send_watched(
    session: RealtimeSession, event: Mapping[str, Any], seconds: float
) -> Acknowledgement:
    """Send an event; wait a while for the refusal of one that the API does not acknowledge.

    Parameters
    ----------
    session : RealtimeSession
        Where it is sent.
    event : mapping
        As `RealtimeSession.send` takes it.
    seconds : float
        How long a refusal may take to come.

    Raises
    ------
    ServerError
        If it is refused within that time.
    LocalProtocolError
        As `RealtimeSession.send`.
    """
    sent = {"event_id": new_id("event"), **event}
    kind = str(sent.get("type"))
    if kind in ACKNOWLEDGED_BY:
        return session.send(sent)
    outcome: Waitable[Event] = Waitable()

    def look(error: Event) -> None:
        if error["error"].get("event_id") == sent["event_id"]:
            outcome.fail(server_error(error["error"]))

    # Listening begins before the event goes out: its refusal cannot come too early.
    stops = [session.on("error", look, direction="received")]
    if kind in _FOLLOWED_BY:
        stops.append(session.on(_FOLLOWED_BY[kind], outcome.settle, direction="received"))
    try:
        request = session.send(sent)
        outcome.wait(seconds)
    except TimeoutError:
        pass  # nobody refused
    finally:
        for stop in stops:
            stop()
    return request
