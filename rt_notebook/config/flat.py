"""From flat names to the API's events and back: sparse, checked, refused in one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import ConfigError
from .checks import check_response, check_session
from .dialect import check_dialect, to_wire
from .formats import SHORT_NAMES
from .hidden import concealed_tools
from .nesting import check_spoken, nested, read, value_at
from .options import OPTIONS, Option, option_named, options_for
from .spelling import asked_response_to_beta, asked_session_to_beta
from .structures import Format, Switch, Tools
from .validation import validate

__all__ = [
    "response_create",
    "response_event",
    "session_event",
    "session_update",
    "to_flat",
    "to_response",
    "to_session",
]

Json = dict[str, Any]


def session_update(
    dialect: str = "ga",
    *,
    effective: Mapping[str, Any] | None = None,
    has_audio: bool = False,
    **flat: Any,
) -> Json:
    """Return a ``session.update`` as it goes over the wire; no connection is needed.

    Parameters
    ----------
    dialect : {"ga", "beta"}
        How the server speaks.
    effective : mapping, optional
        The session in force, in GA's nesting: a lone part goes with what it belongs to there.
    has_audio : bool
        Whether the model has answered with audio already, which freezes the voice.
    **flat
        Flat names, such as ``voice`` or ``turn_detection_threshold``; see `options`. Only
        what is named is sent. ``event_id`` names the event.

    Returns
    -------
    dict
        JSON, but for the secrets of tool servers, which are `Secret`.

    Raises
    ------
    ConfigError
        In one sentence, naming the option and what it takes.
    """
    event = session_event(flat, effective, dialect=dialect, has_audio=has_audio)
    return to_wire(event, dialect)


def response_create(
    dialect: str = "ga",
    *,
    effective: Mapping[str, Any] | None = None,
    has_audio: bool = False,
    **flat: Any,
) -> Json:
    """Return a ``response.create`` as it goes over the wire; otherwise as `session_update`."""
    event = response_event(flat, effective, dialect=dialect, has_audio=has_audio)
    return to_wire(event, dialect)


def session_event(
    flat: Mapping[str, Any],
    effective: Mapping[str, Any] | None = None,
    *,
    dialect: str = "ga",
    has_audio: bool = False,
) -> Json:
    """Return a ``session.update`` with GA's names, for a server of either dialect.

    Parameters and errors are those of `session_update`; `dialect.to_wire` makes of it what
    goes over the wire.
    """
    own, rest = _of_event(flat, "session")
    body = to_session(rest, effective, dialect=dialect, has_audio=has_audio)
    return {"type": "session.update", **own, "session": body}


def response_event(
    flat: Mapping[str, Any],
    effective: Mapping[str, Any] | None = None,
    *,
    dialect: str = "ga",
    has_audio: bool = False,
) -> Json:
    """Return a ``response.create`` with GA's names, for a server of either dialect."""
    own, rest = _of_event(flat, "response")
    body = to_response(rest, effective, dialect=dialect, has_audio=has_audio)
    return {"type": "response.create", **own, "response": body}


def to_session(
    flat: Mapping[str, Any],
    effective: Mapping[str, Any] | None = None,
    *,
    dialect: str = "ga",
    has_audio: bool = False,
) -> Json:
    """Return the ``session`` object of a ``session.update``, in GA's nesting.

    Parameters and errors are those of `session_update`.
    """
    in_force = effective or {}
    body = _body(flat, "session", in_force, dialect)
    body = {"type": in_force.get("type") or "realtime", **body}
    if dialect == "beta":
        asked_session_to_beta(body)  # refuses what beta cannot say
    check_session(body, dialect=dialect, effective=in_force, has_audio=has_audio)
    validate(body, "session", dialect)
    return body


def to_response(
    flat: Mapping[str, Any],
    effective: Mapping[str, Any] | None = None,
    *,
    dialect: str = "ga",
    has_audio: bool = False,
) -> Json:
    """Return the ``response`` object of a ``response.create``, in GA's nesting.

    Parameters and errors are those of `session_update`.
    """
    in_force = effective or {}
    body = _body(flat, "response", in_force, dialect)
    if dialect == "beta":
        asked_response_to_beta(body)
    check_response(body, dialect=dialect, effective=in_force, has_audio=has_audio)
    validate(body, "response", dialect)
    return body


def _of_event(flat: Mapping[str, Any], kind: str) -> tuple[Json, Json]:
    """Part what belongs to the event from what belongs into its object."""
    own, rest = {}, {}
    for name, given in flat.items():
        option = option_named(name, kind)
        if not option.of_event:
            rest[name] = given
        elif given not in (None, ""):
            own[option.path[-1]] = option.value(given)
    return own, rest


def _body(flat: Mapping[str, Any], kind: str, effective: Mapping[str, Any], dialect: str) -> Json:
    check_dialect(dialect)
    for name in flat:
        option = option_named(name, kind)
        if option.of_event:
            raise ConfigError(f"{name} belongs to the event, not to the {kind}")
        check_spoken(option, dialect)
    return nested(read(flat, kind), effective, dialect)


# Back


def to_flat(body: Mapping[str, Any], kind: str = "session") -> Json:
    """Return a session or response, in GA's nesting, under flat names.

    Parameters
    ----------
    body : mapping
        What is sent or in force. Keys that no option has, such as the session's id, are
        left out.
    kind : {"session", "response"}
        Which of the two it is.

    Returns
    -------
    dict
        Flat name → value, parts under names of their own; `to_session` makes the same of it.
    """
    flat = {}
    for option in options_for(kind):
        value = value_at(body, option.path)
        if _says(option, value, body):
            flat[option.name] = _as_given(option, value)
    return flat


def _as_given(option: Option, value: Any) -> Any:
    """A format has a short name, and what a server echoes of a tool may hold its secrets."""
    if isinstance(option.takes, Format) and isinstance(value, Mapping):
        return SHORT_NAMES.get(value.get("type", ""), value)
    return concealed_tools(value) if isinstance(option.takes, Tools) else value


def _says(option: Option, value: Any, body: Mapping[str, Any]) -> bool:
    """Whether a value is said by this option: not by its parts, a switch, or its absence."""
    if option.of_event or isinstance(option.takes, Switch):
        return False
    if value is None:
        holder = value_at(body, option.path[:-1])
        there = isinstance(holder, Mapping) and option.path[-1] in holder
        return there and option.nullable and not option.nulls_parent
    parts = [o for o in OPTIONS if len(o.path) > len(option.path) and _starts(o, option)]
    return not (
        isinstance(value, Mapping) and any(value_at(body, o.path) is not None for o in parts)
    )


def _starts(part: Option, whole: Option) -> bool:
    return part.path[: len(whole.path)] == whole.path
