"""Calls that wait for a person: one question each, one answer, and no answer is a no.

A question is known by a nonce of its own: an answer to one is never an answer to another,
even of the same function with the same arguments.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from ..errors import LocalProtocolError
from ..secret import redact
from .clock import Clock

__all__ = ["Approval", "Approvals", "Decision"]

APPROVAL_SECONDS = 120.0


@dataclass(frozen=True)
class Decision:
    """What became of a question: `reason` says why not."""

    allow: bool
    reason: str = ""


@dataclass(frozen=True)
class Approval:
    """A call that waits for an answer; see `RealtimeSession.approve`.

    Parameters
    ----------
    call_id : str
        The call's id; of a hosted tool, the id of its ``mcp_approval_request``.
    name, arguments : str
        What is called, and with which JSON.
    server_label : str
        The MCP server that runs it; empty for a function of this notebook.
    nonce : str
        What an answer must name.
    """

    call_id: str
    name: str
    arguments: str
    server_label: str = ""
    nonce: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)

    @property
    def call(self) -> str:
        """The call in one line, such as ``weather({"city": "Oslo"})``; without secrets."""
        where = f"{self.server_label}." if self.server_label else ""
        return redact(f"{where}{self.name}({self.arguments})")

    def __repr__(self) -> str:
        call = self.call if len(self.call) <= 200 else f"{self.call[:199]}…"
        return f"<{call} waits: session.approve() lets it run, session.approve(allow=False) not>"


class Approvals:
    """The questions that are open. Change them on the loop thread only.

    Parameters
    ----------
    clock : Clock
        By which a question is open for `seconds`.
    changed : callable
        Called when there is one more or less.
    """

    def __init__(self, clock: Clock, changed: Callable[[], None]) -> None:
        self.seconds = APPROVAL_SECONDS
        self._clock = clock
        self._changed = changed
        self._open: dict[str, _Question] = {}

    @property
    def waiting(self) -> list[Approval]:
        """What waits, oldest first."""
        return [question.approval for question in list(self._open.values())]

    def ask(self, approval: Approval, decided: Callable[[Decision], None]) -> None:
        """Wait for an answer; `decided` gets it, or a no after `seconds`."""
        deadline = asyncio.ensure_future(self._expire(approval.nonce, self.seconds))
        self._open[approval.nonce] = _Question(approval, decided, deadline)
        self._changed()

    def decide(self, nonce: str, *, allow: bool) -> None:
        """Answer a question.

        Raises
        ------
        LocalProtocolError
            If no question has this nonce: it was answered, or nobody answered in time.
        """
        if nonce not in self._open:
            raise LocalProtocolError("nothing waits for this answer: it was given, or came late")
        self._settle(nonce, Decision(allow, "" if allow else "the user did not allow it"))

    def withdraw(self, call_id: str, reason: str) -> None:
        """Answer the question about a call with a no, if there is one."""
        for nonce, question in list(self._open.items()):
            if question.approval.call_id == call_id:
                self._settle(nonce, Decision(False, reason))

    def forget(self, call_id: str | None = None) -> None:
        """Drop the question about a call, or all: nobody is told."""
        for nonce, question in list(self._open.items()):
            if call_id in (None, question.approval.call_id):
                del self._open[nonce]
                question.deadline.cancel()
                self._changed()

    async def _expire(self, nonce: str, seconds: float) -> None:
        await self._clock.sleep(seconds)
        self._settle(nonce, Decision(False, f"nobody allowed it within {seconds:g} s"))

    def _settle(self, nonce: str, decision: Decision) -> None:
        question = self._open.pop(nonce)
        question.deadline.cancel()
        self._changed()
        question.decided(decision)


@dataclass
class _Question:
    approval: Approval
    decided: Callable[[Decision], None]
    deadline: asyncio.Future[None]
