"""The event that a magic would send, made and checked as if it were sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..client.connect import sessions
from ..client.core import ALIVE
from ..config.dialect import to_wire
from ..config.flat import response_create, session_update
from ..config.hidden import masked

__all__ = ["dry_run"]

_MAKERS = {"session": session_update, "response": response_create}


def dry_run(
    kind: str, options: Mapping[str, Any], name: str, dialect: str | None = None
) -> dict[str, Any]:
    """Return the event as it would go over the wire, secrets masked.

    Parameters
    ----------
    kind : {"session", "response"}
        ``session.update`` or ``response.create``.
    options : mapping
        Flat names.
    name : str
        The session whose configuration counts; none needs to be open.
    dialect : {"ga", "beta"}, optional
        By default the session's, else GA.

    Raises
    ------
    ConfigError
        As `session_update`.
    """
    session = sessions().get(name)
    if session is None or session.status not in ALIVE:
        event = _MAKERS[kind](dialect or "ga", **options)
    else:
        event = session.event(kind, options, dialect)
        event = to_wire(event, dialect or session.dialect)
    shown: dict[str, Any] = masked(event)
    return shown
