"""The session's engine over a recording: what came comes again, what was done is done again.

Theory of operation
-------------------
The log holds everything that the engine was told: what the server sent, what was asked
for, what the player reported. Told again in the same order, the same engine comes to the
same transcripts, truncates and callbacks. Only what decides by chance or by the world
outside is taken from the recording: ids, time, sizes, and whether somebody plays.

What the engine sends of its own (truncates, cancels, responses that waited their turn, what
another connection is asked again) it sends again by itself; `redo` asks for the rest.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ..errors import ConnectionLost, LocalProtocolError, RealtimeError
from ..protocol.effects import Effect, Play, PlayEnd
from ..protocol.events import Event
from ..protocol.surrogates import escaped
from ..record.entry import Direction, Entry
from ..record.log import Log
from ..record.rebuilding import Rebuilding
from .clock import Clock
from .core import SessionCore
from .identity import new_id
from .reply import Reply
from .transport import Transport
from .waiting import Acknowledgement
from .wire import Wire

__all__ = ["ReplayCore"]

_MADE_BY_THE_MACHINE = ("conversation.item.truncate", "response.cancel")


class ReplayCore(SessionCore):
    """`SessionCore` that takes its ids, its times and its player from a recording.

    Parameters
    ----------
    transport : Transport
        Gives the recorded frames (`frame_of`) and calls `redo` for the rest.
    recorded : Log
        What happened.
    clock : Clock
        For what waits meanwhile.
    """

    def __init__(self, transport: Transport, recorded: Log, clock: Clock) -> None:
        self._recorded = recorded
        self._now: Entry | None = None
        self._of_machine: deque[str] = deque()
        self._entries_sent: dict[str, deque[Entry]] = {}
        self._ids_sent: set[str] = set()
        for entry in recorded:
            event_id = entry.event.get("event_id")
            if entry.direction == "sent" and isinstance(event_id, str):
                self._entries_sent.setdefault(event_id, deque()).append(entry)
                if entry.event.type in _MADE_BY_THE_MACHINE:
                    self._of_machine.append(event_id)
        super().__init__(transport, clock=clock)
        self._rebuilding = Rebuilding(self.machine)
        self.line.wire = self._kept_audio = _KeptAudio()
        # A log may begin without ``session.created``, and nobody waits for it.
        self.created.add_done_callback(asyncio.Future.exception)

    def frame_of(self, entry: Entry) -> str:
        """Return what came, as the frame that brought it; its audio waits beside it."""
        self._now = entry
        self._kept_audio.sound = self._recorded.sound(entry.audio) if entry.audio else b""
        bare = {**entry.event, "delta": ""} if entry.audio else entry.event
        return escaped(json.dumps(bare, ensure_ascii=False, default=str))

    def redo(self, entry: Entry) -> None:
        """Do what was done then: send, or take what the player told."""
        self._now = entry
        if entry.direction == "player":
            _PLAYER.get(entry.event.type, ReplayCore._tell_again)(self, entry.event)
        elif entry.direction == "client":
            self._go_through_again(entry)
        elif entry.audio is not None:
            self.transmit(entry.event, self._recorded.sound(entry.audio))
        elif self._rebuilding.restores:
            self._rebuilding.take(entry)
            self.transmit(entry.event)
        elif entry.event.get("event_id") not in self._ids_sent:
            self._ask_again(Event(entry.event))

    # What a page or a user does to a replay has no effect on it

    def append_audio(self, pcm: bytes) -> None:
        """Take no notice: nobody listens."""

    def played(self, epoch: int, samples: int, latency_ms: float) -> None:
        """Take no notice: what counts was recorded."""

    def flushed(self, epoch: int, samples: int, latency_ms: float) -> None:
        """Take no notice: what counts was recorded."""

    def cancel(self) -> None:
        """Take no notice: what was said was said."""

    # Within

    def _ask_again(self, event: Event) -> None:
        event.setdefault("event_id", new_id("event"))
        if event.type == "response.create":
            super().respond(Reply(self.machine.conversation, self.log), event)
        else:
            super().request(Acknowledgement(event))

    def _go_through_again(self, entry: Entry) -> None:
        event = entry.event
        self._keep("client", event)
        if event.type == "client.disconnected":
            self.line.forget_answers(ConnectionLost(str(event["reason"])))
        elif event.type == "client.gave_up":
            given_up = str(event.get("response_id") or event.get("request_id"))
            self.outstanding.fail(given_up, RealtimeError("no answer came"))
            self.settings.forget(given_up)
        self.perform(self._rebuilding.take(entry))

    def _tell_again(self, event: Event) -> None:
        self._keep("player", event)

    def _silence_again(self, event: Event) -> None:
        if event.type == "player.interrupted":
            self.interrupt()
        else:
            with contextlib.suppress(LocalProtocolError):
                super().cancel()

    def _count_again(self, event: Event) -> None:
        count = super().played if event.type == "player.played" else super().flushed
        count(event["epoch"], event["samples"], event["latency_ms"])

    def _player_changes(self, event: Event) -> None:
        self._can_play = event.type == "player.opened"
        self._keep("player", event)

    def _note_player(self) -> None:
        """Nothing: whether somebody played was recorded."""

    def _next_id(self) -> str:
        return self._of_machine.popleft() if self._of_machine else new_id("event")

    def _keep(
        self,
        direction: Direction,
        event: Event,
        audio: bytes = b"",
        size_bytes: int = 0,
        cell: int | None = None,
    ) -> Entry:
        """Log an event with the time, the size and the cell that it had."""
        then = self._now
        if direction == "sent":
            event_id = str(event.get("event_id"))
            self._ids_sent.add(event_id)
            with contextlib.suppress(ValueError):
                self._of_machine.remove(event_id)
            if recorded := self._entries_sent.get(event_id):
                then = recorded.popleft()
        if then is None:
            return super()._keep(direction, event, audio, size_bytes, cell)
        if direction in ("sent", "received"):
            size_bytes, cell = then.size_bytes, then.cell
        return self.log.append(direction, event, then.time, then.wall_time, audio, size_bytes, cell)


class _KeptAudio(Wire):
    """The codec of a recording: it is GA, and its audio is PCM16 already."""

    def __init__(self) -> None:
        super().__init__("ga")
        self.sound = b""

    def audio_frame(self, pcm: bytes, session: Mapping[str, Any]) -> str:
        """Nothing: nobody takes it."""
        return ""

    def decoded(self, effects: Iterable[Effect], session: Mapping[str, Any]) -> Iterator[Effect]:
        """Put the recorded audio where it was."""
        for effect in effects:
            if isinstance(effect, Play):
                self._last_play = dataclasses.replace(effect, audio=self.sound)
                yield self._last_play
                continue
            if isinstance(effect, PlayEnd) and self.sound and self._last_play is not None:
                yield dataclasses.replace(self._last_play, audio=self.sound)
            yield effect


_PLAYER: dict[str, Callable[[ReplayCore, Event], None]] = {
    "player.opened": ReplayCore._player_changes,
    "player.closed": ReplayCore._player_changes,
    "player.silenced": ReplayCore._silence_again,
    "player.interrupted": ReplayCore._silence_again,
    "player.played": ReplayCore._count_again,
    "player.flushed": ReplayCore._count_again,
}
