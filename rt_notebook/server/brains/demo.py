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
from .number_words import calculation
from .story import STORY
from .tool_use import arguments_for, best_tool, spoken_result

__all__ = ["NOTICE", "DemoBrain"]

NOTICE = "I am the offline demo voice. I am not a language model."
_HELP = (
    "I can tell the time and the date, do arithmetic, repeat after you, tell a long story, "
    "and call the tools that you gave me. Anything else I say back to you."
)
_EXACTLY = re.compile(
    r"\b(?:say|repeat) (?:exactly|verbatim|word for word)\s*[:,]?\s*(.+)", re.I | re.S
)


@dataclass(frozen=True)
class _Heard:
    """One thing the user said, and what an intent may need to answer it."""

    text: str
    found: re.Match[str]
    now: Callable[[], datetime]


@dataclass(frozen=True)
class _Intent:
    """What is answered when `pattern` is in the words; None passes on to the next."""

    name: str
    pattern: str
    reply: Callable[[_Heard], str | None]


def _clock(heard: _Heard) -> str:
    now = heard.now()
    return f"It is {now.strftime('%I:%M %p').lstrip('0')}."


def _date(heard: _Heard) -> str:
    now = heard.now()
    return f"Today is {now.strftime('%A, %B')} {now.day}, {now.year}."


def _calculate(heard: _Heard) -> str | None:
    answer = calculation(heard.text)
    return answer[0].upper() + answer[1:] if answer else None


def _repeat(heard: _Heard) -> str:
    return heard.found.group("rest").strip()


_INTENTS = (
    _Intent("repeat", r"\b(?:repeat|say) (?:after me|this)\b[\s,:;.]*(?P<rest>\S.*)", _repeat),
    _Intent("story", r"\bstor(?:y|ies)\b", lambda _heard: STORY),
    _Intent("arithmetic", r"", _calculate),
    _Intent("time", r"\bwhat time\b|\b(?:what(?:'s| is)|tell me) the time\b", _clock),
    _Intent("date", r"\bwhat(?:'s| is)? (?:the date|today's date|day)\b|\bwhat date\b", _date),
    _Intent(
        "identity",
        r"\b(?:who|what) are you\b|\bare you (?:a|an)\b|\byour name\b",
        lambda _heard: f"{NOTICE} I run on this computer, and nothing you say leaves it.",
    ),
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
        exactly = _EXACTLY.search(context.instructions)
        if exactly:
            yield Say(exactly.group(1).strip().strip('"“”'))
            return
        turn = _latest_turn(context.entries)
        tool = None if turn.calls else _tool(context, turn.text)
        if tool is not None:
            yield Call(tool["name"], arguments_for(tool, turn.text))
            return
        words = turn.outcome() if turn.calls else self._words(turn.text)
        first = not any(_is_from(entry, "assistant") for entry in context.entries)
        yield Say(f"{NOTICE} {words}" if first and not words.startswith(NOTICE) else words)

    def _words(self, text: str) -> str:
        if not text.strip():
            return "I heard no words. Say something, and I will answer."
        for intent in _INTENTS:
            found = re.search(intent.pattern, text, re.I | re.S)
            reply = intent.reply(_Heard(text, found, self._now)) if found else None
            if reply:
                return reply
        return f"You said: {text.strip()}"


@dataclass(frozen=True)
class _Turn:
    """The latest thing the user said, and the function calls made for it."""

    text: str
    calls: Sequence[CallMade]
    results: dict[str, CallResult]

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
    return _Turn(spoken.text if isinstance(spoken, Message) else "", calls, results)


def _is_from(entry: Entry, role: str) -> bool:
    return isinstance(entry, Message) and entry.role == role


def _tool(context: Context, text: str) -> dict[str, Any] | None:
    choice = context.tool_choice
    if choice == "none":
        return None
    if isinstance(choice, dict):
        return next((tool for tool in context.tools if tool["name"] == choice.get("name")), None)
    return best_tool(context.tools, text, forced=choice == "required")
