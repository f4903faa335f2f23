"""What cells show without a widget: outputs that are kept up to date, and a reply as it comes.

Every text from outside is escaped, and printed without control characters. A cell's live
output is displayed once and updated by its display id: that finds its cell from any thread.
A terminal cannot be updated: there a reply is printed when it is complete.
"""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Callable
from html import escape
from typing import Any

from IPython.core.getipython import get_ipython

from ..analysis.picture import Picture
from ..background import loop_thread
from ..client.reply import Reply
from ..errors import printable

__all__ = ["AS_IS", "QUIET", "LiveOutput", "LiveReply", "Shown", "follow"]

PAUSE_SECONDS = 0.25
QUIET = "opacity:.7;font-style:italic"
_ASKS = "{} waits for you: allow it in the panel, or stop this cell and run session.approve()"
_CALLED = "{} waits for its output: %rt_item add --call-id {} --function-call-output …"
# Dollars are dollars: Jupyter would set what stands between two of them as mathematics.
AS_IS = "tex2jax_ignore mathjax_ignore"


Shown = str | Picture  # HTML, or a picture


class LiveOutput:
    """An output of a cell that any thread may update, a few times a second.

    Parameters
    ----------
    render : callable
        Returns what it should show now.
    """

    def __init__(self, render: Callable[[], Shown]) -> None:
        self._render = render
        self._handles: list[Any] = []
        self._shown: Shown = ""
        self._lock = threading.Lock()
        self._due = False

    def display(self) -> None:
        """Show it in the cell that runs now."""
        from IPython.display import display

        self._shown = self._render()
        self._handles.append(display(_displayable(self._shown), display_id=True))

    def update(self) -> None:
        """Show what is new, soon: calls in between are gathered."""
        with self._lock:
            if self._due or not self._handles:
                return
            self._due = True
        loop = loop_thread().loop
        loop.call_soon_threadsafe(loop.call_later, PAUSE_SECONDS, self.update_now)

    def update_now(self) -> None:
        """Show what is new at once."""
        with self._lock:
            self._due = False
            shown = self._render()
            if shown != self._shown:
                self._shown = shown
                for handle in self._handles:
                    handle.update(_displayable(shown))


def _displayable(shown: Shown) -> Any:
    from IPython.display import HTML

    return HTML(data=shown) if isinstance(shown, str) else shown


class LiveReply(LiveOutput):
    """A reply in its cell, growing as it comes."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(lambda: _reply_html(reply))


def _reply_html(reply: Reply) -> str:
    told = _note(reply)
    note = f' <span style="{QUIET}">({escape(told)})</span>' if told else ""
    text = escape(reply.text) or ("" if note else f'<span style="{QUIET}">…</span>')
    return f'<div class="{AS_IS}">{text}{note}</div>'


def _note(reply: Reply) -> str:
    """What is to be known of a reply beside its words."""
    if reply.waits_for:
        return _ASKS.format(reply.waits_for)
    if reply.status != "completed":
        return "" if reply.status in ("waiting", "in_progress") else reply.status
    # Behind a call that was answered there is what the model made of the output.
    calls = itertools.takewhile(lambda item: item.type == "function_call", reversed(reply.items))
    return "; ".join(_CALLED.format(item.text, item.call_id) for item in calls)


def follow(reply: Reply) -> None:
    """Show a reply in this cell until it is done; Ctrl-C stops the waiting alone.

    Raises
    ------
    RealtimeError
        If the reply was refused or failed.
    """
    live = LiveReply(reply)
    if _in_notebook():
        live.display()
    try:
        while not reply.done:
            with contextlib.suppress(TimeoutError):
                reply.wait(PAUSE_SECONDS)
            live.update_now()
        reply.wait()
    except KeyboardInterrupt:
        print("Stopped waiting; the reply goes on. %rt_cancel stops it.")
    finally:
        live.update_now()
        if not _in_notebook():
            note = _note(reply)
            print(printable(f"{reply.text} ({note})".strip() if note else reply.text))


def _in_notebook() -> bool:
    """Whether outputs go to a front end that can update them, not to a terminal."""
    return getattr(get_ipython(), "kernel", None) is not None
