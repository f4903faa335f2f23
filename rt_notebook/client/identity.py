"""Ids that this side gives: to events, items and requests, and the mark that ties a response."""

from __future__ import annotations

import secrets
from typing import Any

from ..config.response import MAX_METADATA_PAIRS
from ..protocol.requests import REQUEST_KEY

__all__ = ["marked", "new_id"]


def new_id(kind: str) -> str:
    """Return a new id for an event or an item, such as ``event_1f…``."""
    return f"{kind}_{secrets.token_hex(12)}"


def marked(response: dict[str, Any], event_id: str) -> dict[str, Any]:
    """Put our mark beside the user's metadata; where they fill it, order tells the response."""
    metadata = response.get("metadata") or {}
    if len({*metadata} - {REQUEST_KEY}) >= MAX_METADATA_PAIRS:
        return response
    return {**response, "metadata": {**metadata, REQUEST_KEY: event_id}}
