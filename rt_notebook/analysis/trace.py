"""What a log says, read once: utterances, responses, and what was played of them.

The log holds what happened on the wire and at the player, in order. The state machine that
ran the session is told it again (`record.rebuilding`), so that conversation and playback
stand here as they stood there; beside that stands when everything was.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..protocol.conversation import Conversation
from ..protocol.effects import Effect, ItemsChanged, OutputItemStarted, ResponseStarted
from ..protocol.events import Event
from ..protocol.heard import HeardItem, heard_items
from ..protocol.item import Item
from ..protocol.requests import is_out_of_band
from ..record.entry import Direction
from ..record.log import Entry, Log
from ..record.rebuilding import Rebuilding
from .exchange import Response, Utterance
from .user_track import UserTrack

__all__ = ["Trace", "trace"]


class Trace:
    """A log, read; see the module's text.

    Attributes
    ----------
    log : Log
        What was read.
    began, ended : float
        Time of the first entry and of the last one.
    user : UserTrack
        When the user's audio was sent.
    utterances : dict of str to Utterance
        By item, in the order in which they began.
    responses : dict of str to Response
        By id, in the order in which they began.
    unanswered : list of Utterance
        What was said since the last response.
    had_player : bool
        Whether anybody ever played what came.
    """

    def __init__(self, log: Log) -> None:
        self.log = log
        self.began = self.ended = 0.0
        self.user = UserTrack(log)
        self.utterances: dict[str, Utterance] = {}
        self.responses: dict[str, Response] = {}
        self.unanswered: list[Utterance] = []
        self.had_player = False
        self._rebuilding = Rebuilding()
        self._asked: dict[str, Event] = {}  # event id → response.create
        self._response_of: dict[str, Response] = {}  # by item
        self._added_ids: set[str] = set()
        self._names_conversation = False
        for number, entry in enumerate(log):
            self.began = self.began if number else entry.time
            self.ended = max(self.ended, entry.time) if number else entry.time
            self._read(entry)

    @property
    def conversation(self) -> Conversation:
        """The items as they stand at the end."""
        return self._rebuilding.machine.conversation

    @property
    def heard(self) -> dict[str, HeardItem]:
        """How much of each spoken answer was heard, by item."""
        return heard_items(self.conversation, self._rebuilding.machine.ledger)

    def items(self, response: Response) -> list[Item]:
        """Return what a response made."""
        known = self.conversation.items
        return [known[item_id] for item_id in response.item_ids if item_id in known]

    # One entry after the other

    def _read(self, entry: Entry) -> None:
        effects = self._rebuilding.take(entry)
        if entry.audio is not None:
            self._sound_of(entry)
        for effect in effects:
            self._follow(effect, entry)
        note = _NOTED[entry.direction].get(entry.event.type)
        if note is not None:
            note(self, entry)

    def _sound_of(self, entry: Entry) -> None:
        if entry.direction == "sent":
            self.user.sent(entry)
            return
        event = entry.event
        response = self.responses.get(str(event.get("response_id")))
        response = response or self._response_of.get(str(event.get("item_id")))
        if response is not None:
            response.audio.append(entry)

    def _follow(self, effect: Effect, entry: Entry) -> None:
        if isinstance(effect, ResponseStarted):
            self._response_started(effect, entry)
        elif isinstance(effect, OutputItemStarted) and effect.response_id in self.responses:
            response = self.responses[effect.response_id]
            response.item_ids.append(effect.item_id)
            self._response_of[effect.item_id] = response
        elif isinstance(effect, ItemsChanged) and entry.direction == "player":
            self._played(effect.item_ids, entry.time)

    def _response_started(self, effect: ResponseStarted, entry: Entry) -> None:
        asked = self._asked.get(effect.event_id or "")
        beside = self._is_beside(entry.event.get("response") or {})
        apart = beside if asked is None else is_out_of_band(asked)
        answered = () if apart else tuple(self.unanswered)
        if not apart:
            self.unanswered = []
        session = self._rebuilding.machine.session
        response = Response(effect.response_id, entry.time, session, apart, answered)
        self.responses[response.id] = response

    def _is_beside(self, response: dict[str, Any]) -> bool:
        """Whether a response names no conversation, on a server that names it of others."""
        named = response.get("conversation_id", "")
        self._names_conversation = self._names_conversation or bool(named)
        return named is None and self._names_conversation

    # What the client did

    def _asks(self, entry: Entry) -> None:
        self._asked[str(entry.event.get("event_id"))] = entry.event

    def _disconnected(self, entry: Entry) -> None:
        for response in self.responses.values():
            if response.done is None:
                response.done, response.body = entry.time, {**response.body, "status": "failed"}

    # What the server said

    def _session_created(self, entry: Entry) -> None:
        self.user.begin()

    def _speech_started(self, entry: Entry) -> None:
        said = self._utterance(entry.event["item_id"])
        said.started = entry.time
        said.start_ms = self.user.place_ms(entry.event["audio_start_ms"])
        self._cut_in(entry)

    def _speech_stopped(self, entry: Entry) -> None:
        said = self._utterance(entry.event["item_id"])
        said.stopped = entry.time
        said.end_ms = self.user.place_ms(entry.event["audio_end_ms"])

    def _committed(self, entry: Entry) -> None:
        said = self._utterance(entry.event["item_id"])
        said.committed = entry.time
        self._expects_answer(said)

    def _added(self, entry: Entry) -> None:
        item = entry.event["item"]
        item_id = str(item.get("id"))
        if item.get("type") != "message" or item_id in self._response_of:
            return
        if item_id in self._added_ids:
            return  # another server was given what stood here before
        self._added_ids.add(item_id)
        if item.get("role") == "assistant":
            # History that a client puts in was answered; what was spoken here is not history.
            self.unanswered = [said for said in self.unanswered if said.committed is not None]
        elif item.get("role") == "user":
            said = self._utterance(item_id)
            said.added = entry.time
            if said.committed is None:
                self._expects_answer(said)

    def _done(self, entry: Entry) -> None:
        response = self.responses.get(str(entry.event["response"].get("id")))
        if response is not None:
            response.done, response.body = entry.time, entry.event["response"]

    def _utterance(self, item_id: str) -> Utterance:
        return self.utterances.setdefault(item_id, Utterance(item_id))

    def _expects_answer(self, said: Utterance) -> None:
        if said not in self.unanswered:
            self.unanswered.append(said)

    # What the player told

    def _opened(self, entry: Entry) -> None:
        self.had_player = True

    def _played(self, item_ids: tuple[str, ...], time: float) -> None:
        for item_id in item_ids:
            account = self._rebuilding.machine.ledger.heard.get(item_id)
            response = self._response_of.get(item_id)
            if response is not None and account is not None and account.state != "playing":
                response.silent = time

    def _audible(self, entry: Entry) -> None:
        event = entry.event
        ledger = self._rebuilding.machine.ledger
        response = self._response_of.get(ledger.item_at(event["epoch"], event["samples"]) or "")
        if response is not None and response.audible is None:
            response.audible = entry.time - event.get("ago_ms", 0.0) / 1000
            response.audible_error_ms = event.get("error_ms")

    def _cancels(self, entry: Entry) -> None:
        named = self.responses.get(str(entry.event.get("response_id")))
        if named is None or not named.out_of_band:
            self._cut_in(entry)

    def _cut_in(self, entry: Entry) -> None:
        for response in reversed(self.responses.values()):
            if response.done is not None and not self._sounds(response):
                return
            if response.cut_in is None and not response.out_of_band:
                response.cut_in = entry.time

    def _sounds(self, response: Response) -> bool:
        """Whether some of it was handed to the player and is not played yet."""
        heard = self._rebuilding.machine.ledger.heard
        accounts = (heard.get(item_id) for item_id in response.item_ids)
        queued = any(account is not None and account.queued_samples for account in accounts)
        return queued and response.silent is None


def trace(log: Log) -> Trace:
    """Read a log."""
    return Trace(log)


#: Of what one side alone can tell: whatever a user sends by hand is not the server's word.
_NOTED: dict[Direction, dict[str, Callable[[Trace, Entry], None]]] = {
    "received": {
        "session.created": Trace._session_created,
        "input_audio_buffer.speech_started": Trace._speech_started,
        "input_audio_buffer.speech_stopped": Trace._speech_stopped,
        "input_audio_buffer.committed": Trace._committed,
        "conversation.item.added": Trace._added,
        "response.done": Trace._done,
    },
    "sent": {"response.create": Trace._asks, "response.cancel": Trace._cancels},
    "player": {
        "player.opened": Trace._opened,
        "player.silenced": Trace._cut_in,
        "player.interrupted": Trace._cut_in,
        "player.audible": Trace._audible,
    },
    "client": {
        "client.disconnected": Trace._disconnected,
        "client.lost": Trace._disconnected,
    },
}
