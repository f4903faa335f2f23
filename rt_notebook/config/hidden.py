"""The secrets inside a configuration: what a tool server is reached with.

An MCP tool's `authorization` and `headers` become `Secret` where they enter, so that a
dry run, a log or a traceback cannot show them; so does a `server_url` with a password or a
query, where many servers take their key. They become text again on the wire only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from ..secret import MASK, Secret, redacted

__all__ = [
    "concealed",
    "concealed_tools",
    "is_masked",
    "masked",
    "revealed",
    "with_concealed_tools",
]


def concealed(tool: Mapping[str, Any]) -> dict[str, Any]:
    """Return a tool with `Secret` in place of what it is reached with."""
    hidden = dict(tool)
    if isinstance(url := hidden.get("server_url"), str) and _may_hold_key(url):
        hidden["server_url"] = Secret(url)
    if "authorization" in hidden:
        hidden["authorization"] = _secret(hidden["authorization"])
    if isinstance(headers := hidden.get("headers"), Mapping):
        hidden["headers"] = {name: _secret(value) for name, value in headers.items()}
    return hidden


def concealed_tools(tools: Any) -> Any:
    """Return a list of tools, each `concealed`; what is no tool is left for others to refuse."""
    if not isinstance(tools, list):
        return tools
    return [concealed(tool) if isinstance(tool, Mapping) else tool for tool in tools]


def with_concealed_tools(event: dict[str, Any]) -> dict[str, Any]:
    """Return an event of either side with the tools of its session or response concealed."""
    for part in ("session", "response"):
        if part in event and isinstance(body := event[part], Mapping) and "tools" in body:
            event = {**event, part: {**body, "tools": concealed_tools(body["tools"])}}
    return event


def is_masked(tool: Mapping[str, Any]) -> bool:
    """Whether a secret of a tool is ``•••``: it was read from where none is written."""
    headers = tool.get("headers")
    values = [
        tool.get("server_url"),
        tool.get("authorization"),
        *(headers.values() if isinstance(headers, dict) else ()),
    ]
    return any(isinstance(one, Secret) and one.reveal() == MASK for one in values)


def revealed(value: Any) -> Any:
    """Return JSON with the text of every `Secret`, for the wire."""
    return _replaced(value, Secret.reveal)


def masked(value: Any) -> Any:
    """Return JSON with ``•••`` for every `Secret` and its value, for showing and for files."""
    return redacted(_replaced(value, str))


def _may_hold_key(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return True
    return bool(parts.query) or "@" in parts.netloc or url == MASK


def _secret(value: Any) -> Any:
    return Secret(value) if isinstance(value, str) else value


def _replaced(value: Any, text_of: Callable[[Secret], str]) -> Any:
    if isinstance(value, Secret):
        return text_of(value)
    if isinstance(value, Mapping):
        return {key: _replaced(one, text_of) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_replaced(one, text_of) for one in value]
    return value
