"""The client side of the protocol as one state machine.

Rules
-----
- Everything that decides what may be sent, and what a server event means, stands here.
- Events go in (`receive`, `request` …), effects come out, and the caller carries them out
  in order: it owns the socket, the clock and the player.

Theory of operation
-------------------
*Requests.* See `RequestLedger`.

*Responses.* The default conversation has one active response at a time. A
``response.create`` for it waits here until the one before is done; one with
``conversation: "none"`` goes out at once. A response is tied to its request by the
metadata that we put in, else by order of arrival. A response that no
request asked for was started by the server's turn detection.

*Playing.* One answer sounds after the other: see `PlayOrder`.

*Barge-in.* When the server hears speech, what still sounds is flushed at once, and late
audio of the interrupted response is not played. The player then says how much it had
rendered, and each item that was cut is truncated there.
"""

from __future__ import annotations

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
    Sound,
    SoundEnd,
    Speaking,
)
from .events import Event, MalformedEvent, decode_audio
from .heard import heard_items
from .play_order import Pieces, PlayOrder
from .playback import PlaybackLedger
from .repeats import Repeats
from .requests import RequestLedger, is_out_of_band
from .responses import Responses
from .restoring import Audio, Made, Reencoded, restored_items
from .session_facts import PCM, input_format, interrupts, output_format, transcribes

