"""Events of the wire: JSON text in, checked `Event` out, and back.

Rules
-----
- An event is a JSON object with a string ``type``; everything else is refused here.
- Unknown types and unknown fields are kept as they came: the API grows.
- Known fields that the client relies on have the type in `FIELDS`, or the event is refused.
- Bounds are checked before work is done: size, nesting depth, finite numbers, keys once.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Callable
from typing import Any, NoReturn, TypeAlias

from ..errors import RealtimeError
from ..secret import Secret

__all__ = [
    "MAX_DEPTH",
    "MAX_EVENT_BYTES",
    "MAX_FRAME_BYTES",
    "Event",
    "MalformedEvent",
    "check_event",
    "decode_audio",
    "encode_audio",
    "parse_event",
]

MAX_EVENT_BYTES = 16 * 1024 * 1024  # of a client's event; API: 15 MiB per append
MAX_FRAME_BYTES = 8 * 1024 * 1024  # of a server's event: 2 min of audio in one piece
MAX_DEPTH = 64

#: What an event must carry for the protocol core to use it: field name → JSON type.
FIELDS: dict[str, dict[str, type]] = {
    "error": {"error": dict},
    "session.created": {"session": dict},
    "session.updated": {"session": dict},
    "conversation.item.added": {"item": dict},
    "conversation.item.created": {"item": dict},
    "conversation.item.done": {"item": dict},
    "conversation.item.retrieved": {"item": dict},
    "conversation.item.deleted": {"item_id": str},
    "conversation.item.truncated": {"item_id": str, "audio_end_ms": int},
    "conversation.item.input_audio_transcription.delta": {"item_id": str},
    "conversation.item.input_audio_transcription.completed": {"item_id": str, "transcript": str},
    "conversation.item.input_audio_transcription.failed": {"item_id": str, "error": dict},
    "input_audio_buffer.speech_started": {"item_id": str, "audio_start_ms": int},
    "input_audio_buffer.speech_stopped": {"item_id": str, "audio_end_ms": int},
    "input_audio_buffer.committed": {"item_id": str},
    "response.created": {"response": dict},
    "response.done": {"response": dict},
    "response.output_item.added": {"response_id": str, "item": dict},
    "response.output_item.done": {"response_id": str, "item": dict},
    "response.content_part.added": {"item_id": str, "content_index": int, "part": dict},
    "response.content_part.done": {"item_id": str, "content_index": int, "part": dict},
    "response.output_text.delta": {"item_id": str, "content_index": int, "delta": str},
    "response.output_text.done": {"item_id": str, "content_index": int, "text": str},
    "response.output_audio.delta": {"item_id": str, "content_index": int, "delta": str},
    "response.output_audio.done": {"item_id": str, "content_index": int},
    "response.output_audio_transcript.delta": {"item_id": str, "content_index": int, "delta": str},
    "response.output_audio_transcript.done": {
        "item_id": str,
        "content_index": int,
        "transcript": str,
    },
    "response.function_call_arguments.delta": {"item_id": str, "delta": str},
    "response.function_call_arguments.done": {"item_id": str, "arguments": str},
    "response.mcp_call_arguments.delta": {"item_id": str, "delta": str},
    "response.mcp_call_arguments.done": {"item_id": str, "arguments": str},
    "response.mcp_call.failed": {"item_id": str},
    "mcp_list_tools.failed": {"item_id": str},
}

_Kinds: TypeAlias = "dict[str, type | _Kinds]"
_SIDE: _Kinds = {"format": {"type": str}, "turn_detection": dict, "transcription": dict}

#: What may be missing or null, and is of this type otherwise; of the objects above, and of all.
OBJECTS: dict[str, _Kinds] = {
    "error": {"code": str, "message": str, "param": str, "event_id": str},
    "item": {
        **dict.fromkeys(("id", "type", "role", "status", "name", "call_id", "arguments"), str),
        "content": list,
    },
    "part": {"type": str, "text": str, "transcript": str},
    "response": {
        "id": str,
        "status": str,
        "status_details": {"type": str, "reason": str, "error": dict},
        "output": list,
        "metadata": dict,
        "usage": dict,
    },
    "session": {"model": str, "tools": list, "audio": {"input": _SIDE, "output": _SIDE}},
}
_ANY: _Kinds = dict.fromkeys(("event_id", "item_id", "previous_item_id", "response_id"), str)


class MalformedEvent(RealtimeError):
    """A frame that is not an event, or lacks what its type promises."""


class Event(dict[str, Any]):
    """One event of the API: a dict with its ``type`` as an attribute."""

    __slots__ = ()

    @property
    def type(self) -> str:
        """The API's event name, such as ``"response.done"``."""
        name: str = self["type"]
        return name

    def to_json(self) -> str:
        """Return the event as one JSON text frame, with the text of each `Secret`."""
        return json.dumps(
            self, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_revealed
        )


