"""The client side of the protocol as one state machine.

Rules
-----
- Everything that decides what may be sent, and what a server event means, stands here.
- Events go in (`receive`, `request` …), effects come out, and the caller carries them out
  in order: it owns the socket, the clock and the player.

Theory of operation
-------------------
*Requests.* Every client event has an ``event_id``. The API acknowledges most of them with
an event of another type (`ACKNOWLEDGED_BY`), and a refusal with ``error`` and the id. A
request is *settled* by whichever comes first.

*Responses.* The default conversation has one active response at a time. A
``response.create`` for it waits here until the one before is done; one with
``conversation: "none"`` goes out at once. A response is tied to its request by the
metadata that we put in (`REQUEST_KEY`), else by order of arrival. A response that no
request asked for was started by the server's turn detection.

*Barge-in.* When the server hears speech, what still sounds is flushed at once, and late
audio of the interrupted response is not played. The player then says how much it had
rendered, and each item that was cut is truncated there.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from ..errors import LocalProtocolError
from .conversation import Conversation
from .effects import (
    Effect,
    FlushPlayback,
    ItemsChanged,
    OutputItemStarted,
    Play,
    PlayEnd,
    ResponseEnded,
    ResponseStarted,
    Send,
    Settled,
    Speaking,
)
from .events import Event, MalformedEvent, decode_audio
from .playback import PlaybackLedger

__all__ = ["ACKNOWLEDGED_BY", "REQUEST_KEY", "SessionMachine", "is_out_of_band"]

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

_ACTIVE_RESPONSE = "conversation_already_has_active_response"


class SessionMachine:
    """Decides; see the module's text.

    Parameters
    ----------
    new_id : callable
        Gives a new ``event_id`` for the events that the machine itself sends.
    """

    def __init__(self, new_id: Callable[[], str]) -> None:
        self.conversation = Conversation()
        self.ledger = PlaybackLedger()
        self.session: dict[str, Any] = {}
        self.active_response: str | None = None
        self.user_speaking = False
        self._new_id = new_id
        self._pending: dict[str, Event] = {}
        self._queued: deque[Event] = deque()
        self._out_of_band: set[str] = set()
        self._silenced: set[str] = set()
        self._items_of: dict[str, str] = {}  # item id → response id

    # Requests

    def request(self, event: Event) -> list[Effect]:
        """Send a client event, or queue it when the protocol does not allow it now.

        Parameters
        ----------
        event : Event
            With its ``event_id``.
        """
        if event.type != "response.create":
            return self._sent(event)
        if is_out_of_band(event):
            return self._sent(event)
        if self._response_is_due():
            self._queued.append(event)
            return []
        return self._sent(event)

    def cancel(self, response_id: str | None = None) -> list[Effect]:
        """Stop a response: what is queued is dropped, what sounds is flushed.

        Raises
        ------
        LocalProtocolError
            If nothing is being said, queued or played.
        """
        target = response_id or self.active_response
        effects: list[Effect] = []
        if target is not None:
            event = Event(type="response.cancel", event_id=self._new_id())
            if response_id is not None:
                event["response_id"] = response_id
            effects += [Send(event)]
        effects += self.interrupt(target)
        if not effects and not self._queued:
            raise LocalProtocolError("no response is in progress, nothing to cancel")
        dropped = Event(type="error", error={"message": "cancelled before it was sent"})
        effects += [Settled(event["event_id"], dropped) for event in self._queued]
        self._queued.clear()
        return effects

    def interrupt(self, response_id: str | None = None) -> list[Effect]:
        """Silence the player, and whatever else comes of this response."""
        if response_id is not None:
            self._silenced.add(response_id)
        if not self.ledger.sounding:
            return []
        return [FlushPlayback(self.ledger.flush())]

    # Reports of the player

    def played(self, epoch: int, samples: int, latency_ms: float = 0.0) -> list[Effect]:
        """Take the player's count of rendered samples (24 kHz) for an epoch."""
        return self._account([h.item_id for h in self.ledger.played(epoch, samples, latency_ms)])

    def flushed(self, epoch: int, samples: int, latency_ms: float = 0.0) -> list[Effect]:
        """Take the player's final count for a flushed epoch and truncate what was cut."""
        effects: list[Effect] = []
        cut = self.ledger.flushed(epoch, samples, latency_ms)
        for heard in cut:
            item = self.conversation.items.get(heard.item_id)
            if item is not None:
                item.state = "interrupted"
            if heard.played_ms > 0:
                effects += self._sent(
                    Event(
                        type="conversation.item.truncate",
                        event_id=self._new_id(),
                        item_id=heard.item_id,
                        content_index=heard.content_index,
                        audio_end_ms=min(heard.played_ms, heard.received_ms),
                    )
                )
        return effects + self._account([heard.item_id for heard in cut])

    # Server events

    def receive(self, event: Event) -> list[Effect]:
        """Apply one server event.

        Raises
        ------
        MalformedEvent
            If its audio is not base64; the state is as before.
        """
        handler = _HANDLERS.get(event.type)
        effects = handler(self, event) if handler else []
        changed = self.conversation.receive(event)
        if changed:
            effects.append(ItemsChanged(tuple(changed)))
        return self._acknowledged(event) + effects

    def _on_session(self, event: Event) -> list[Effect]:
        self.session = event["session"]
        self.conversation.transcribes = bool(_input_audio(self.session).get("transcription"))
        return []

    def _on_error(self, event: Event) -> list[Effect]:
        error = event["error"]
        event_id = self._blamed(error)
        if event_id is None:
            return []
        request = self._pending.pop(event_id)
        if error.get("code") == _ACTIVE_RESPONSE and request.type == "response.create":
            # The server began one of its own just before ours arrived: ours comes next.
            self._queued.appendleft(request)
            return []
        return [Settled(event_id, event), *self._next_response()]

    def _blamed(self, error: dict[str, Any]) -> str | None:
        event_id = error.get("event_id")
        if event_id in self._pending:
            return str(event_id)
        if error.get("code") == _ACTIVE_RESPONSE:
            return self._first_pending("response.create")
        return None

    def _on_response_created(self, event: Event) -> list[Effect]:
        response = event["response"]
        response_id = str(response.get("id"))
        request = self._request_of(response)
        if request is not None and is_out_of_band(self._pending[request]):
            self._out_of_band.add(response_id)
        if response_id not in self._out_of_band:
            self.active_response = response_id
        effects: list[Effect] = [ResponseStarted(response_id, request)]
        if request is not None:
            del self._pending[request]
            effects.append(Settled(request, event))
        return effects

    def _request_of(self, response: dict[str, Any]) -> str | None:
        """The pending request of a new response: by our metadata, else the oldest that fits."""
        metadata = response.get("metadata")
        if isinstance(metadata, dict) and REQUEST_KEY in metadata:
            return metadata[REQUEST_KEY] if metadata[REQUEST_KEY] in self._pending else None
        unmarked = (
            id
            for id, event in self._pending.items()
            if event.type == "response.create" and not _is_marked(event)
        )
        return next(unmarked, None)

    def _on_response_done(self, event: Event) -> list[Effect]:
        response = event["response"]
        response_id = str(response.get("id"))
        self._out_of_band.discard(response_id)
        if self.active_response == response_id:
            self.active_response = None
        return [ResponseEnded(response_id, response), *self._next_response()]

    def _on_output_item(self, event: Event) -> list[Effect]:
        item_id = str(event["item"].get("id"))
        self._items_of[item_id] = event["response_id"]
        return [OutputItemStarted(event["response_id"], item_id)]

    def _on_audio(self, event: Event) -> list[Effect]:
        audio = decode_audio(event["delta"])
        if len(audio) % 2 and self._output_is_pcm():
            raise MalformedEvent(f"got {len(audio)} bytes of PCM16, expected whole samples")
        response_id = str(event.get("response_id") or self._items_of.get(event["item_id"], ""))
        return [Play(event["item_id"], event["content_index"], audio, response_id)]

    def _on_audio_done(self, event: Event) -> list[Effect]:
        self.ledger.complete(event["item_id"])
        return [PlayEnd(event["item_id"])]

    def _on_speech_started(self, event: Event) -> list[Effect]:
        self.user_speaking = True
        effects: list[Effect] = [Speaking("user")]
        if self._interrupts():
            effects += self.interrupt(self.active_response)
        return effects

    def _on_speech_stopped(self, event: Event) -> list[Effect]:
        self.user_speaking = False
        return [Speaking("nobody")]

    def queue_playback(self, play: Play, n_samples: int, *, has_player: bool = True) -> bool:
        """Account for audio that has come, and say whether it is to be played.

        Parameters
        ----------
        play : Play
            The audio.
        n_samples : int
            Its length at 24 kHz.
        has_player : bool
            Whether anybody is there to play it.
        """
        sounds = has_player and play.response_id not in self._silenced
        self.ledger.receive(play.item_id, play.content_index, n_samples, silenced=not sounds)
        return sounds

    # Within

    def _sent(self, event: Event) -> list[Effect]:
        if event.type in ACKNOWLEDGED_BY:
            self._pending[event["event_id"]] = event
        return [Send(event)]

    def _acknowledged(self, event: Event) -> list[Effect]:
        if event.type == "response.created":
            return []  # tied to its request by metadata, in its handler
        for event_id, request in self._pending.items():
            if ACKNOWLEDGED_BY[request.type] == event.type and _same_item(request, event):
                del self._pending[event_id]
                return [Settled(event_id, event)]
        return []

    def _first_pending(self, type: str) -> str | None:
        return next((id for id, event in self._pending.items() if event.type == type), None)

    def _response_is_due(self) -> bool:
        """Whether the default conversation has, or will have, a response before the next one."""
        asked = (event for event in self._pending.values() if event.type == "response.create")
        return (
            self.active_response is not None
            or bool(self._queued)
            or any(not is_out_of_band(event) for event in asked)
        )

    def _next_response(self) -> list[Effect]:
        if not self._queued or self.active_response is not None:
            return []
        if any(
            event.type == "response.create" and not is_out_of_band(event)
            for event in self._pending.values()
        ):
            return []
        return self._sent(self._queued.popleft())

    def _interrupts(self) -> bool:
        detection = _input_audio(self.session).get("turn_detection")
        return not (isinstance(detection, dict) and detection.get("interrupt_response") is False)

    def _output_is_pcm(self) -> bool:
        output = (self.session.get("audio") or {}).get("output") or {}
        return str((output.get("format") or {}).get("type", "audio/pcm")) == "audio/pcm"

    def _account(self, item_ids: list[str]) -> list[Effect]:
        """Copy the ledger's account into the items that people see."""
        for item_id in item_ids:
            item = self.conversation.items.get(item_id)
            if item is not None:
                item.heard_ms = self.ledger.heard[item_id].played_ms
        return [ItemsChanged(tuple(item_ids))] if item_ids else []


