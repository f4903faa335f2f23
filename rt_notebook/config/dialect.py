"""GA and beta: two spellings of one protocol.

Rules
-----
- The code above speaks GA. Beta names exist on the wire only: `to_wire` is the last step
  before JSON, `from_wire` the first one after it. Both are pure; GA passes as it is.
- In beta the session is flat and has no ``type``; events and parts of items have older names.
- Unknown events and unknown keys pass as they are, in both directions.

Source: Azure's migration guide, both unions of event types in the openai package, and
recordings of Azure Voice Live, which speaks beta in 2026.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import ConfigError
from .spelling import (
    asked_response_from_beta,
    asked_response_to_beta,
    asked_session_from_beta,
    asked_session_to_beta,
    error_from_beta,
    error_to_beta,
    item_from_beta,
    item_to_beta,
    told_response_from_beta,
    told_response_to_beta,
    told_session_from_beta,
    told_session_to_beta,
)

__all__ = ["DIALECTS", "check_dialect", "from_wire", "to_wire"]

DIALECTS = ("ga", "beta")

Json = dict[str, Any]

_BETA_NAMES = {
    "response.output_text.delta": "response.text.delta",
    "response.output_text.done": "response.text.done",
    "response.output_audio.delta": "response.audio.delta",
    "response.output_audio.done": "response.audio.done",
    "response.output_audio_transcript.delta": "response.audio_transcript.delta",
    "response.output_audio_transcript.done": "response.audio_transcript.done",
    "conversation.item.added": "conversation.item.created",
}
_GA_NAMES = {beta: ga for ga, beta in _BETA_NAMES.items()}

#: Beta tells transcription sessions by the event's name, GA by the session's type.
_TRANSCRIPTION = {
    f"transcription_{name}": name
    for name in ("session.update", "session.created", "session.updated")
}

_Translation = Callable[[Any], Any]
_ITEM_EVENTS = (
    "conversation.item.create",
    "conversation.item.added",
    "conversation.item.created",
    "conversation.item.done",
    "conversation.item.retrieved",
    "response.output_item.added",
    "response.output_item.done",
)
#: GA event → the field that is spelled differently, its spelling in beta, and in GA again.
_FIELDS: dict[str, tuple[str, _Translation, _Translation]] = {
    "session.update": ("session", asked_session_to_beta, asked_session_from_beta),
    "session.created": ("session", told_session_to_beta, told_session_from_beta),
    "session.updated": ("session", told_session_to_beta, told_session_from_beta),
    "response.create": ("response", asked_response_to_beta, asked_response_from_beta),
    "response.created": ("response", told_response_to_beta, told_response_from_beta),
    "response.done": ("response", told_response_to_beta, told_response_from_beta),
    "error": ("error", error_to_beta, error_from_beta),
    **dict.fromkeys(_ITEM_EVENTS, ("item", item_to_beta, item_from_beta)),
}


def check_dialect(dialect: str) -> str:
    """Return the name of a dialect.

    Raises
    ------
    ConfigError
        If there is no such dialect.
    """
    if dialect not in DIALECTS:
        raise ConfigError(f"dialect takes ga or beta, got {dialect!r}")
    return dialect


def to_wire(event: Json, dialect: str) -> Json:
    """Return an event as a dialect writes it.

    Parameters
    ----------
    event : dict
        A GA event of a client or a server; it is not changed.
    dialect : {"ga", "beta"}
        How the other side speaks.

    Raises
    ------
    ConfigError
        If a client event says what beta cannot say.
    """
    name = event.get("type")
    if check_dialect(dialect) == "ga" or not isinstance(name, str):
        return event
    beta = {**event, "type": _BETA_NAMES.get(name, name)}
    field, translate, _ = _FIELDS.get(name, ("", None, None))
    if translate is not None and field in event:
        beta[field] = translate(event[field])
        if field == "session" and _kind(event[field]) == "transcription":
            beta["type"] = f"transcription_{name}"
    return beta


def from_wire(event: Json, dialect: str) -> Json:
    """Return an event of a dialect as GA has it; the inverse of `to_wire`.

    Parameters
    ----------
    event : dict
        As it came, of a client or a server; it is not changed. Of a malformed event
        everything is kept as it is.
    dialect : {"ga", "beta"}
        How the other side speaks.
    """
    name = event.get("type")
    if check_dialect(dialect) == "ga" or not isinstance(name, str):
        return event
    ga_name = _TRANSCRIPTION.get(name) or _GA_NAMES.get(name, name)
    ga = {**event, "type": ga_name}
    field, _, translate = _FIELDS.get(ga_name, ("", None, None))
    if translate is not None and field in event:
        ga[field] = translate(event[field])
        if field == "session" and isinstance(ga[field], dict):
            kind = "transcription" if name in _TRANSCRIPTION else "realtime"
            ga[field] = {"type": kind, **ga[field]}
    return ga


def _kind(session: Any) -> Any:
    return session.get("type") if isinstance(session, dict) else None
