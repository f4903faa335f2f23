"""Client events: which there are, which fields they have, and what is refused before a handler.

Source: GA client events of the API reference. ``output_audio_buffer.clear`` is for WebRTC
and SIP only; the live service does not list it on a WebSocket either.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from ..protocol.events import MAX_DEPTH
from .refusals import Refusal, invalid_value, missing, unknown_parameter
from .session_defaults import Kind

__all__ = ["check", "event_id_of", "parsed"]

_MAX_EVENT_ID = 512
_TYPE_NAMES: dict[type, str] = {str: "a string", int: "an integer", dict: "an object"}

Json = dict[str, Any]


@dataclass(frozen=True)
class _Fields:
    """The fields of a client event beside ``type`` and ``event_id``."""

    required: dict[str, type] = field(default_factory=dict)
    optional: dict[str, type] = field(default_factory=dict)


_EVENTS: dict[str, _Fields] = {
    "session.update": _Fields({"session": dict}),
    "input_audio_buffer.append": _Fields({"audio": str}),
    "input_audio_buffer.commit": _Fields(),
    "input_audio_buffer.clear": _Fields(),
    "conversation.item.create": _Fields({"item": dict}, {"previous_item_id": str}),
    "conversation.item.retrieve": _Fields({"item_id": str}),
    "conversation.item.truncate": _Fields(
        {"item_id": str, "content_index": int, "audio_end_ms": int}
    ),
    "conversation.item.delete": _Fields({"item_id": str}),
    "response.create": _Fields({}, {"response": dict}),
    "response.cancel": _Fields({}, {"response_id": str}),
}
#: What a session that only transcribes has no use for.
_ANSWERING = {"conversation.item.truncate", "response.create", "response.cancel"}


def parsed(frame: str | bytes) -> Json:
    """Read one frame, or refuse what is not a JSON object in text."""
    try:
        event = json.loads(frame, parse_constant=_refuse) if isinstance(frame, str) else None
        if isinstance(event, dict) and "\\u" in frame:
            event = _of_whole_characters(event)
    except (ValueError, RecursionError):
        event = None
    if not isinstance(event, dict):
        raise Refusal("The event is not a JSON object in a text frame.", "invalid_event")
    return event


def _of_whole_characters(event: Json) -> Json:
    """Put U+FFFD where JSON escapes half of a character (RFC 8259 §8.2): no text can carry it."""
    text = json.dumps(event, ensure_ascii=False).encode("utf-16", "surrogatepass")
    whole: Json = json.loads(text.decode("utf-16", "replace"))
    return whole


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _is_deeper(value: object, depth: int) -> bool:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return depth < 0 or any(_is_deeper(child, depth - 1) for child in inside)


def event_id_of(event: Json) -> str | None:
    """Return the client's id of an event, which only errors give back."""
    event_id = event.get("event_id")
    if event_id is None:
        return None
    if not isinstance(event_id, str) or len(event_id) > _MAX_EVENT_ID:
        message = f"Invalid 'event_id': expected a string of at most {_MAX_EVENT_ID} characters."
        raise Refusal(message, "invalid_value", "event_id")
    return event_id


def check(event: Json, session: Kind = "realtime") -> None:
    """Refuse an event that a kind of session does not know, or whose fields are not its own."""
    if _is_deeper(event, MAX_DEPTH):
        raise Refusal(f"The event is nested deeper than {MAX_DEPTH}.", "invalid_event")
    kind = event.get("type")
    if kind is None:
        raise Refusal("The 'type' field is missing.", "invalid_event")
    supported = [name for name in _EVENTS if session == "realtime" or name not in _ANSWERING]
    if kind not in supported:
        raise invalid_value(kind, "type", supported)
    known = _EVENTS[kind]
    for name in known.required:
        if event.get(name) is None:
            raise missing(name)
    types = {**known.required, **known.optional}
    for name, value in event.items():
        if name not in ("type", "event_id"):
            _check_field(name, value, types)


def _check_field(name: str, value: object, types: dict[str, type]) -> None:
    if name not in types:
        raise unknown_parameter(name)
    expected = types[name]
    if value is not None and (not isinstance(value, expected) or isinstance(value, bool)):
        message = f"Invalid type for '{name}': expected {_TYPE_NAMES[expected]}."
        raise Refusal(message, "invalid_type", name)
