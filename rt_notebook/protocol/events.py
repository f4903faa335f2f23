"""Events of the wire: JSON text in, checked `Event` out, and back.

Rules
-----
- An event is a JSON object with a string ``type``; everything else is refused here.
- Unknown types and unknown fields are kept as they came: the API grows.
- Known fields that the client relies on have the type in `fields`, or the event is refused.
- Bounds are checked before work is done: size, nesting depth, finite numbers, keys once.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections.abc import Callable
from typing import Any, NoReturn

from ..errors import RealtimeError
from ..secret import Secret, redacted, redacting_repr
from .fields import RULES, RULES_FOR_ALL, Rule

__all__ = [
    "MAX_DEPTH",
    "MAX_EVENT_BYTES",
    "MAX_FRAME_BYTES",
    "MAX_SAID_BACK_BYTES",
    "Event",
    "JsonObject",
    "MalformedEvent",
    "check_event",
    "decode_audio",
    "decode_json",
    "encode_audio",
    "parse_event",
]

MAX_EVENT_BYTES = 16 * 1024 * 1024  # of a client's event; API: 15 MiB per append
MAX_FRAME_BYTES = 8 * 1024 * 1024  # of a server's event: 2 min of audio in one piece
MAX_SAID_BACK_BYTES = MAX_FRAME_BYTES - 64 * 1024  # of an event that the server's repeats
MAX_DEPTH = 64
_MAX_INTEGER_DIGITS = 308  # most readers have doubles only, which end a little beyond


class MalformedEvent(RealtimeError):
    """A frame that is not an event, or lacks what its type promises."""


@redacting_repr
class JsonObject(dict[str, Any]):
    """A JSON object from outside: it holds what came, and is shown without secrets."""

    __slots__ = ()

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.pretty(redacted(dict(self)))


class Event(JsonObject):
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
        value = decode_json(frame)
    except (ValueError, RecursionError):
        raise MalformedEvent("got a frame that is not JSON") from None
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        raise MalformedEvent("got JSON without a string 'type', expected an event object")
    translated = value if translate is None else translate(value)
    event = Event(translated)
    # Most events hold texts and numbers, and nothing that is nested.
    check_event(event, may_be_deep="[" in frame or frame.find("{", 1) > 0)
    return event if translated is value else Event(_objects(event))


def _objects(value: Any) -> Any:
    """Return JSON whose every object is a `JsonObject`."""
    if isinstance(value, dict):
        return JsonObject({name: _objects(one) for name, one in value.items()})
    return [_objects(one) for one in value] if isinstance(value, list) else value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number beyond all bounds is not JSON that others can read")
    return number


def _finite_integer(text: str) -> int:
    if len(text) > _MAX_INTEGER_DIGITS:
        raise ValueError("an integer beyond all bounds is not JSON that others can read")
    return int(text)


def _each_once(pairs: list[tuple[str, Any]]) -> JsonObject:
    # Of a key that comes twice, two readers may see two different things.
    value = JsonObject(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key comes twice")
    return value


_WHITE_SPACE = " \t\n\r"
# `json.loads` would make one for every frame.
_DECODER = json.JSONDecoder(
    parse_constant=_refuse_constant,
    parse_float=_finite,
    parse_int=_finite_integer,
    object_pairs_hook=_each_once,
)


def decode_json(text: str) -> Any:
    """Return what JSON says, if every reader reads the same: finite numbers, each key once.

    Raises
    ------
    ValueError, RecursionError
        If it is not such JSON.
    """
    text = text.strip(_WHITE_SPACE)
    value, end = _DECODER.raw_decode(text)
    if end != len(text):
        raise ValueError("more follows the JSON")
    return value


def check_event(event: Event, *, may_be_deep: bool = True) -> None:
    """Check that a server event has what its type promises.

    Parameters
    ----------
    event : Event
        In GA's names.
    may_be_deep : bool
        Whether its depth is not known to be within `MAX_DEPTH`.

    Raises
    ------
    MalformedEvent
        If a field is missing or of another type, or it is nested deeper than `MAX_DEPTH`.
    """
    event_type = event["type"]
    _check_fields(event_type, event, RULES.get(event_type, RULES_FOR_ALL))
    if may_be_deep and _is_deeper(event, MAX_DEPTH):
        raise MalformedEvent(f"{event_type}: nested deeper than {MAX_DEPTH}")


def _check_fields(event_type: str, value: dict[str, Any], rules: tuple[Rule, ...]) -> None:
    for name, kind, inner, required in rules:
        field = value.get(name)
        if isinstance(field, kind) and not isinstance(field, bool):  # true is no int
            if inner:
                _check_fields(event_type, value[name], inner)
        elif field is not None or required:
            got, expected = type(field).__name__, kind.__name__
            raise MalformedEvent(f"{event_type}: got {got} for {name!r}, expected {expected}")


def _is_deeper(event: Event, limit: int) -> bool:
    """Whether parsed JSON is nested deeper, looked at level by level."""
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