__all__ = ["SessionMachine"]


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
        self.user_speaking = False
        self._new_id = new_id
        self._requests = RequestLedger()
        self._repeats = Repeats()
        self._responses = Responses()
        self._order = PlayOrder(self.ledger, self._responses.goes_on)
        self._made_here: dict[str, Made] = {}
        self._called_off: set[str] = set()  # requests that were cancelled before they began

    # Requests

    def request(self, event: Event) -> list[Effect]:
        """Send a client event, or queue it when the protocol does not allow it now.

        Parameters
        ----------
        event : Event
            With its ``event_id``.
        """
        if event.type == "response.create":
            return self._requests.respond(event, self.active_response)
        self._made(event)
        return self._requests.send(event)

    def _made(self, event: Event) -> None:
        item = event.get("item")
        if event.type != "conversation.item.create" or not isinstance(item, dict):
            return
        # What answers a server is of no use to another.
        if "id" in item and item.get("type") != "mcp_approval_response":
            self._made_here[item["id"]] = (item, input_format(self.session))

    def sent(self, event: Event) -> None:
        """Take note of a client event that went out, as a log tells it."""
        self._requests.forget(event["event_id"])
        self._made(event)
        self._requests.send(event)

    def cancel(self, *, beside: bool = True) -> list[Effect]:
        """Stop what is being made, what sounds, and what waits its turn.

        Parameters
        ----------
        beside : bool
            Whether also what is made out of band and does not sound.

        Raises
        ------
        LocalProtocolError
            If there is nothing to stop.
        """
        effects: list[Effect] = []
        if self.active_response is not None:
            effects.append(self._stop(self.active_response))
        effects += self.interrupt()
        if beside:
            effects += map(self._stop, self._responses.beside(speaking=False))
        asked = self._requests.asked(beside=beside)
        dropped = self._requests.drop_queued()
        if not effects and not dropped and not asked:
            raise LocalProtocolError("no response is in progress, nothing to cancel")
        self._called_off |= asked
        return effects + dropped

    def abandon(self, response_id: str) -> list[Effect]:
        """Go on without the end of a response that does not come."""
        self._responses.end(response_id)
        return [self._stop(response_id), *self._order.due(), *self._next_response()]

    def forget(self, event_id: str) -> list[Effect]:
        """Go on without the answer to a request."""
        self._requests.forget(event_id)
        return self._next_response()

    @property
    def active_response(self) -> str | None:
        """The response that the default conversation has in progress."""
        return self._responses.active

    @property
    def behind_another(self) -> frozenset[str]:
        """Event ids of the responses that wait for another one to end."""
        return self._requests.behind_another(self.active_response)

    @property
    def at_rest(self) -> bool:
        """Whether nobody speaks, nothing sounds and no answer is being made."""
        return not (self.active_response or self.user_speaking or self.ledger.sounding)

    def interrupt(self) -> list[Effect]:
        """Silence the player, and what else comes of that which sounds or is being said.

        The server itself ends what it says in the conversation, and nothing beside it.
        """
        if self.active_response is not None:
            self._responses.silence(self.active_response)
        effects: list[Effect] = [*map(self._stop, self._responses.beside(speaking=True))]
        effects += self._order.clear()
        if self.ledger.sounding:
            effects.append(FlushPlayback(self.ledger.flush()))
        return effects

    # From one connection to the next

    def cut_off(self) -> list[Effect]:
        """Settle what ended with the connection; what can be asked again waits for `resume`."""
        effects: list[Effect] = [Speaking("nobody")] if self.user_speaking else []
        self.user_speaking = False
        self._responses.cut_off()
        effects += self._order.due()
        changed = self.conversation.cut_off()
        if changed:
            effects.append(ItemsChanged(tuple(changed)))
        return self._requests.cut_off() + effects

    def resume(
        self, asked: dict[str, Any], audio: Audio, reencoded: Reencoded
    ) -> tuple[list[Event], list[Effect]]:
        """Give another server the session, then what was asked of the one before.

        Parameters
        ----------
        asked : dict
            What the user configured, in GA's nesting; sparse.
        audio : callable
            Gives what the user said in an item, as base64 in the session's input format, or
            None when it is not known.
        reencoded : callable
            Gives an item that the client made, whose sound is in the input format it is given
            with, with its sound in the session's.

        Returns
        -------
        restoring : list of Event
            What restores the session: ``session.update``, then an event for each item.
        effects : list of Effect
            What is to be done when `restoring` has been sent.
        """
        heard = heard_items(self.conversation, self.ledger).items()
        cut = {item_id: account.heard_text for item_id, account in heard if account.state == "cut"}
        restoring = [
            Event(type="conversation.item.create", event_id=self._new_id(), item=item)
            for item in restored_items(self.conversation, cut, self._made_here, audio, reencoded)
        ]
        if asked:
            update = Event(type="session.update", event_id=self._new_id(), session=asked)
            restoring.insert(0, update)
        return restoring, self.resumed(restoring)

    def resumed(self, restoring: list[Event]) -> list[Effect]:
        """Count on another server that is given `restoring`, and ask again what had no answer."""
        items = [event["item"] for event in restoring if event.type == "conversation.item.create"]
        self.conversation.restored([item["id"] for item in items])
        return self._requests.resume(restoring) + self._next_response()

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
            if heard.played_ms > 0 and self._responses.has_spoken(heard.item_id):
                effects += self._requests.send(
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
            If its audio is not base64, or it is a delta that came before; the state is as before.
        """
        if self._repeats.has(event):
            raise MalformedEvent(f"{event.type}: came twice")
        handler = _HANDLERS.get(event.type)
        effects = handler(self, event) if handler else []
        changed = self.conversation.receive(event)
        self._repeats.note(event)
        if changed:
            effects.append(ItemsChanged(tuple(changed)))
        return self._requests.acknowledged(event) + effects

    def _on_session(self, event: Event) -> list[Effect]:
        if event.type == "session.created" and self.session:
            return []  # of another connection: what was in force is restored
        self.session = event["session"]
        self.conversation.transcribes = transcribes(self.session)
        return []

    def _on_error(self, event: Event) -> list[Effect]:
        settled = self._requests.refused(event)
        return [*settled, *self._next_response()] if settled else []

    def _on_response_created(self, event: Event) -> list[Effect]:
        response = event["response"]
        response_id = str(response.get("id"))
        request = self._requests.begun(response)
        out_of_band = request is not None and is_out_of_band(request)
        speaks = "audio" in (response.get("output_modalities") or ())
        self._responses.begin(response_id, out_of_band=out_of_band, speaks=speaks)
        if request is None:
            return [ResponseStarted(response_id, None)]
        event_id = request["event_id"]
        begun: list[Effect] = [ResponseStarted(response_id, event_id), Settled(event_id, event)]
        if event_id in self._called_off:
            self._called_off.remove(event_id)
            begun.append(self._stop(response_id))
        return begun

    def _on_response_done(self, event: Event) -> list[Effect]:
        response = event["response"]
        response_id = str(response.get("id"))
        self._responses.end(response_id)
        ended = ResponseEnded(response_id, response)
        return [*self._order.due(), ended, *self._next_response()]

    def _on_output_item(self, event: Event) -> list[Effect]:
        item_id = str(event["item"].get("id"))
        self._responses.add_item(item_id, event["response_id"])
        return [OutputItemStarted(event["response_id"], item_id)]

    def _on_audio(self, event: Event) -> list[Effect]:
        audio = decode_audio(event["delta"])
        if len(audio) % 2 and output_format(self.session) == PCM:
            raise MalformedEvent(f"got {len(audio)} bytes of PCM16, expected whole samples")
        response_id = self._responses.speak(event)
        return [Play(event["item_id"], event["content_index"], audio, response_id)]

    def _on_audio_done(self, event: Event) -> list[Effect]:
        self.ledger.complete(event["item_id"])
        return [PlayEnd(event["item_id"], self._responses.of(event))]

    def _on_speech_started(self, event: Event) -> list[Effect]:
        self.user_speaking = True
        effects: list[Effect] = [Speaking("user")]
        if interrupts(self.session):
            effects += self.interrupt()
        return effects

    def _on_speech_stopped(self, event: Event) -> list[Effect]:
        self.user_speaking = False
        return [Speaking("nobody")]

    def queue_playback(self, play: Play, n_samples: int, *, has_player: bool = True) -> Pieces:
        """Account for audio that has come, and return what is due to be played.

        Parameters
        ----------
        play : Play
            The audio.
        n_samples : int
            Its length at 24 kHz.
        has_player : bool
            Whether anybody is there to play it.
        """
        self.ledger.receive(play.item_id, play.content_index, n_samples)
        if not has_player or not self._responses.may_sound(play.response_id):
            return []
        return self._order.put(play.response_id, Sound(play.item_id, play.audio, n_samples))

    def end_playback(self, end: PlayEnd) -> Pieces:
        """Take note that an item's audio is complete, and return what is due to be played."""
        if not self._responses.may_sound(end.response_id):
            return []
        return self._order.put(end.response_id, SoundEnd(end.item_id))

    # Within

    def _stop(self, response_id: str) -> Send:
        """Cancel a response, and hear no more of it."""
        self._responses.silence(response_id)
        cancel = Event(type="response.cancel", event_id=self._new_id(), response_id=response_id)
        return Send(cancel)

    def _next_response(self) -> list[Effect]:
        return self._requests.next_response(self.active_response)

    def _account(self, item_ids: list[str]) -> list[Effect]:
        """Copy the ledger's account into the items that people see."""
        for item_id in item_ids:
            item = self.conversation.items.get(item_id)
            if item is not None:
                item.heard_ms = self.ledger.heard[item_id].played_ms
        return [ItemsChanged(tuple(item_ids))] if item_ids else []


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
