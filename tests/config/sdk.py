"""The SDK's own event types, as a judge of what is sent."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, TypeAdapter

__all__ = ["check_client_event"]


@functools.lru_cache(maxsize=1)
def _types() -> dict[str, TypeAdapter[Any]]:
    from openai.types.realtime import ResponseCreateEvent, SessionUpdateEvent

    return {
        "session.update": TypeAdapter(SessionUpdateEvent),
        "response.create": TypeAdapter(ResponseCreateEvent),
    }


def check_client_event(event: dict[str, Any]) -> None:
    """Fail unless a GA event validates strictly and has no key that the SDK does not know."""
    typed = _types()[event["type"]].validate_python(_without_references(event), strict=True)
    assert list(unknown_keys(typed)) == []


def unknown_keys(value: Any) -> Iterator[str]:
    """Yield the extra keys that the SDK's models keep without knowing them."""
    if isinstance(value, BaseModel):
        yield from value.model_extra or {}
        for name in type(value).model_fields:
            yield from unknown_keys(getattr(value, name))
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from unknown_keys(one)


def _without_references(event: dict[str, Any]) -> dict[str, Any]:
    """The SDK types references to items for sending only, as dicts without a check."""
    response = event.get("response", {})
    if "input" not in response:
        return event
    items = [item for item in response["input"] if item["type"] != "item_reference"]
    return {**event, "response": {**response, "input": items}}
