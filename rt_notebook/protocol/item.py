"""One item of the conversation and its content, read from the wire piece by piece."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from ..secret import redact, redacting_repr
from .surrogates import replaced

__all__ = ["CALL_FAILED", "Item", "ItemState", "Part"]

ItemState = Literal["listening", "in_progress", "completed", "interrupted", "failed"]

_STATES: dict[str | None, ItemState] = {
    "in_progress": "in_progress",
    "incomplete": "interrupted",
    "failed": "failed",
}
_CALLS = ("function_call", "mcp_call", "mcp_approval_request")
PICTURE = "(picture)"
CALL_FAILED = "the call at the server failed"
_FORWARD: tuple[ItemState, ...] = ("listening", "in_progress", "completed", "interrupted", "failed")


@redacting_repr
@dataclass
class Part:
    """One content part: what was written or, for audio, what was said.

    Parameters
    ----------
    type : {"text", "audio", "image"}
        The short name; ``input_`` and ``output_`` are dropped.
    text : str
        Text, or the transcript of audio as far as it has come.
    final : bool
        False while more text may follow.
    """

    type: str
    text: str = ""
    final: bool = False

    @property
    def words(self) -> str:
        """What stands for it in a line of text."""
        return self.text.strip() or (PICTURE if self.type == "image" else "")

    def extend(self, text: str) -> None:
        """Add a piece; one that comes behind the whole text is in it already."""
        if not self.final:
            self.text += text


@redacting_repr
@dataclass
class Item:
    """One item of the conversation.

    Parameters
    ----------
    id : str
        The server's or the client's id.
    type : str
        ``message``, ``function_call``, ``function_call_output`` …
    role : str
        ``user``, ``assistant`` or ``system``; ``tool`` for calls, outputs and approvals.
    server_label : str
        The MCP server of a hosted tool.
    heard_ms : int or None
        Milliseconds of its audio that were played; None when none was.
    truncated : bool
        Whether its audio was cut on the server, and its transcript with it.
    transcribed : bool
        False for user audio that came while the session transcribed nothing: no words follow.
    """

    id: str
    type: str = "message"
    role: str = "user"
    state: ItemState = "in_progress"
    parts: list[Part] = field(default_factory=list)
    name: str = ""
    call_id: str = ""
    arguments: str = ""
    output: str = ""
    server_label: str = ""
    heard_ms: int | None = None
    truncated: bool = False
    transcribed: bool = True
    error: str = ""

    @property
    def text(self) -> str:
        """What was said or written, as far as it is known, and ``(picture)``; without secrets."""
        return redact(replaced(self._text))

    @property
    def _text(self) -> str:
        if self.type in _CALLS:
            server = f"{self.server_label}." if self.server_label else ""
            result = f" → {self.output}" if self.output else ""
            return f"{server}{self.name}({self.arguments}){result}"
        if self.type == "mcp_list_tools":
            return f"{self.server_label}: {self.output or 'none'}"
        if self.type in ("function_call_output", "mcp_approval_response"):
            return self.output
        return " ".join(words for part in self.parts if (words := part.words))

    @property
    def is_wordless(self) -> bool:
        """Whether the user said this and nobody transcribes it."""
        return self.role == "user" and not self.transcribed and not self.text

    @property
    def awaits_transcript(self) -> bool:
        """Whether this is user audio whose transcript may still come."""
        expected = self.role == "user" and self.transcribed
        return expected and any(p.type == "audio" and not p.final for p in self.parts)

    def advance(self, state: ItemState) -> None:
        """Go on to a state; one that lies behind changes nothing."""
        self.state = max(self.state, state, key=_FORWARD.index)

    def part(self, index: int, type: str = "audio") -> Part:
        """Return the content part at `index`, made if it is not there yet."""
        while len(self.parts) <= index:
            self.parts.append(Part(type))
        return self.parts[index]

    def read(self, raw: dict[str, Any]) -> None:
        """Take over an item of the wire; what it does not tell stays as it is."""
        self.type = str(raw.get("type", self.type))
        self.role = str(raw.get("role") or ("assistant" if self.type == "message" else "tool"))
        self.advance(_STATES.get(raw.get("status"), "completed"))
        for name in ("name", "call_id", "arguments", "output", "server_label"):
            setattr(self, name, str(raw.get(name) or getattr(self, name)))
        self._read_hosted(raw)
        for index, part in enumerate(raw.get("content") or []):
            self.read_part(index, part)

    def read_part(self, index: int, raw: object, *, final: bool = False) -> None:
        """Take over a content part; an empty one never erases what deltas brought."""
        if not isinstance(raw, dict):
            return
        part = self.part(index)
        part.type = str(raw.get("type", part.type)).rpartition("_")[2]
        text = raw.get("text") or raw.get("transcript")
        if isinstance(text, str) and text:
            part.text = text
        part.final = part.final or final or (self.role == "user" and bool(text))

    def _read_hosted(self, raw: dict[str, Any]) -> None:
        """Take over what only the items of hosted (MCP) tools have."""
        if self.type == "mcp_list_tools":
            tools = [tool for tool in raw.get("tools") or [] if isinstance(tool, dict)]
            self.output = ", ".join(str(tool.get("name")) for tool in tools)
        elif self.type == "mcp_approval_response":
            self.output = "allowed" if raw.get("approve") is True else "not allowed"
        error = raw.get("error")
        if self.type == "mcp_call" and isinstance(error, dict):
            self.error = redact(str(error.get("message") or CALL_FAILED))
            self.advance("failed")
