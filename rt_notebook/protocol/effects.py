"""What the state machine asks its owner to do, in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .events import Event

__all__ = [
    "Dropped",
    "Effect",
    "FlushPlayback",
    "ItemsChanged",
    "OutputItemStarted",
    "Play",
    "PlayEnd",
    "ResponseEnded",
    "ResponseStarted",
    "Send",
    "Settled",
    "Sound",
    "SoundEnd",
    "Speaking",
]


@dataclass(slots=True)
class Send:
    """Send this event to the server."""

    event: Event


@dataclass(slots=True)
class Settled:
    """A request was acknowledged by `event`, or refused by it if it is an ``error``."""

    event_id: str
    event: Event


@dataclass(slots=True)
class Dropped:
    """A request ended with the connection: no answer comes, and it is not sent again."""

    event_id: str


@dataclass(slots=True)
class ResponseStarted:
    """A response began; `event_id` is its request's, None when the server began it."""

    response_id: str
    event_id: str | None


@dataclass(slots=True)
class OutputItemStarted:
    """A response began to make this item."""

    response_id: str
    item_id: str


@dataclass(slots=True)
class ResponseEnded:
    """A response ended; `response` is its last state, usage included."""

    response_id: str
    response: dict[str, Any]


@dataclass(slots=True)
class Play:
    """Play this audio (wire format of the session's output), when its turn has come."""

    item_id: str
    content_index: int
    audio: bytes
    response_id: str


@dataclass(slots=True)
class PlayEnd:
    """The item's audio is complete."""

    item_id: str
    response_id: str


@dataclass(slots=True)
class Sound:
    """Hand this audio to the player: its turn has come."""

    item_id: str
    audio: bytes
    n_samples: int  # at 24 kHz; a log that is read again has them without the audio


@dataclass(slots=True)
class SoundEnd:
    """Tell the player that it has all that is to be heard of the item."""

    item_id: str


@dataclass(slots=True)
class FlushPlayback:
    """Silence the player at once and report its count for the epoch that ended."""

    epoch: int


@dataclass(slots=True)
class ItemsChanged:
    """These items look different now."""

    item_ids: tuple[str, ...]


@dataclass(slots=True)
class Speaking:
    """Who the server hears speaking: ``user``, ``assistant`` or ``nobody``."""

    who: str


Effect = (
    Send
    | Settled
    | Dropped
    | ResponseStarted
    | OutputItemStarted
    | ResponseEnded
    | Play
    | PlayEnd
    | Sound
    | SoundEnd
    | FlushPlayback
    | ItemsChanged
    | Speaking
)
