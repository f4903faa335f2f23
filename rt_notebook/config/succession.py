"""The configuration of one session, for another that follows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .checks import foreign_fields, only_hearing
from .flat import to_flat, to_session
from .hearing import TURN_DETECTION_PATH
from .nesting import joined, laid_over, read, value_at
from .spelling import sayable

__all__ = ["followed_by", "session_after"]

Json = dict[str, Any]

#: Fixed in the session that runs, and free in the next.
_FROZEN = ("model", "tracing")


def followed_by(
    in_force: Mapping[str, Any], options: Mapping[str, Any], *, dialect: str = "ga"
) -> Json:
    """Return flat options for the next session; otherwise as `session_after`."""
    return to_flat(session_after(in_force, options, dialect=dialect))


def session_after(
    in_force: Mapping[str, Any], options: Mapping[str, Any], *, dialect: str = "ga"
) -> Json:
    """Return the next session, in GA's nesting: what is named, over what is in force.

    Parameters
    ----------
    in_force : mapping
        A session, in GA's nesting.
    options : mapping
        Flat names. They may ask for another type of session or of turn detection: what
        only the former has is left out then.
    dialect : {"ga", "beta"}
        How the next session is asked for; what it cannot say of those in force is left out.

    Raises
    ------
    ConfigError
        If one of `options` cannot be.
    """
    named = joined(read(options, "session"))
    kind = named.get("type") or in_force.get("type") or "realtime"
    below = {**sayable(in_force, dialect), "type": kind}
    below = only_hearing(below) if kind == "transcription" else below
    detection = value_at(below, TURN_DETECTION_PATH) or {}
    if detection and foreign_fields(value_at(named, TURN_DETECTION_PATH), detection.get("type")):
        del below["audio"]["input"]["turn_detection"]
    effective = {key: value for key, value in below.items() if key not in _FROZEN}
    after: Json = laid_over(below, to_session(options, effective, dialect=dialect))
    return after