def _revealed(value: object) -> str:
    if isinstance(value, Secret):
        return value.reveal()
    raise TypeError(f"a value of type {type(value).__name__} is not JSON")


def parse_event(
    frame: str | bytes, translate: Callable[[dict[str, Any]], dict[str, Any]] | None = None
) -> Event:
    """Read one text frame.

    Parameters
    ----------
    frame : str or bytes
        A JSON object of at most `MAX_FRAME_BYTES`, nested at most `MAX_DEPTH` deep.
    translate : callable, optional
        Makes GA's event of another dialect's, before its fields are checked.

    Raises
    ------
    MalformedEvent
        If the frame is no event; the message says what was wrong, never what was in it.
    """
    if isinstance(frame, bytes):
        raise MalformedEvent("got a binary frame, expected a JSON text frame")
    if len(frame) > MAX_FRAME_BYTES:
        raise MalformedEvent(f"got an event of {len(frame)} bytes, expected <= {MAX_FRAME_BYTES}")
    try:
        value = _DECODER.decode(frame)
    except (ValueError, RecursionError):
        raise MalformedEvent("got a frame that is not JSON") from None
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        raise MalformedEvent("got JSON without a string 'type', expected an event object")
    event = Event(value if translate is None else translate(value))
    check_event(event)
    return event


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number beyond all bounds is not JSON that others can read")
    return number


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Of a key that comes twice, two readers may see two different things.
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key comes twice")
    return value


# `json.loads` would make one for every frame.
_DECODER = json.JSONDecoder(
    parse_constant=_refuse_constant, parse_float=_finite, object_pairs_hook=_each_once
)


def check_event(event: Event) -> None:
    """Check that a server event has what its type promises.

    Raises
    ------
    MalformedEvent
        If a field is missing or of another type, or it is nested deeper than `MAX_DEPTH`.
    """
    for name, kind in FIELDS.get(event["type"], {}).items():
        value = event.get(name)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            got, expected = type(value).__name__, kind.__name__
            raise MalformedEvent(f"{event['type']}: got {got} for {name!r}, expected {expected}")
        if kind is dict and name in OBJECTS:
            _check_kinds(event["type"], value, OBJECTS[name])
    _check_kinds(event["type"], event, _ANY)
    if _is_deeper(event, MAX_DEPTH):
        raise MalformedEvent(f"{event['type']}: nested deeper than {MAX_DEPTH}")


def _check_kinds(type: str, value: Any, kinds: _Kinds) -> None:
    for name, kind in kinds.items():
        got = value.get(name)
        if got is None:
            continue
        expected = kind if not isinstance(kind, dict) else dict
        if not isinstance(got, expected):
            raise MalformedEvent(f"{type}: {name!r} is no {expected.__name__}")
        if isinstance(kind, dict):
            _check_kinds(type, got, kind)


def _is_deeper(event: Event, limit: int) -> bool:
    """Whether parsed JSON is nested deeper; a flat event, as most are, is one level."""
    level: list[Any] = [event]
    for _ in range(limit):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, (dict, list))
        ]
        if not level:
            return False
    return True


def encode_audio(audio: bytes) -> str:
    """Return audio bytes as the base64 text of the API's audio fields."""
    return binascii.b2a_base64(audio, newline=False).decode("ascii")


def decode_audio(text: str) -> bytes:
    """Return the bytes of a base64 audio field.

    Raises
    ------
    MalformedEvent
        If the text is not strict base64 (the lax decoder turns garbage into silence).
    """
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, TypeError):
        raise MalformedEvent("got audio that is not base64") from None
