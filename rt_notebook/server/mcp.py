"""The tool servers of one session: what they offer, who must approve, and their calls.

Source: the API's MCP guide. A server's tools are imported when a session names it
(``mcp_list_tools.*``). A call is an item ``mcp_call``; where approval is asked for, an item
``mcp_approval_request`` waits for the client's ``mcp_approval_response``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from typing import Any

from .conversation import Conversation, Item
from .ids import make_id
from .mcp_client import McpFailed
from .refusals import Refusal
from .responses import Emit, Response
from .tool_servers import ToolServer

__all__ = ["McpTools"]

Json = dict[str, Any]


class McpTools:
    """The tool servers of one session.

    Parameters
    ----------
    emit : callable
        Sends an event.
    conversation : Conversation
        Takes the items.
    """

    def __init__(self, emit: Emit, conversation: Conversation) -> None:
        self._emit = emit
        self._conversation = conversation
        self._servers: dict[str, ToolServer] = {}
        self._answered: set[str] = set()  # requests of approval
        self._tasks: set[asyncio.Task[None]] = set()

    def reconfigure(self, tools: Iterable[Json]) -> None:
        """Import the tools of servers that are new, and forget those that are gone."""
        wanted = {tool["server_label"]: tool for tool in tools if tool["type"] == "mcp"}
        for label in [*self._servers]:
            if self._servers[label].config != wanted.get(label):
                del self._servers[label]
        for label, config in wanted.items():
            if label not in self._servers:
                server = self._servers[label] = ToolServer(config)
                self._start(self._import(server))

    def functions(self, choice: Any = None) -> list[Json]:
        """Return the tools as functions: all, or those of a ``tool_choice`` of this kind."""
        chosen = choice if isinstance(choice, dict) and choice.get("type") == "mcp" else {}
        return [
            {
                "type": "function",
                "name": tool["name"],
                "description": tool.get("description"),
                "parameters": tool["input_schema"],
            }
            for server, tool in self._offered()
            if chosen.get("server_label") in (None, server.label)
            and chosen.get("name") in (None, tool["name"])
        ]

    def offers(self, name: str) -> bool:
        """Whether a tool of this name is here."""
        return any(tool["name"] == name for _server, tool in self._offered())

    async def call(self, response: Response, name: str, arguments: str) -> None:
        """Let a response call a tool, or ask for the approval of it."""
        server = next(server for server, tool in self._offered() if tool["name"] == name)
        fields = {"server_label": server.label, "name": name}
        if server.needs_approval(name):
            request = {"type": "mcp_approval_request", **fields, "arguments": arguments}
            response.end_item(response.begin_item(request))
            return
        item = response.begin_item(_call(fields))
        if not response.stream_arguments("response.mcp_call_arguments", item, arguments):
            response.end_item(item)  # half a call is none
            return
        place = {"item_id": item.id, "output_index": response.place_of(item)}
        self._emit("response.mcp_call.in_progress", **place)
        outcome = await _perform(server, item)
        response.end_item(item)
        self._emit(f"response.mcp_call.{outcome}", **place)

    def check_answer(self, fields: Json) -> None:
        """Refuse an ``mcp_approval_response`` to what was never requested, or is answered."""
        request = self._conversation.find(fields["approval_request_id"])
        if request is None or request.fields["type"] != "mcp_approval_request":
            message = f"No approval request with id '{fields['approval_request_id']}' found."
            raise Refusal(message, "invalid_value", "item.approval_request_id")
        if request.id in self._answered:
            message = f"The approval request with id '{request.id}' was answered before."
            raise Refusal(message, "invalid_value", "item.approval_request_id")

    def answered(self, fields: Json) -> None:
        """Make the call that an ``mcp_approval_response`` of the conversation approves."""
        request = self._conversation.find(fields["approval_request_id"])
        self._answered.add(fields["approval_request_id"])
        if request is not None and fields["approve"]:
            self._start(self._call_approved(request))

    def close(self) -> None:
        """Stop everything; the session is over."""
        for task in self._tasks:
            task.cancel()

    def _offered(self) -> Iterator[tuple[ToolServer, Json]]:
        for server in self._servers.values():
            yield from ((server, tool) for tool in server.tools.values())

    def _start(self, coroutine: Any) -> None:
        task = asyncio.ensure_future(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _import(self, server: ToolServer) -> None:
        fields = {"type": "mcp_list_tools", "server_label": server.label, "tools": []}
        item = self._added(fields)
        self._emit("mcp_list_tools.in_progress", item_id=item.id)
        outcome = "failed"
        if server.client is not None:
            try:
                await server.load(server.client)
                item.fields["tools"], outcome = list(server.tools.values()), "completed"
            except McpFailed:
                pass
        self._emit(f"mcp_list_tools.{outcome}", item_id=item.id)
        self._done(item)

    async def _call_approved(self, request: Item) -> None:
        fields = {key: request.fields[key] for key in ("server_label", "name", "arguments")}
        item = self._added({**_call(fields), "approval_request_id": request.id})
        place = {"item_id": item.id, "output_index": 0}
        self._emit("response.mcp_call.in_progress", **place)
        outcome = await _perform(self._servers.get(fields["server_label"]), item)
        self._done(item)
        self._emit(f"response.mcp_call.{outcome}", **place)

    def _added(self, fields: Json) -> Item:
        item = Item({"id": make_id("item"), **fields})
        previous = self._conversation.add(item)
        self._emit("conversation.item.added", previous_item_id=previous, item=item.fields)
        return item

    def _done(self, item: Item) -> None:
        previous = self._conversation.previous_of(item)
        self._emit("conversation.item.done", previous_item_id=previous, item=item.fields)


def _call(fields: Json) -> Json:
    empty = {"arguments": "", "approval_request_id": None, "output": None, "error": None}
    return {"type": "mcp_call", **empty, **fields}


async def _perform(server: ToolServer | None, item: Item) -> str:
    """Make a call, write its result into the item, and return how it ended."""
    fields = item.fields
    try:
        if server is None or server.client is None:
            raise McpFailed("protocol_error", "The session has this tool server no more.")
        fields["output"] = await server.client.call(fields["name"], fields["arguments"])
    except McpFailed as failed:
        fields["error"] = failed.error
        return "failed"
    return "completed"
