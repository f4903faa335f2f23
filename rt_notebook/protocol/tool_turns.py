"""What follows when a response calls functions: which calls run, and whether a response follows.

Rules
-----
- Only a completed response is acted on: what a cancelled or cut one called is not run.
- Every call that is ours gets exactly one output, whatever becomes of it.
- When all have one, exactly one ``response.create`` follows; none when the user stopped
  the turn, is speaking (the answer to that knows the outputs), or answers calls by a
  handler of their own.
- A turn has a budget of calls, over all its responses. The response that exceeds it gets
  errors and must then answer in words; one that calls all the same gets no response.

Source: API guide *Realtime conversations*, "Function calling".
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from ..secret import redact, redacting_repr

__all__ = ["FunctionCall", "ToolTurn", "tool_turn"]


@redacting_repr
@dataclass(frozen=True)
class FunctionCall:
    """One call that the model asks for.

    Parameters
    ----------
    call_id : str
        By which its output answers it.
    name : str
        The function.
    arguments : str
        JSON, as the model wrote it: it need not be valid.
    """

    call_id: str
    name: str
    arguments: str

    @property
    def shown(self) -> str:
        """The call in one line, such as ``weather({"city": "Oslo"})``; without secrets."""
        return redact(f"{self.name}({self.arguments})")


@dataclass
class ToolTurn:
    """The calls of one response that are ours to answer.

    Parameters
    ----------
    calls : list of FunctionCall
        All of them, in the model's order.
    refusals : dict
        Sentences by call id: these calls are answered with an error and not run.
    used : int
        Calls of the turn, these included.
    answers_follow : {"any", "words", "none"}
        What the next response may hold: anything, words alone, or there is no next one.
    """

    calls: list[FunctionCall]
    refusals: dict[str, str] = field(default_factory=dict)
    used: int = 0
    answers_follow: str = "any"
    _open: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._open = {call.call_id for call in self.calls}

    @property
    def is_answered(self) -> bool:
        """Whether every call has its output."""
        return not self._open

    def answered(self, call_id: str, *, by_user: bool = False) -> None:
        """Note that a call has its output; the user's own handler then asks for the response."""
        self._open.discard(call_id)
        if by_user:
            self.answers_follow = "none"

    def stop(self) -> None:
        """Note that the user stopped the turn: outputs are still sent, no response follows."""
        self.answers_follow = "none"

    def follow_up(self, *, user_speaking: bool = False) -> dict[str, Any] | None:
        """Return the options of the response that follows now, None when none does."""
        if self._open or user_speaking or self.answers_follow == "none":
            return None
        return {"tool_choice": "none"} if self.answers_follow == "words" else {}


def tool_turn(
    response: dict[str, Any],
    registered: Collection[str],
    declared: Collection[str] = (),
    used: int = 0,
    budget: int = 16,
) -> ToolTurn | None:
    """Return the calls of a response that are ours to answer, None when there are none.

    Parameters
    ----------
    response : dict
        Of ``response.done``.
    registered : collection of str
        Names of the functions that we run.
    declared : collection of str
        Names that the user gave the model without a function: a handler answers them.
    used : int
        Calls of the turn before this response.
    budget : int
        Calls that a turn may have.
    """
    calls = _calls(response)
    ours = [call for call in calls if call.name in registered or call.name not in declared]
    if not registered or not ours:
        return None
    refusals = {
        call.call_id: refusal
        for place, call in enumerate(ours, start=used + 1)
        if (refusal := _refusal(call, registered, place, budget))
    }
    turn = ToolTurn(ours, refusals, used + len(ours))
    if len(ours) < len(calls) or used > budget:
        turn.answers_follow = "none"
    elif turn.used > budget:
        turn.answers_follow = "words"
    return turn


def _calls(response: dict[str, Any]) -> list[FunctionCall]:
    if response.get("status") != "completed":
        return []
    calls = [
        FunctionCall(*(str(item.get(key) or "") for key in ("call_id", "name", "arguments")))
        for item in response.get("output") or []
        if isinstance(item, dict)
        and item.get("type") == "function_call"
        and item.get("status", "completed") == "completed"
        and item.get("call_id")
    ]
    first: dict[str, FunctionCall] = {}
    for call in calls:  # of an id that comes twice, one output is all that can be said
        first.setdefault(call.call_id, call)
    return list(first.values())


def _refusal(call: FunctionCall, registered: Collection[str], place: int, budget: int) -> str:
    if place > budget:
        return f"the budget of {budget} calls is used up: answer with what you know"
    return "" if call.name in registered else f"there is no function {call.name[:64]!r}"
