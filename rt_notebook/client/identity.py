"""Ids that this side gives: to events, items and requests."""

from __future__ import annotations

import secrets

__all__ = ["new_id"]


def new_id(kind: str) -> str:
    """Return a new id for an event or an item, such as ``event_1f…``."""
    return f"{kind}_{secrets.token_hex(12)}"
