"""What the answers say: a brain reads a conversation and gives words and tool calls.

A brain knows nothing of audio, events or connections. It must give its first words soon:
they are spoken as soon as a sentence is complete.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ...errors import RealtimeError

__all__ = [
    "Answer",
    "Brain",
    "BrainFailed",
    "Call",
    "CallMade",
    "CallResult",
    "Context",
    "Entry",
    "Message",
    "Say",
]


@dataclass(frozen=True)
class Message:
    """Something that was said; `role` is ``"user"``, ``"assistant"`` or ``"system"``.

    Parameters
    ----------
    role, text : str
        Who said it, and what.
    pictures : sequence of str
        Data URIs of the images beside it.
    """

    role: str
    text: str
    pictures: Sequence[str] = ()


@dataclass(frozen=True)
class CallMade:
    """A function call of the assistant; `arguments` is JSON."""

    call_id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class CallResult:
    """What the client answered to a function call."""

    call_id: str
    output: str


Entry = Message | CallMade | CallResult


@dataclass(frozen=True)
class Context:
    """What a brain answers to.

    Parameters
    ----------
    entries : sequence
        The conversation, or the input that the request gave instead, oldest first.
    instructions : str
        The session's or the request's.
    tools : list of dict
        Function tools as the API has them; other kinds are left out.
    tool_choice : str or dict
        ``"auto"``, ``"none"``, ``"required"`` or ``{"type": "function", "name": …}``.
    parallel_tool_calls : bool
        Whether one answer may call several functions.
    """

    entries: Sequence[Entry]
    instructions: str = ""
    tools: list[dict[str, Any]] = field(default_factory=list)
    tool_choice: Any = "auto"
    parallel_tool_calls: bool = True


@dataclass(frozen=True)
class Say:
    """Words of the answer; pieces are joined as they are."""

    text: str


@dataclass(frozen=True)
class Call:
    """A function call; `arguments` is a JSON object as text."""

    name: str
    arguments: str


Answer = Say | Call


class BrainFailed(RealtimeError):
    """A brain cannot answer; the message is told to the client."""


class Brain(Protocol):
    """Anything that answers the conversations of one connection.

    One that has ``default_instructions`` gets them in sessions that nobody gave any.
    """

    def answer(self, context: Context) -> AsyncGenerator[Answer, None]:
        """Yield the answer piece by piece; closed early when nobody listens any more."""
        ...
