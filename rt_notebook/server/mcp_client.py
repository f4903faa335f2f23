"""A tool server, over the streamable HTTP transport of the Model Context Protocol.

Source: MCP specification 2025-06-18: JSON-RPC 2.0 by POST, answered with JSON or with
server-sent events; ``initialize``, ``tools/list`` and ``tools/call``.
"""

from __future__ import annotations

import json
from typing import Any

from ..errors import RealtimeError

__all__ = ["McpClient", "McpFailed"]

_VERSION = "2025-06-18"
_TIMEOUT_S = 20.0
_MOST_BYTES = 1024 * 1024
_MOST_PAGES = 10

Json = dict[str, Any]


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
            result = await self._ask("tools/list", cursor)
            found += [_tool(tool) for tool in result.get("tools", [])]
            if not result.get("nextCursor"):
                break
            cursor = {"cursor": result["nextCursor"]}
        return found

    async def call(self, name: str, arguments: str) -> str:
        """Call a tool with a JSON object as text and return the text of its result.

        Raises
        ------
        McpFailed
            If the server, or the tool, fails.
        """
        await self._open()
        result = await self._ask("tools/call", {"name": name, "arguments": json.loads(arguments)})
        parts = [part.get("text") or json.dumps(part) for part in result.get("content", [])]
        text = "\n".join(parts)
        if result.get("isError"):
            raise McpFailed("tool_execution_error", text or "The tool failed.")
        return text

    async def _open(self) -> None:
        if self._is_open:
            return
        about = {"name": "rt_notebook", "version": "1"}
        given = {"protocolVersion": _VERSION, "capabilities": {}, "clientInfo": about}
        result = await self._ask("initialize", given)
        self._headers["MCP-Protocol-Version"] = str(result.get("protocolVersion", _VERSION))
        await self._post({"method": "notifications/initialized"})
        self._is_open = True

    async def _ask(self, method: str, params: Json) -> Json:
        self._asked += 1
        answer = await self._post({"id": self._asked, "method": method, "params": params})
        if "error" in answer:
            error = answer["error"]
            raise McpFailed("protocol_error", str(error.get("message")), int(error.get("code", 0)))
        result = answer.get("result")
        if not isinstance(result, dict):
            raise McpFailed("protocol_error", "The tool server sent what is no result.")
        return result

    async def _post(self, message: Json) -> Json:
        """Send one message and return the answer to it, {} when there is none to wait for."""
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
        except (ValueError, AttributeError):
            raise McpFailed("protocol_error", "The tool server sent what is no JSON-RPC.") from None


async def _answer(response: Any, asked: int | None) -> Json:
    is_stream = response.headers.get("Content-Type", "").startswith("text/event-stream")
    size, text = 0, ""
    if asked is None:
        return {}
    async for line in response.aiter_lines():
        size += len(line)
        if size > _MOST_BYTES:
            raise McpFailed(
                "protocol_error", f"The tool server sent more than {_MOST_BYTES} bytes."
            )
        if not is_stream:
            text += line
        elif line.startswith("data:"):
            message: Json = json.loads(line[5:])
            if message.get("id") == asked:
                return message
    answer: Json = json.loads(text)
    answer.get("id")
    return answer


def _tool(given: Json) -> Json:
    tool = {"name": str(given.get("name")), "input_schema": given.get("inputSchema") or {}}
    return tool | {key: given[key] for key in ("description", "annotations") if given.get(key)}
