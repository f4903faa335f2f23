"""The tool servers that a session names: their rules, as the API's ``mcp`` tools have them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .mcp_client import McpClient
from .refusals import Refusal, invalid_value

__all__ = ["ToolServer", "check_tool_servers"]

_PLACES = ("server_url", "connector_id", "tunnel_id")
#: The API's own; it refuses others by name.
_SERVICES = (
    *("dropbox", "gmail", "googlecalendar", "googledrive"),
    *("microsoftteams", "outlookcalendar", "outlookemail", "sharepoint"),
)
_CONNECTORS = [f"connector_{service}" for service in _SERVICES]
_MOST_SERVERS = 16

Json = dict[str, Any]


class ToolServer:
    """A tool server of a session, and what it offers.

    Parameters
    ----------
    config : dict
        The session's tool of type ``mcp``.

    Attributes
    ----------
    client : McpClient or None
        What reaches it; None for connectors and tunnels, which are far away.
    tools : dict
        Its tools by their names, as far as the session allows them.
    """

    def __init__(self, config: Json) -> None:
        self.config = config
        self.client = _client(config)
        self.tools: dict[str, Json] = {}

    @property
    def label(self) -> str:
        """What the session calls it."""
        return str(self.config["server_label"])

    async def load(self, client: McpClient) -> None:
        """Ask for its tools.

        Raises
        ------
        McpFailed
            If it did not tell them.
        """
        allowed = self.config.get("allowed_tools")
        offered = await client.tools()
        self.tools = {t["name"]: t for t in offered if allowed is None or _fits(t, allowed)}

    def needs_approval(self, name: str) -> bool:
        """Whether the client must approve a call; always, when nothing is said."""
        required = self.config.get("require_approval") or "always"
        if isinstance(required, str):
            return required == "always"
        tool = self.tools[name]
        if _fits(tool, required.get("never")):
            return False
        return _fits(tool, required.get("always")) or "always" not in required


def _fits(tool: Json, chosen: Any) -> bool:
    """Whether a tool is one of ``allowed_tools`` or of a filter of ``require_approval``."""
    if chosen is None:
        return False
    if isinstance(chosen, list):
        return tool["name"] in chosen
    names, read_only = chosen.get("tool_names"), chosen.get("read_only")
    is_read_only = bool(tool.get("annotations", {}).get("readOnlyHint"))
    return (names is None or tool["name"] in names) and (
        read_only is None or read_only == is_read_only
    )


def check_tool_servers(tools: Iterable[Json], param: str) -> None:
    """Refuse tool servers that share a label, or are at no place, at two or at an unknown one.

    Parameters
    ----------
    tools : iterable of dict
        Of a session or a response.
    param : str
        What the client calls them.
    """
    labels: set[str] = set()
    for index, tool in enumerate(tools):
        if tool["type"] != "mcp":
            continue
        at, label = f"{param}[{index}]", tool["server_label"]
        if label in labels:
            message = f"Duplicate server_label found: '{label}'. Labels must be unique."
            raise Refusal(message, "invalid_value", f"{at}.server_label")
        labels.add(label)
        if len(labels) > _MOST_SERVERS:
            message = f"A session has at most {_MOST_SERVERS} tool servers."
            raise Refusal(message, "invalid_value", param)
        if sum(tool.get(place) is not None for place in _PLACES) != 1:
            message = f"'{at}' takes exactly one of {', '.join(_PLACES)}."
            raise Refusal(message, "invalid_value", at)
        connector = tool.get("connector_id")
        if connector is not None and connector not in _CONNECTORS:
            raise invalid_value(connector, f"{at}.connector_id", _CONNECTORS)
        names = {name.lower() for name in tool.get("headers") or {}}
        if tool.get("authorization") is not None and "authorization" in names:
            message = f"'{at}' takes authorization or headers.Authorization, not both."
            raise Refusal(message, "invalid_value", f"{at}.authorization")


def _client(config: Json) -> McpClient | None:
    """Return the client of a server that has an address; connectors and tunnels are far away."""
    if config.get("server_url") is None:
        return None
    headers = dict(config.get("headers") or {})
    if config.get("authorization") is not None:
        headers["Authorization"] = f"Bearer {config['authorization']}"
    return McpClient(config["server_url"], headers)
