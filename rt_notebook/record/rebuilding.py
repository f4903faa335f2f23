"""From a log alone to the state that the session had: conversation, configuration, heard.

Theory of operation
-------------------
The log holds all that the state machine of the session was told, in order: what came, what
went out, what the player reported, and what the client did by itself (`CLIENT_EVENTS`). A
machine that is told the same comes to the same state. What it decides on the way was
carried out then and stands in the log: nothing is carried out again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from ..errors import LocalProtocolError
from ..protocol.effects import Effect, Play, PlayEnd
from ..protocol.events import Event
from ..protocol.machine import SessionMachine
from .entry import Entry
from .log import Log

__all__ = ["Rebuilding", "rebuild"]


class Rebuilding:
    """A state machine that a log is told to, entry by entry.

    Parameters
    ----------
    machine : SessionMachine, optional
        By default a new one.

    Attributes
    ----------
    machine : SessionMachine
        As it stood after the last entry that was taken.
    """

    def __init__(self, machine: SessionMachine | None = None) -> None:
        self.machine = machine or SessionMachine(new_id=lambda: "")
        self._has_player = False
        self._last_play: Play | None = None
        self._restoring: list[Event] | None = None

    @property
    def restores(self) -> bool:
        """Whether what is sent now gives another server the session."""
        return self._restoring is not None

    def take(self, entry: Entry) -> list[Effect]:
        """Tell the machine of an entry, and return what it made of it."""
        if entry.direction == "received":
            return self._receive(entry)
        if entry.direction == "sent":
            return self._send(entry)
        tell = _TOLD.get(entry.event.type)
        return [] if tell is None else tell(self, entry.event)

    def _receive(self, entry: Entry) -> list[Effect]:
        event = entry.event
        if event.type == "response.output_audio.delta":
            # The log keeps sound apart: what stands in its place is no base64.
            event = Event({**event, "delta": ""})
        effects = self.machine.receive(event)
        plays = (effect for effect in effects if isinstance(effect, Play))
        self._last_play = next(plays, self._last_play)
        if entry.audio is not None and self._last_play is not None:
            n_samples = entry.audio.length // 2
            self.machine.queue_playback(self._last_play, n_samples, has_player=self._has_player)
        for effect in effects:
            if isinstance(effect, PlayEnd):
                self.machine.end_playback(effect)
        return effects

    def _send(self, entry: Entry) -> list[Effect]:
        if self._restoring is not None:
            self._restoring.append(entry.event)
        elif "event_id" in entry.event:
            self.machine.sent(entry.event)
        return []

    # What the player told

    def _player_changes(self, event: Event) -> list[Effect]:
        self._has_player = event.type == "player.opened"
        return []

    def _silenced(self, event: Event) -> list[Effect]:
        with contextlib.suppress(LocalProtocolError):
            return self.machine.cancel(beside=event.type == "player.silenced")
        return []

    def _played(self, event: Event) -> list[Effect]:
        return self.machine.played(event["epoch"], event["samples"], event["latency_ms"])

    def _flushed(self, event: Event) -> list[Effect]:
        return self.machine.flushed(event["epoch"], event["samples"], event["latency_ms"])

    # What the client did by itself

    def _disconnected(self, event: Event) -> list[Effect]:
        self._restoring = []
        return self.machine.cut_off()

    def _reconnected(self, event: Event) -> list[Effect]:
        restoring, self._restoring = self._restoring or [], None
        return self.machine.resumed(restoring)

    def _gave_up(self, event: Event) -> list[Effect]:
        if "response_id" in event:
            return self.machine.abandon(event["response_id"])
        return self.machine.forget(event["request_id"])

    def _woke(self, event: Event) -> list[Effect]:
        return self.machine.interrupt()


_TOLD: dict[str, Callable[[Rebuilding, Event], list[Effect]]] = {
    "player.opened": Rebuilding._player_changes,
    "player.closed": Rebuilding._player_changes,
    "player.silenced": Rebuilding._silenced,
    "player.interrupted": Rebuilding._silenced,
    "player.played": Rebuilding._played,
    "player.flushed": Rebuilding._flushed,
    "client.disconnected": Rebuilding._disconnected,
    "client.reconnected": Rebuilding._reconnected,
    "client.gave_up": Rebuilding._gave_up,
    "client.woke": Rebuilding._woke,
}


def rebuild(log: Log) -> SessionMachine:
    """Return the state machine as it stood after the last entry of a log."""
    rebuilding = Rebuilding()
    for entry in log:
        rebuilding.take(entry)
    return rebuilding.machine
