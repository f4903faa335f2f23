"""The demo brain: deterministic, tool-calling, and honest about being no language model.

What it can answer is a table of intents, tried in order; what none of them knows is
said back. The first answer of a conversation says what is talking.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import Answer, Call, CallMade, CallResult, Context, Entry, Message, Say
from .arithmetic import calculation
from .dates import date_answer
from .memory import assistant_name, noted, recalled
from .pictures import described
from .story import story
from .tool_use import arguments_for, best_tool, spoken_result

__all__ = ["NOTICE", "DemoBrain"]

NOTICE = "I am the offline demo voice. I am not a language model."
_HELP = (
    "I can tell the time and the date, do arithmetic, repeat after you, "
    "tell a story of any length, remember what you tell me, and call the tools that you gave me. "
    "Anything else I say back to you."
)
_EXACTLY = re.compile(
    r"(?<!n't )(?<!n’t )(?<!not )(?<!never )"
    r"\b(?:say|repeat) (?:exactly|verbatim|word for word)\s*[:,]?\s*([^\s:,].*)",
    re.I | re.S,
)
_CLAUSE = re.compile(r",? and (?:then |also )?|; ", re.I)
_ANOTHER = re.compile(r"(?:(?:in|for|of|to|at)\s+)?[A-Z][\w'-]+(?: [A-Z][\w'-]+)*\W*$")

Json = dict[str, Any]


@dataclass(frozen=True)
class _Heard:
    """One thing the user said, and what an intent may need to answer it."""

    text: str
    found: re.Match[str]
    now: Callable[[], datetime]
    earlier: Sequence[str] = ()
    instructions: str = ""


@dataclass(frozen=True)
class _Intent:
    """What is answered when `pattern` is in the words; None passes on to the next."""

    name: str
    pattern: str
    reply: Callable[[_Heard], str | None]


def _clock(heard: _Heard) -> str:
    now = heard.now()
    return f"It is {now.strftime('%I:%M %p').lstrip('0')}."


def _date(heard: _Heard) -> str | None:
    return date_answer(heard.text, heard.now().date())


def _calculate(heard: _Heard) -> str | None:
    answer = calculation(heard.text)
    return answer[0].upper() + answer[1:] if answer else None


def _repeat(heard: _Heard) -> str:
    return heard.found.group("rest").strip()


def _recall(heard: _Heard) -> str | None:
    return recalled(heard.text, heard.earlier, heard.instructions)


def _note(heard: _Heard) -> str | None:
    return noted(heard.text)


def _identity(heard: _Heard) -> str:
    name = assistant_name(heard.instructions)
    called = f"My name is {name}. " if name else ""
    return f"{called}{NOTICE} I run on this computer, and nothing you say leaves it."


_INTENTS = (
    _Intent("repeat", r"\b(?:repeat|say) (?:after me|this)\b[\s,:;.]*(?P<rest>\S.*)", _repeat),
    _Intent("story", r"\bstor(?:y|ies)\b", lambda heard: story(heard.text)),
    _Intent("recall", r"", _recall),
    _Intent("arithmetic", r"", _calculate),
    _Intent("time", r"\bwhat time\b|\b(?:what(?:'s| is)|tell me) the time\b", _clock),
    _Intent("date", r"", _date),
    _Intent(
        "identity",
        r"\b(?:who|what) are you\b|\bare you (?:a|an)\b|\byour name\b",
        _identity,
    ),
    _Intent("note", r"", _note),
    _Intent("help", r"\bhelp\b|\bwhat can you do\b", lambda _heard: _HELP),
    _Intent("thanks", r"^\W*(?:thanks|thank you)\b", lambda _heard: "You are welcome."),
    _Intent("farewell", r"^\W*(?:goodbye|bye|good night)\b", lambda _heard: "Goodbye!"),
    _Intent(
        "greeting",
        r"^\W*(?:hello|hi|hey|good (?:morning|afternoon|evening))\b",
        lambda _heard: "Hello! It is nice to talk with you.",
    ),
)


class DemoBrain:
    """Answers by a table of intents.

    Parameters
    ----------
    now : callable
        Tells the local time, for the answers that need it.
    """

    def __init__(self, now: Callable[[], datetime] = datetime.now) -> None:
        self._now = now

    async def answer(self, context: Context) -> AsyncGenerator[Answer, None]:
        """Yield a function call, or words."""
        turn = _latest_turn(context.entries)
        exactly = _EXACTLY.search(context.instructions) or _EXACTLY.search(turn.text)
        if exactly:
            yield Say(exactly.group(1).strip().strip('"“”'))
            return
        calls = [] if turn.calls else _calls(context, turn.text)
        for call in calls:
            yield call
        if calls:
            return
        words = turn.outcome() if turn.calls else self._words(turn, context.instructions)
        first = not any(_is_from(entry, "assistant") for entry in context.entries)
        yield Say(f"{NOTICE} {words}" if first and NOTICE not in words else words)

    def _words(self, turn: _Turn, instructions: str) -> str:
        seen = [f"I got {described(uri)}. I cannot see what is in it." for uri in turn.pictures]
        if turn.text.strip():
            return " ".join([*seen, self._reply(turn, instructions)])
        return " ".join(seen) or "I heard no words. Say something, and I will answer."

    def _reply(self, turn: _Turn, instructions: str) -> str:
        for intent in _INTENTS:
            found = re.search(intent.pattern, turn.text, re.I | re.S)
            if found is None:
                continue
            heard = _Heard(turn.text, found, self._now, turn.earlier, instructions)
            if reply := intent.reply(heard):
                return reply
        return f"You said: {turn.text.strip()}"


@dataclass(frozen=True)
class _Turn:
    """The latest thing the user said, and the function calls made for it."""

    text: str
    calls: Sequence[CallMade]
    results: dict[str, CallResult]
    earlier: Sequence[str] = ()
    pictures: Sequence[str] = ()

    def outcome(self) -> str:
        """Return what the calls gave back."""
        return " ".join(self._told(call) for call in self.calls)

    def _told(self, call: CallMade) -> str:
        result = self.results.get(call.call_id)
        if result is None:
            return f"I am still waiting for {call.name.replace('_', ' ')}."
        return spoken_result(call.name, result)


def _latest_turn(entries: Sequence[Entry]) -> _Turn:
    said = [place for place, entry in enumerate(entries) if _is_from(entry, "user")]
    start = said[-1] if said else 0
    spoken = entries[start] if said else None
    results = {e.call_id: e for e in entries[start:] if isinstance(e, CallResult)}
    calls = [entry for entry in entries[start:] if isinstance(entry, CallMade)]
    if not isinstance(spoken, Message):
        return _Turn("", calls, results)
    before = [e.text for e in entries[:start] if isinstance(e, Message) and e.role == "user"]
    return _Turn(spoken.text, calls, results, before, spoken.pictures)


def _is_from(entry: Entry, role: str) -> bool:
    return isinstance(entry, Message) and entry.role == role


def _calls(context: Context, text: str) -> list[Call]:
    """Return the function calls that the words ask for."""
    clauses = _CLAUSE.split(text) if context.parallel_tool_calls else []
    if len(clauses) > 1 and context.tool_choice in ("auto", "required"):
        parts = _parts(context.tools, clauses)
        if parts:
            return [Call(tool["name"], arguments_for(tool, words)) for tool, words in parts]
    tool = _tool(context, text)
    return [Call(tool["name"], arguments_for(tool, text))] if tool else []


def _parts(tools: Sequence[Json], clauses: Sequence[str]) -> list[tuple[Json, str]]:
    """Return a tool for every clause, and none if one clause asks for no call of its own.

    "The weather in Paris and in London": the second clause names a place only, and is for
    the first one's tool.
    """
    parts: list[tuple[Json, str]] = []
    for clause in clauses:
        tool = best_tool(tools, clause)
        if tool is None and parts and _ANOTHER.match(clause.strip()):
            tool = parts[-1][0]
        if tool is None:
            return []
        parts.append((tool, clause))
    return parts


def _tool(context: Context, text: str) -> Json | None:
    choice = context.tool_choice
    if choice == "none":
        return None
    if isinstance(choice, dict):
        return next((tool for tool in context.tools if tool["name"] == choice.get("name")), None)
    return best_tool(context.tools, text, forced=choice == "required")
