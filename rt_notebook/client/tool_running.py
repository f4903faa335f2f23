"""Running a tool off the audio path: each call on a daemon thread of its own, for so long.

A thread cannot be stopped. A call that passes its timeout is answered all the same; its
thread is abandoned, counted by the tool's name, and what it gives later is dropped.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import logging
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_jsonable_python

from ..protocol.surrogates import replaced
from ..secret import redact
from .clock import Clock
from .tool_schema import Tool

__all__ = ["MAX_OUTPUT_CHARS", "Outcome", "ToolThreads", "failure", "output_text"]

logger = logging.getLogger("rt_notebook")
MAX_OUTPUT_CHARS = 20_000
MAX_ABANDONED = 8  # of one tool: it is not called again before one of them ends
_ERROR_CHARS = 300


@dataclass(frozen=True)
class Outcome:
    """What became of a call.

    Parameters
    ----------
    output : str
        What the model is told; what of it no encoding has is replaced.
    value : object
        What the function returned; None when it failed.
    failed : bool
        Whether `output` is an error.
    """

    output: str
    value: object = None
    failed: bool = False

    def __post_init__(self) -> None:
        # Names of files may hold halves of surrogate pairs, which cannot be sent.
        object.__setattr__(self, "output", replaced(self.output))


def failure(sentence: str) -> Outcome:
    """Return the outcome of a call that gave nothing but an error."""
    return Outcome(json.dumps({"error": sentence}, ensure_ascii=False), failed=True)


def output_text(value: object, limit: int = MAX_OUTPUT_CHARS) -> str:
    """Return a result as the model gets it: text as it is, JSON, or else its ``str``.

    Parameters
    ----------
    value : object
        What a function returned.
    limit : int
        Characters that are kept; a note says when there were more.
    """
    try:
        plain = _finite(to_jsonable_python(value, fallback=_plain))
        text = plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)
    except ValueError:  # it holds itself
        text = str(value)
    if len(text) <= limit:
        return text
    return f"{text[:limit]}… (cut: {limit:,} of {len(text):,} characters)"


def _finite(plain: object) -> object:
    """Put the names of NaN and the infinities as text in their place: JSON has no such numbers."""
    return json.loads(json.dumps(plain), parse_constant=str)


def _plain(value: Any) -> object:
    # NumPy's arrays and scalars, and pandas' series, say it themselves.
    return value.tolist() if callable(getattr(value, "tolist", None)) else str(value)


class ToolThreads:
    """Starts calls and brings their outcomes back. Use it on the loop thread only.

    Parameters
    ----------
    clock : Clock
        By which calls time out.

    Attributes
    ----------
    abandoned : collections.Counter
        By tool name: threads that passed their timeout and still run.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.abandoned: Counter[str] = Counter()

    def start(
        self,
        tool: Tool,
        arguments: dict[str, Any],
        settle: Callable[[Outcome], None],
        show: Callable[[object], None],
    ) -> None:
        """Run a call; `settle` gets its outcome here, `show` its value on the call's thread."""
        if self.abandoned[tool.name] >= MAX_ABANDONED:
            settle(failure(f"{tool.name} hangs: {MAX_ABANDONED} earlier calls have not ended"))
            return
        loop = asyncio.get_running_loop()
        run = _Run(tool, arguments, settle)
        run.deadline = asyncio.ensure_future(self._expire(run))

        def work() -> None:
            outcome = _outcome(tool, arguments)
            loop.call_soon_threadsafe(self._end, run, outcome)
            if not outcome.failed and not run.is_abandoned:
                _show(show, outcome.value)

        threading.Thread(target=work, name=f"rt-tool {tool.name}", daemon=True).start()

    async def _expire(self, run: _Run) -> None:
        await self._clock.sleep(run.tool.timeout)
        run.is_abandoned = True
        self.abandoned[run.tool.name] += 1
        run.settle(_too_long(run.tool))

    def _end(self, run: _Run, outcome: Outcome) -> None:
        if run.is_abandoned:
            self.abandoned[run.tool.name] -= 1
            return
        if run.deadline is not None:
            run.deadline.cancel()
        run.settle(outcome)


@dataclass(eq=False)
class _Run:
    tool: Tool
    arguments: dict[str, Any]
    settle: Callable[[Outcome], None]
    deadline: asyncio.Future[None] | None = None
    is_abandoned: bool = False


def _show(show: Callable[[object], None], value: object) -> None:
    try:
        show(value)
    except Exception:
        logger.exception("a tool's result could not be shown")


def _outcome(tool: Tool, arguments: dict[str, Any]) -> Outcome:
    """Call the function on this thread."""
    try:
        value = tool.function(**arguments)
        if inspect.isawaitable(value):
            value = _awaited(value)
        return Outcome(output_text(value), value)
    except BaseException as error:  # even SystemExit ends this call alone
        text = redact(str(error)).strip().partition("\n")[0][:_ERROR_CHARS]
        return failure(f"{type(error).__name__}: {text}" if text else type(error).__name__)


def _awaited(awaitable: Any) -> object:
    """Run a coroutine on a loop of this thread's own."""

    async def result() -> object:
        return await awaitable

    # Not asyncio.run: where nest_asyncio is applied, that looks for the thread's loop.
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(result())
    finally:
        loop.close()


def _too_long(tool: Tool) -> Outcome:
    return failure(f"{tool.name} gave nothing within {tool.timeout:g} s and was given up")
