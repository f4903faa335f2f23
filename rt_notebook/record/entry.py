"""One event of the log, and as one line of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from ..protocol.events import Event
from ..protocol.surrogates import escaped
from ..secret import redact

__all__ = [
    "CLIENT_EVENTS",
    "PLAYER_EVENTS",
    "AudioSpan",
    "Direction",
    "Entry",
    "entry_of",
    "from_json",
    "to_json",
]

Direction = Literal["sent", "received", "player", "client"]

#: What concerns the player, so that the log alone says what was heard: type → fields.
#: Samples are at 24 kHz and counted in the epoch; a flush ends one (`protocol.playback`).
PLAYER_EVENTS = {
    "player.opened": (),  # from the next audio on, somebody plays
    "player.closed": (),  # from the next audio on, nobody does
    "player.played": ("epoch", "samples", "latency_ms"),  # rendered, and the device's latency
    # An item's first loud sample: how long before this entry it left the loudspeaker (a
    # device's latency ahead of its entry, this is negative), right to ± error_ms.
    "player.audible": ("epoch", "samples", "latency_ms", "ago_ms", "error_ms"),
    "player.silenced": (),  # the user stopped every answer
    "player.interrupted": (),  # the user went on: what is made out of band, unheard, goes on
    "player.flushed": ("epoch", "samples", "latency_ms"),  # the final count of an ended epoch
}

#: What the client did by itself, so that the log alone says how the session went on.
CLIENT_EVENTS = {
    "client.disconnected": ("reason",),  # the connection ended
    "client.reconnected": (),  # what was sent since then gave another server the session
    "client.lost": ("reason",),  # the session, and there is no other connection
    "client.gave_up": ("request_id", "response_id"),  # one of them: its answer stays away
    "client.woke": ("seconds",),  # the machine slept: what sounded is silenced
}


class AudioSpan(NamedTuple):
    """A stretch of a track, in bytes of PCM16 at 24 kHz.

    Parameters
    ----------
    track : str
        ``"user"``, or the id of an assistant's item.
    start, length : int
        Counted from the begin of that track.
    offset : int
        The same place counted in the side's whole line, `Log.user` or `Log.assistant`.
    """

    track: str
    start: int
    length: int
    offset: int


class Entry(NamedTuple):
    """One event of the log.

    Parameters
    ----------
    time : float
        Monotonic seconds; only differences mean something.
    wall_time : float
        Unix seconds.
    direction : {"sent", "received", "player", "client"}
        Seen from the client; the last two are events of ours (`PLAYER_EVENTS`,
        `CLIENT_EVENTS`).
    event : Event
        Without its audio.
    audio : AudioSpan or None
        Where its audio is.
    size_bytes : int
        On the wire; 0 for what did not go over it.
    cell : int or None
        Execution count of the cell that asked for it.
    """

    time: float
    wall_time: float
    direction: Direction
    event: Event
    audio: AudioSpan | None = None
    size_bytes: int = 0
    cell: int | None = None


def to_json(entry: Entry) -> str:
    """Return an entry as one line, without its end; secrets are ``•••``, also by value."""
    value = {
        "time": entry.time,
        "wall_time": entry.wall_time,
        "direction": entry.direction,
        "size_bytes": entry.size_bytes,
        "cell": entry.cell,
        "audio": entry.audio,
        "event": entry.event,
    }
    kept = {name: one for name, one in value.items() if one is not None}
    text = json.dumps(kept, separators=(",", ":"), ensure_ascii=False, default=str)
    return redact(escaped(text))


def from_json(line: str | bytes) -> Entry:
    """Return the entry of a line that `to_json` made."""
    return entry_of(json.loads(line))


def entry_of(value: Mapping[str, Any]) -> Entry:
    """Return the entry of such a line's object."""
    span = value.get("audio")
    return Entry(
        value["time"],
        value["wall_time"],
        value["direction"],
        Event(value["event"]),
        AudioSpan(*span) if span else None,
        value["size_bytes"],
        value.get("cell"),
    )
