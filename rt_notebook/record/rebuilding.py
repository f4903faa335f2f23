"""From a log alone to the state that the session had: conversation, configuration, heard."""

from __future__ import annotations

from ..protocol.effects import Play
from ..protocol.events import Event
from ..protocol.machine import SessionMachine
from .entry import Entry
from .log import Log

__all__ = ["greet_again", "rebuild"]


def rebuild(log: Log) -> SessionMachine:
    """Return the state machine as it stood after the last entry of a log."""
    machine = SessionMachine(new_id=lambda: "")
    has_player = False
    last: Play | None = None
    for entry in log:
        if entry.event.type == "session.created" and machine.session:
            greet_again(machine)
        if entry.direction == "received":
            last = _receive(machine, entry, last, has_player=has_player)
        elif entry.event.type in ("player.opened", "player.closed"):
            has_player = entry.event.type == "player.opened"
        elif entry.event.type == "player.silenced":
            machine.interrupt(machine.active_response)
        elif entry.event.type in ("player.played", "player.flushed"):
            take = machine.played if entry.event.type == "player.played" else machine.flushed
            event = entry.event
            take(event["epoch"], event["samples"], event["latency_ms"])
    return machine


def greet_again(machine: SessionMachine) -> None:
    """Let a machine know that the connection ended and another server begins to speak.

    The log tells it by a second ``session.created``; the items that the server is given
    again are those that stand.
    """
    machine.active_response, machine.user_speaking = None, False
    machine.conversation.cut_off()
    machine.conversation.restored(machine.conversation.order)


def _receive(
    machine: SessionMachine, entry: Entry, last: Play | None, *, has_player: bool
) -> Play | None:
    event = entry.event
    if event.type == "response.output_audio.delta":
        event = Event({**event, "delta": ""})  # the audio itself changes nothing
    plays = (effect for effect in machine.receive(event) if isinstance(effect, Play))
    last = next(plays, last)
    if entry.audio is not None and last is not None:
        machine.queue_playback(last, entry.audio.length // 2, has_player=has_player)
    return last
