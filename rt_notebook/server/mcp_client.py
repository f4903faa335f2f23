"""A tool server, over the streamable HTTP transport of the Model Context Protocol.

Source: MCP specification 2025-06-18: JSON-RPC 2.0 by POST, answered with JSON or with
server-sent events; ``initialize``, ``tools/list`` and ``tools/call``.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any, TypeVar

from pydantic import BaseModel

from ..errors import RealtimeError

__all__ = ["McpClient", "McpFailed"]

_VERSION = "2025-06-18"
_TIMEOUT_S = 20.0
_MOST_LETTERS = 1024 * 1024
_MOST_PAGES = 10

Json = dict[str, Any]
_Shape = TypeVar("_Shape", bound=BaseModel)


# What the protocol sends, by its own names.


class _Error(BaseModel):
    code: int = 0
    message: str = ""


class _Answer(BaseModel):
    id: int | str | None = None
    result: Json | None = None
    error: _Error | None = None


class _Opened(BaseModel):
    protocolVersion: str = _VERSION


class _Tool(BaseModel):
    name: str
    inputSchema: Json = {}
    description: str | None = None
    annotations: Json | None = None

    def to_json(self) -> Json:
        """Return the tool as the API has it."""
        about = {"description": self.description, "annotations": self.annotations}
        told = {key: value for key, value in about.items() if value is not None}
        return {"name": self.name, "input_schema": self.inputSchema, **told}


class _Tools(BaseModel):
    tools: list[_Tool] = []
    nextCursor: str | None = None


class _Result(BaseModel):
    content: list[Json] = []
    isError: bool = False


class McpFailed(RealtimeError):
    """A tool server did not do what it was asked for.

    Parameters
    ----------
    kind : {"http_error", "protocol_error", "tool_execution_error"}
        As the API's ``mcp_call.error`` has it.
    message : str
        The reason.
    code : int
        HTTP status or JSON-RPC code; a failed tool has none.
    """

    def __init__(self, kind: str, message: str, code: int = 0) -> None:
        super().__init__(message)
        self.error: Json = {"type": kind, "message": message}
        if kind != "tool_execution_error":
            self.error["code"] = code


class McpClient:
    """Lists and calls the tools of one server.

    Parameters
    ----------
    url : str
        Its endpoint.
    headers : dict
        What it is to be shown; may hold secrets.
    """

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self._url = url
        self._headers = {"Accept": "application/json, text/event-stream", **headers}
        self._asked = 0
        self._is_open = False

    async def tools(self) -> list[Json]:
        """Return the server's tools: ``name``, ``input_schema``, ``description``, ``annotations``.

        Raises
        ------
        McpFailed
            If it cannot be reached, or does not speak the protocol.
        """
        await self._open()
        found: list[Json] = []
        cursor: Json = {}
        for _page in range(_MOST_PAGES):
            page = await self._ask("tools/list", cursor, _Tools)
            found += [tool.to_json() for tool in page.tools]
            if not page.nextCursor:
                break
            cursor = {"cursor": page.nextCursor}
        return found

    async def call(self, name: str, arguments: str) -> str:
        """Call a tool with a JSON object as text and return the text of its result.

        Raises
        ------
        McpFailed
            If the server, or the tool, fails.
        """
        try:
            given = json.loads(arguments)
        except ValueError:
            raise McpFailed("protocol_error", "The arguments are no JSON.") from None
        await self._open()
        result = await self._ask("tools/call", {"name": name, "arguments": given}, _Result)
        text = "\n".join(str(part.get("text") or json.dumps(part)) for part in result.content)
        if result.isError:
            raise McpFailed("tool_execution_error", text or "The tool failed.")
        return text

    async def _open(self) -> None:
        if self._is_open:
            return
        about = {"name": "rt_notebook", "version": "1"}
        given = {"protocolVersion": _VERSION, "capabilities": {}, "clientInfo": about}
        opened = await self._ask("initialize", given, _Opened)
        self._headers["MCP-Protocol-Version"] = opened.protocolVersion
        await self._post({"method": "notifications/initialized"})
        self._is_open = True

    async def _ask(self, method: str, params: Json, shape: type[_Shape]) -> _Shape:
        self._asked += 1
        answer = await self._post({"id": self._asked, "method": method, "params": params})
        if answer.error is not None:
            raise McpFailed("protocol_error", answer.error.message, answer.error.code)
        try:
            return shape.model_validate(answer.result)
        except ValueError:
            raise McpFailed("protocol_error", f"The result of {method} is none.") from None

    async def _post(self, message: Json) -> _Answer:
        """Send one message and return the answer to it."""
        import httpx

        body = {"jsonrpc": "2.0", **message}
        try:
            # Nothing of the environment: a proxy or a netrc would see the secrets.
            async with (
                httpx.AsyncClient(
                    timeout=_TIMEOUT_S,
                    trust_env=False,
                    verify=self._url.startswith("https:"),  # loading certificates takes a while
                ) as client,
                client.stream("POST", self._url, json=body, headers=self._headers) as response,
            ):
                if response.is_error:
                    reason = f"The tool server answered {response.status_code}."
                    raise McpFailed("http_error", reason, response.status_code)
                if session := response.headers.get("Mcp-Session-Id"):
                    self._headers["Mcp-Session-Id"] = session
                return await _answer(response, message.get("id"))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            reason = str(error) or type(error).__name__
            raise McpFailed("http_error", f"The tool server did not answer: {reason}") from None
        except ValueError:
            raise McpFailed("protocol_error", "The tool server sent what is no JSON-RPC.") from None


async def _answer(response: Any, asked: int | None) -> _Answer:
    """Return the answer to the message of an id; nobody waits for one to a notification."""
    if asked is None:
        return _Answer()
    if not response.headers.get("Content-Type", "").startswith("text/event-stream"):
        return _Answer.model_validate_json("\n".join([line async for line in _lines(response)]))
    async for line in _lines(response):
        if line.startswith("data:"):
            answer = _Answer.model_validate_json(line[5:])
            if answer.id == asked:
                return answer
    raise ValueError("the stream ended without an answer")


async def _lines(response: Any) -> AsyncIterator[str]:
    size, held = 0, ""
    async for piece in response.aiter_text():
        size += len(piece)
        if size > _MOST_LETTERS:
            raise McpFailed("protocol_error", "The tool server sends more than 1 MiB at once.")
        *lines, held = (held + piece).split("\n")
        for line in lines:
            yield line
    yield held