def is_out_of_band(event: Event) -> bool:
    """Whether a ``response.create`` stays out of the default conversation."""
    return bool((event.get("response") or {}).get("conversation") == "none")


def _is_marked(event: Event) -> bool:
    return REQUEST_KEY in ((event.get("response") or {}).get("metadata") or {})


def _input_audio(session: dict[str, Any]) -> dict[str, Any]:
    audio = session.get("audio")
    audio_input = audio.get("input") if isinstance(audio, dict) else None
    return audio_input if isinstance(audio_input, dict) else {}


def _same_item(request: Event, event: Event) -> bool:
    """Whether an acknowledgement is about the item that the request named, if it named one."""
    asked = request.get("item_id") or (request.get("item") or {}).get("id")
    got = event.get("item_id") or (event.get("item") or {}).get("id")
    return bool(asked is None or asked == got)


_HANDLERS: dict[str, Callable[[SessionMachine, Event], list[Effect]]] = {
    "session.created": SessionMachine._on_session,
    "session.updated": SessionMachine._on_session,
    "error": SessionMachine._on_error,
    "response.created": SessionMachine._on_response_created,
    "response.done": SessionMachine._on_response_done,
    "response.output_item.added": SessionMachine._on_output_item,
    "response.output_audio.delta": SessionMachine._on_audio,
    "response.output_audio.done": SessionMachine._on_audio_done,
    "input_audio_buffer.speech_started": SessionMachine._on_speech_started,
    "input_audio_buffer.speech_stopped": SessionMachine._on_speech_stopped,
}
