"""The messages between a browser page and the kernel, the same on both paths.

A message is a JSON object with a ``kind`` and at most one binary payload. Over the
comm it is an anywidget custom message; over the direct WebSocket it is one binary
frame (`pack`). ``comm.js`` lists the same kinds: ``tests/notebook/test_comm.py``
holds the two lists against each other.

Addressing: every page of a notebook receives every comm message, so a message to one
page carries its ``client`` id, and a page ignores what is addressed to another.

Audio in either direction is mono PCM16, little-endian, 24 kHz.
"""

from __future__ import annotations

import json
import struct
from typing import Any

from ..errors import RealtimeError

__all__ = [
    "KERNEL_KINDS",
    "MAX_MESSAGE_BYTES",
    "PAGE_KINDS",
    "MalformedMessage",
    "Message",
    "pack",
    "page_message",
    "unpack",
]

MAX_MESSAGE_BYTES = 8 * 1024 * 1024
_LENGTH = struct.Struct("<I")

#: Page to kernel: kind → fields besides ``kind`` and ``client``. ``+pcm`` marks a payload.
PAGE_KINDS: dict[str, tuple[str, ...]] = {
    # A page came up (`initialize`), or shows one view more or less. `can_record` is a
    # reason when it cannot: "" | "insecure" | "no-device-api" | "no-worklet". `number` counts
    # a page's hellos from 0: the kernel may take the first on another thread, and later.
    "hello": ("number", "origin", "hostname", "secure", "can_record", "public_key", "views"),
    "bye": (),
    # The user acted here: this page now owns microphone and speaker.
    "claim": (),
    "release": (),
    # seq counts the page's chunks from 0; `dropped_ms` is the total so far.
    "mic-chunk": ("seq", "dropped_ms", "+pcm"),
    # state: "open" | "muted" | "closed" | "denied" | "ended" (the device went away).
    "mic-state": ("state", "reason", "sample_rate_hz"),
    # Push-to-talk: True while the key is held.
    "talk": ("down",),
    # samples: rendered to the output since the epoch began; latency_ms: the device's.
    "played": ("epoch", "samples", "latency_ms", "buffered_ms"),
    # An item's first loud sample: at_ms is when it left the loudspeaker, on the kernel's
    # clock (see "pong"), right to ± error_ms.
    "audible": ("epoch", "samples", "latency_ms", "at_ms", "error_ms"),
    "flushed": ("epoch", "samples", "latency_ms"),
    # Of what plays, this number comes next; it may have been lost, with all that follow it.
    "resend": ("epoch", "seq"),
    "say": ("text",),
    # A decoded audio file, in pieces; `last` ends it.
    "audio-file": ("name", "last", "+pcm"),
    "cancel": (),
    # The answer to a question of "approvals".
    "approve": ("nonce", "allow"),
    # Whether the saved cell keeps what was said as sound.
    "keep-audio": ("on",),
    # What speech does while the reply sounds: see `RealtimeSession.barge_in`, `half_duplex`.
    "switches": ("barge_in", "half_duplex"),
    # A page asks for the round trip of its path; the kernel echoes `t_ms` as "pong".
    "ping": ("t_ms",),
}

#: Kernel to page.
KERNEL_KINDS: dict[str, tuple[str, ...]] = {
    # All a page needs to show the talk so far: answer to "hello".
    "snapshot": ("client", "items", "order", "notices"),
    # Changed items; `order` is the list of all ids, or null when it did not change.
    "items": ("items", "order"),
    "notice": ("level", "text"),
    # Who is talking as the server hears it: who is "user" | "assistant" | "nobody".
    "speaking": ("who",),
    # seq counts the epoch's chunks and ends from 0, `first` is the lowest that can be sent
    # again; `start` counts its samples before this.
    "play-chunk": ("client", "epoch", "item_id", "seq", "first", "start", "+pcm"),
    # The item's audio is complete: what is buffered plays out, an empty ring is no underrun.
    "play-end": ("client", "epoch", "item_id", "seq", "first", "start"),
    # Silence at once, drop what is buffered of this epoch, answer "flushed".
    "flush-playback": ("client", "epoch"),
    "mic-ack": ("client", "seq"),
    # Every call that waits for the user: nonce, name, server and arguments.
    "approvals": ("approvals",),
    # Ask the user to press the microphone (nothing opens by itself).
    "arm-mic": ("client",),
    # reason: "taken-over" (by another page) | "other-session" | "stopped" (from a cell).
    "stop-mic": ("client", "reason"),
    # An open door on loopback: ws://{host}:{port}/, see loopback.py for the handshake.
    "direct-offer": ("client", "host", "port", "public_key", "nonce"),
    # kernel_ms: the kernel's monotonic clock; the page learns by it how the two clocks stand.
    # next: epoch and seq of what is played next, so that the page knows what it missed;
    # null for a page that does not play.
    "pong": ("client", "t_ms", "kernel_ms", "next"),
}


class MalformedMessage(RealtimeError):
    """A frame on the direct path that is not a message of this list."""


class Message(dict[str, Any]):
    """A message: a dict with its ``kind``, and the audio that came with it."""

    __slots__ = ("audio",)

    def __init__(self, kind: str, audio: bytes = b"", **fields: Any) -> None:
        super().__init__(kind=kind, **fields)
        self.audio = audio

    @property
    def kind(self) -> str:
        """The message's kind, a key of `PAGE_KINDS` or `KERNEL_KINDS`."""
        return str(self["kind"])


def pack(message: Message) -> bytes:
    """Return a message as one binary frame: u32 length (little-endian), JSON, audio."""
    head = json.dumps(message, separators=(",", ":")).encode()
    return _LENGTH.pack(len(head)) + head + message.audio


def unpack(frame: bytes | str) -> Message:
    """Read a frame that `pack` of either side wrote.

    Raises
    ------
    MalformedMessage
        If the frame is no message that a page may send.
    """
    if isinstance(frame, str) or len(frame) < _LENGTH.size or len(frame) > MAX_MESSAGE_BYTES:
        raise MalformedMessage("got a frame that is no message")
    (length,) = _LENGTH.unpack_from(frame)
    try:
        content = json.loads(frame[_LENGTH.size : _LENGTH.size + length])
    except (ValueError, RecursionError):
        raise MalformedMessage("got a message whose head is not JSON") from None
    return page_message(content, frame[_LENGTH.size + length :])


def page_message(content: object, audio: bytes = b"") -> Message:
    """Check a page's message and return it.

    Raises
    ------
    MalformedMessage
        If its kind is unknown, a field is missing or its audio is not whole samples.
    """
    kind = content.get("kind") if isinstance(content, dict) else None
    if not isinstance(content, dict) or kind not in PAGE_KINDS:
        raise MalformedMessage(f"got a message of unknown kind {kind!r}"[:120])
    fields = {name: value for name, value in content.items() if name != "kind"}
    missing = {"client", *PAGE_KINDS[kind]} - {"+pcm"} - fields.keys()
    if missing:
        raise MalformedMessage(f"{kind}: lacks {', '.join(sorted(missing))}")
    if len(audio) % 2:
        raise MalformedMessage(f"{kind}: got {len(audio)} bytes of audio, expected whole samples")
    return Message(kind, audio, **fields)
