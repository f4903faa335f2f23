"""What a log says, read once: utterances, responses, and what was played of them.

The log holds what happened on the wire and at the player, in order. The state machine that
ran the session runs again over it, so that conversation and playback stand here as they
stood there, whether the session is open, closed or was read from a file.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..protocol.conversation import Conversation
from ..protocol.effects import Effect, OutputItemStarted, Play, ResponseStarted
from ..protocol.events import Event
from ..protocol.heard import HeardItem, heard_items
from ..protocol.item import Item
from ..protocol.machine import SessionMachine
from ..protocol.requests import is_out_of_band
from ..record.log import Entry, Log

__all__ = ["BYTES_PER_MS", "Response", "Trace", "Utterance", "trace"]

BYTES_PER_MS = 48  # of every track: PCM16 at 24 kHz


@dataclass
class Utterance:
    """One thing that the user said or wrote. Times are the log's seconds.

    Parameters
    ----------
    item_id : str
        Its item.
    start_ms, end_ms : int or None
        Where the server's turn detection heard it, in the user's track.
    started, stopped, committed : float or None
        When ``speech_started``, ``speech_stopped`` and ``committed`` came.
    added : float or None
        When it stood in the conversation.
    """

    item_id: str
    start_ms: int | None = None
    end_ms: int | None = None
    started: float | None = None
    stopped: float | None = None
    committed: float | None = None
    added: float | None = None


@dataclass
class Response:
    """One answer of the model. Times are the log's seconds.

    Parameters
    ----------
    id : str
        The response's id.
    created : float
        When ``response.created`` came.
    session : dict
        The configuration in force then.
    out_of_band : bool
        Whether it stayed out of the conversation.
    utterances : tuple of Utterance
        What it answers: all that the user said since the response before.
    audio : list of Entry
        The events that brought its sound.
    audible, audible_error_ms : float or None
        When its first sample could be heard in the page, and how far off that may be.
    silent : float or None
        When the player had played, or cut, the last of it.
    cut_in : float or None
        When the user spoke, or stopped it, before its end.
    done : float or None
        When ``response.done`` came.
    body : dict
        The response object as it was last seen.
    item_ids : list of str
        What it made.
    """

    id: str
    created: float
    session: dict[str, Any]
    out_of_band: bool = False
    utterances: tuple[Utterance, ...] = ()
    audio: list[Entry] = field(default_factory=list)
    audible: float | None = None
    audible_error_ms: float | None = None
    silent: float | None = None
    cut_in: float | None = None
    done: float | None = None
    body: dict[str, Any] = field(default_factory=dict)
    item_ids: list[str] = field(default_factory=list)

    @property
    def status(self) -> str:
        """``in_progress``, ``completed``, ``cancelled``, ``incomplete`` or ``failed``."""
        return str(self.body.get("status") or "in_progress")


class Trace:
    """A log, read; see the module's text.

    Attributes
    ----------
    log : Log
        What was read.
    began, ended : float
        Time of the first entry and of the last one.
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
        self.utterances: dict[str, Utterance] = {}
        self.responses: dict[str, Response] = {}
        self.unanswered: list[Utterance] = []
        self._machine = SessionMachine(lambda: "")
        self._asked: dict[str, Event] = {}  # event id → response.create
        self._response_of: dict[str, Response] = {}  # by item
        self.had_player = False
        self._has_player = False
        self._unplayed: list[tuple[Play, int]] = []
        self._track_base_ms = 0.0
        self._sent_ends: list[int] = []  # of each chunk of the user's track, in bytes
        self._sent_times: list[float] = []
        for number, entry in enumerate(log):
            self.began = self.began if number else entry.time
            self.ended = max(self.ended, entry.time) if number else entry.time
            self._read(entry)
        self._queue_playback()

    @property
    def conversation(self) -> Conversation:
        """The items as they stand at the end."""
        return self._machine.conversation

    @property
    def heard(self) -> dict[str, HeardItem]:
        """How much of each spoken answer was heard, by item."""
        return heard_items(self.conversation, self._machine.ledger)

    def items(self, response: Response) -> list[Item]:
        """Return what a response made."""
        known = self.conversation.items
        return [known[item_id] for item_id in response.item_ids if item_id in known]

    def user_sound(self, start_ms: float, end_ms: float) -> bytes:
        """Return a stretch of what the user said."""
        start, end = (round(ms) * BYTES_PER_MS for ms in (start_ms, end_ms))
        return self.log.user.read(start, max(0, end - start))

    def sent_at(self, track_ms: float) -> float | None:
        """Return when the chunk was sent that holds this place of the user's track."""
        place = bisect.bisect_left(self._sent_ends, round(track_ms * BYTES_PER_MS))
        return self._sent_times[place] if place < len(self._sent_times) else None

    def spoke_at(self, said: Utterance) -> float | None:
        """Return when the user began to say something, None when the log does not tell.

        Turn detection hears a little back: where the sound was not sent without a gap, that
        lies before the gap. So it is counted from the end.
        """
        if said.start_ms is None or said.end_ms is None:
            return said.started or said.committed or said.added
        end = self.sent_at(said.end_ms) or said.stopped
        return None if end is None else end - (said.end_ms - said.start_ms) / 1000

    # One entry after the other

    def _read(self, entry: Entry) -> None:
        if entry.event.type not in ("player.opened", "player.closed"):
            # The log notes who plays behind the first sound that is, or is not, played.
            self._queue_playback()
        handler = _READ.get(entry.direction)
        if handler is not None:
            handler(self, entry)

    def _sent(self, entry: Entry) -> None:
        event = entry.event
        if entry.audio is not None:
            self._sent_ends.append(entry.audio.start + entry.audio.length)
            self._sent_times.append(entry.time)
        elif event.type == "response.create" and "event_id" in event:
            self._asked[event["event_id"]] = event
            self._machine.request(event)
        elif event.type == "response.cancel":
            target = event.get("response_id") or self._machine.active_response
            self._machine.interrupt(target)
            self._note_cut_in(entry.time)

    def _received(self, entry: Entry) -> None:
        event, effects = entry.event, []
        if entry.audio is None or not event.type.endswith(".delta"):
            effects = self._machine.receive(_without_sound(event))
        if entry.audio is not None:
            self._came(entry)
        for effect in effects:
            self._follow(effect, entry)
        note = _NOTED.get(event.type)
        if note is not None:
            note(self, entry)

    def _came(self, entry: Entry) -> None:
        event = entry.event
        item_id = str(event.get("item_id"))
        response = self.responses.get(str(event.get("response_id"))) or self._response_of.get(
            item_id
        )
        if response is not None:
            response.audio.append(entry)
        about = response.id if response is not None else ""
        play = Play(item_id, int(event.get("content_index", 0)), b"", about)
        self._unplayed.append((play, entry.audio.length // 2 if entry.audio is not None else 0))

    def _queue_playback(self) -> None:
        for play, n_samples in self._unplayed:
            self._machine.queue_playback(play, n_samples, has_player=self._has_player)
        self._unplayed.clear()

    def _follow(self, effect: Effect, entry: Entry) -> None:
        if isinstance(effect, ResponseStarted):
            asked = self._asked.get(effect.event_id or "")
            apart = asked is not None and is_out_of_band(asked)
            answered = () if apart else tuple(self.unanswered)
            if not apart:
                self.unanswered = []
            self.responses[effect.response_id] = Response(
                effect.response_id, entry.time, self._machine.session, apart, answered
            )
        elif isinstance(effect, OutputItemStarted) and effect.response_id in self.responses:
            response = self.responses[effect.response_id]
            response.item_ids.append(effect.item_id)
            self._response_of[effect.item_id] = response

    # What the server said

    def _session_created(self, entry: Entry) -> None:
        # A server counts from its own session's begin.
        self._track_base_ms = self._sent_ends[-1] / BYTES_PER_MS if self._sent_ends else 0.0

    def _speech_started(self, entry: Entry) -> None:
        said = self._utterance(entry.event["item_id"])
        said.started = entry.time
        said.start_ms = round(self._track_base_ms + entry.event["audio_start_ms"])
        self._note_cut_in(entry.time)

    def _speech_stopped(self, entry: Entry) -> None:
        said = self._utterance(entry.event["item_id"])
        said.stopped = entry.time
        said.end_ms = round(self._track_base_ms + entry.event["audio_end_ms"])

    def _committed(self, entry: Entry) -> None:
        said = self._utterance(entry.event["item_id"])
        said.committed = entry.time
        self._expects_answer(said)

    def _added(self, entry: Entry) -> None:
        item = entry.event["item"]
        if item.get("type") != "message" or item.get("id") in self._response_of:
            return
        if item.get("role") == "assistant":
            self.unanswered = []  # history that a client puts in was answered
        elif item.get("role") == "user":
            said = self._utterance(str(item.get("id")))
            said.added = said.added or entry.time
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

    def _player(self, entry: Entry) -> None:
        self.had_player = self.had_player or entry.event.type == "player.opened"
        told = _TOLD.get(entry.event.type)
        if told is not None:
            told(self, entry)

    def _opened(self, entry: Entry) -> None:
        self._has_player = entry.event.type == "player.opened"
        self._queue_playback()

    def _silenced(self, entry: Entry) -> None:
        self._machine.interrupt(self._machine.active_response)
        self._note_cut_in(entry.time)

    def _played(self, entry: Entry) -> None:
        event, ledger = entry.event, self._machine.ledger
        if event.type == "player.flushed" and event["epoch"] >= ledger.epoch:
            ledger.flush()
        count = ledger.flushed if event.type == "player.flushed" else ledger.played
        for heard in count(event["epoch"], event["samples"], event.get("latency_ms", 0.0)):
            response = self._response_of.get(heard.item_id)
            if response is not None and heard.state != "playing":
                response.silent = entry.time

    def _audible(self, entry: Entry) -> None:
        event = entry.event
        item_id = self._machine.ledger.item_at(event["epoch"], event.get("samples", 0))
        response = self._response_of.get(item_id or "")
        if response is not None and response.audible is None:
            response.audible = entry.time - event.get("ago_ms", 0.0) / 1000
            response.audible_error_ms = event.get("error_ms")

    def _note_cut_in(self, time: float) -> None:
        for response in reversed(self.responses.values()):
            if response.done is not None and not self._sounds(response):
                return
            if response.cut_in is None and not response.out_of_band:
                response.cut_in = time

    def _sounds(self, response: Response) -> bool:
        """Whether some of it was handed to the player and is not played yet."""
        accounts = (self._machine.ledger.heard.get(item_id) for item_id in response.item_ids)
        queued = any(account is not None and account.queued_samples for account in accounts)
        return queued and response.silent is None


def trace(log: Log) -> Trace:
    """Read a log."""
    return Trace(log)


def _without_sound(event: Event) -> Event:
    """The log keeps sound apart: what stands in its place is no base64."""
    return Event({**event, "delta": ""}) if event.type == "response.output_audio.delta" else event


_READ: dict[str, Callable[[Trace, Entry], None]] = {
    "sent": Trace._sent,
    "received": Trace._received,
    "player": Trace._player,
}
_NOTED: dict[str, Callable[[Trace, Entry], None]] = {
    "session.created": Trace._session_created,
    "input_audio_buffer.speech_started": Trace._speech_started,
    "input_audio_buffer.speech_stopped": Trace._speech_stopped,
    "input_audio_buffer.committed": Trace._committed,
    "conversation.item.added": Trace._added,
    "response.done": Trace._done,
}
_TOLD: dict[str, Callable[[Trace, Entry], None]] = {
    "player.opened": Trace._opened,
    "player.closed": Trace._opened,
    "player.silenced": Trace._silenced,
    "player.played": Trace._played,
    "player.flushed": Trace._played,
    "player.audible": Trace._audible,
}
