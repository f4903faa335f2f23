"""The script brain: says and calls what a file tells it to, step by step.

A script is a file of JSON lines, one step for each response::

    {"expect": "weather", "emit": [{"call": "get_weather", "arguments": {"city": "Paris"}}]}
    {"expect": {"result": "Foggy"}, "emit": [{"say": "It is "}, {"say": "foggy."}]}
    {"emit": [{"say": "Goodbye."}]}

``expect`` is a regular expression that must be in the latest words of the user, or with
``{"result": …}`` in the latest result of a function; without it anything goes. A response
that finds something else, or no more steps, fails with a sentence that names the line.
Every connection begins with the first step.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import ConfigError
from . import Answer, BrainFailed, Call, CallResult, Context, Message, Say

__all__ = ["ScriptBrain", "Step", "read_script"]


@dataclass(frozen=True)
class Step:
    """One response: what must have been said, and what is answered.

    Parameters
    ----------
    line : int
        Where it stands in the file.
    expect : pattern or None
        What must be found; None for anything.
    source : {"user", "result"}
        Where it must be found.
    emit : sequence of Say or Call
        The answer.
    """

    line: int
    expect: re.Pattern[str] | None
    source: str
    emit: Sequence[Answer]


class ScriptBrain:
    """Plays a script once.

    Parameters
    ----------
    steps : sequence of Step
        What `read_script` returned.
    """

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = iter(steps)

    async def answer(self, context: Context) -> AsyncGenerator[Answer, None]:
        """Yield the answer of the next step, or raise `BrainFailed`."""
        step = next(self._steps, None)
        if step is None:
            raise BrainFailed("The script has no more steps.")
        latest = _latest(context, step.source)
        if step.expect is not None and not step.expect.search(latest):
            expected = f"expected {step.expect.pattern!r} in the {step.source}'s words"
            raise BrainFailed(f"Line {step.line} of the script: {expected}, got {latest!r}.")
        for piece in step.emit:
            yield piece


def _latest(context: Context, source: str) -> str:
    for entry in reversed(context.entries):
        if source == "result" and isinstance(entry, CallResult):
            return entry.output
        if source == "user" and isinstance(entry, Message) and entry.role == "user":
            return entry.text
    return ""


def read_script(path: Path) -> list[Step]:
    """Read a script.

    Raises
    ------
    ConfigError
        If the file cannot be read, or a line is no step; the message names it.
    """
    try:
        # Lines of JSON end at a line feed: U+2028 may stand in a text. Editors begin with a mark.
        lines = path.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read the script {path}: {error}") from None
    return [_step(number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _step(number: int, line: str) -> Step:
    try:
        given = json.loads(line)
        expect, source = given.get("expect"), "user"
        if isinstance(expect, dict):
            [(source, expect)] = expect.items()
        if not set(given) <= {"expect", "emit"} or source not in ("user", "result"):
            raise ValueError
        pattern = None if expect is None else re.compile(expect, re.I)
        return Step(number, pattern, source, list(_pieces(given["emit"])))
    except (ValueError, TypeError, KeyError, AttributeError, re.error):
        example = '{"expect": "hello", "emit": [{"say": "Hi."}]}'
        raise ConfigError(f"line {number} of the script is no step such as {example}") from None


def _pieces(emit: list[dict[str, Any]]) -> Iterator[Answer]:
    for piece in emit:
        if set(piece) == {"say"} and isinstance(piece["say"], str):
            yield Say(piece["say"])
        elif set(piece) == {"call", "arguments"} and isinstance(piece["call"], str):
            yield Call(piece["call"], json.dumps(piece["arguments"]))
        else:
            raise ValueError(piece)
