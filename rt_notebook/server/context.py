"""What a brain reads of a conversation: items as entries, tools as functions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from ..errors import RealtimeError
from .brains import CallMade, CallResult, Context, Entry, Message
from .conversation import Item
from .response_options import ResponseOptions

__all__ = ["context_of"]

Json = dict[str, Any]


async def context_of(
    options: ResponseOptions, items: Sequence[Item], remote: Sequence[Json]
) -> Context:
    """Return what a brain answers to, when all of it was heard.

    Parameters
    ----------
    options : ResponseOptions
        What was asked for.
    items : sequence of Item
        The conversation, or the input that the request gave instead.
    remote : sequence of dict
        The tools of tool servers, as functions.

    Raises
    ------
    RealtimeError
        If the latest item could not be heard.
    """
    own = [tool for tool in options.tools if tool["type"] == "function"]
    names = {tool["name"] for tool in own}
    others = [tool for tool in remote if tool["name"] not in names]
    choice = options.tool_choice
    if isinstance(choice, dict) and choice["type"] == "mcp":
        own, choice = [], "required"  # of the tools of that server
    return Context(
        [entry async for entry in _entries(items)],
        options.instructions,
        [*own, *others],
        choice,
        options.parallel_tool_calls,
    )


async def _entries(items: Sequence[Item]) -> AsyncIterator[Entry]:
    requests = {item.id: item.fields for item in items}
    for item in items:
        fields = item.fields
        kind = fields["type"]
        if kind == "message":
            yield await _message(item, is_last=item is items[-1])
        elif kind == "function_call":
            yield CallMade(fields["call_id"], fields["name"], fields["arguments"])
        elif kind == "function_call_output":
            yield CallResult(fields["call_id"], fields["output"])
        elif kind == "mcp_call":
            yield CallMade(item.id, fields["name"], fields["arguments"])
            result = fields["output"] or (fields["error"] or {}).get("message", "")
            yield CallResult(item.id, result)
        elif kind == "mcp_approval_response" and not fields["approve"]:
            request = requests.get(fields["approval_request_id"])
            if request is not None:
                yield CallMade(item.id, request["name"], request["arguments"])
                yield CallResult(item.id, "The call was not approved.")


async def _message(item: Item, *, is_last: bool) -> Message:
    fields = item.fields
    pictures = [part["image_url"] for part in fields["content"] if part["type"] == "input_image"]
    try:
        return Message(fields["role"], await item.text(), pictures)
    except RealtimeError:
        # What could not be heard fails the answer to it, not those that come after.
        if is_last:
            raise
        return Message(fields["role"], "")
