"""What cells show without a widget: the talk's static copy, and a reply as it comes.

Every text from outside is escaped, and printed without control characters. A cell's live
output is displayed once and updated by its display id: that finds its cell from any thread.
A terminal cannot be updated: there a reply is printed when it is complete.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from html import escape
from typing import Any

from IPython.core.getipython import get_ipython

from ..background import loop_thread
from ..client.reply import Reply
from ..client.session import RealtimeSession
from ..errors import printable
from ..protocol.conversation import Item

__all__ = ["LiveOutput", "LiveReply", "StaticCopy", "follow", "transcript_html"]

PAUSE_SECONDS = 0.25
_SPEAKERS = {"user": "You", "assistant": "Assistant", "system": "System", "tool": "Tool"}
_STYLE = {
    "box": "border:1px solid #8886;border-radius:8px;padding:8px 12px;margin:4px 0;max-width:46em",
    "head": "font-size:85%;opacity:.75;margin-bottom:4px",
    "line": "margin:2px 0;white-space:pre-wrap;overflow-wrap:anywhere",
    "who": "font-weight:600;margin-right:.5em",
    "quiet": "opacity:.7;font-style:italic",
}
_ASKS = "{} waits for you: allow it in the panel, or stop this cell and run session.approve()"
# Reopened without a kernel, Jupyter says "Error displaying widget" above the copy that is
# there in its place. A live panel and a panel that failed have elements in that output.
_NO_ERROR = (
    "<style>.jp-OutputArea-child:has(+.jp-OutputArea-child .rt-static)"
    ">.jupyter-widgets:not(:has(*)){display:none}</style>"
)
# Dollars are dollars: Jupyter would set what stands between two of them as mathematics.
_AS_IS = "tex2jax_ignore mathjax_ignore"


class LiveOutput:
    """An HTML output of a cell that any thread may update, a few times a second.

    Parameters
    ----------
    render : callable
        Returns the HTML as it should look now.
    """

    def __init__(self, render: Callable[[], str]) -> None:
        self._render = render
        self._handles: list[Any] = []
        self._shown = ""
        self._lock = threading.Lock()
        self._due = False

    def display(self) -> None:
        """Show it in the cell that runs now."""
        from IPython.display import HTML, display

        self._shown = self._render()
        self._handles.append(display(HTML(data=self._shown), display_id=True))

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
        from IPython.display import HTML

        with self._lock:
            self._due = False
            html = self._render()
            if html != self._shown:
                self._shown = html
                for handle in self._handles:
                    handle.update(HTML(data=html))


class StaticCopy(LiveOutput):
    """The transcript next to the panel: hidden while the panel lives, there when it does not.

    Parameters
    ----------
    panel_id : str
        By which the panel finds and hides it.
    session : RealtimeSession
        Whose talk it holds.
    """

    def __init__(self, panel_id: str, session: RealtimeSession) -> None:
        self._began = time.strftime("%Y-%m-%d %H:%M")
        self._ends_cells = False
        super().__init__(lambda: transcript_html(session, panel_id, self._began))

    def display(self) -> None:
        """Show it; from now on it is complete whenever a cell ends, as nbconvert needs it."""
        super().display()
        shell = get_ipython()
        if shell is not None and not self._ends_cells:
            self._ends_cells = True
            shell.events.register("post_run_cell", lambda _: self.update_now())


class LiveReply(LiveOutput):
    """A reply in its cell, growing as it comes."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(lambda: _reply_html(reply))


def transcript_html(session: RealtimeSession, panel_id: str, began: str) -> str:
    """Return the talk as HTML that needs no kernel, no script and no network."""
    model = session.config.get("model") or session.backend.model
    head = f"Talk of {began} with {escape(str(model))} ({escape(session.backend.label)})"
    lines = [_line(item) for item in session.items if item.text or item.error or _wordless(item)]
    body = "".join(lines) or f'<div style="{_STYLE["quiet"]}">Nothing has been said yet.</div>'
    return (
        f'<div class="rt-static {_AS_IS}" data-panel="{escape(panel_id)}" style="{_STYLE["box"]}">'
        f'{_NO_ERROR}<div style="{_STYLE["head"]}">{head}</div>{body}</div>'
    )


def _wordless(item: Item) -> bool:
    """Whether the user said this and nobody transcribes it."""
    return item.role == "user" and not item.transcribed and not item.text


def _line(item: Item) -> str:
    who = escape(_SPEAKERS.get(item.role, item.role))
    aside = f' <span style="{_STYLE["quiet"]}">({_aside(item)})</span>' if _aside(item) else ""
    text = escape(item.error or item.text)
    name = f'<span style="{_STYLE["who"]}">{who}:</span>'
    return f'<div style="{_STYLE["line"]}">{name}{text}{aside}</div>'


def _aside(item: Item) -> str:
    if _wordless(item):
        return "spoken, not transcribed"
    if item.state != "interrupted":
        return ""
    return "interrupted" + ("" if item.heard_ms is None else f" after {item.heard_ms / 1000:.1f} s")


def _reply_html(reply: Reply) -> str:
    text = escape(reply.text) or f'<span style="{_STYLE["quiet"]}">…</span>'
    note = ""
    if reply.waits_for:
        note = f' <span style="{_STYLE["quiet"]}">({escape(_ASKS.format(reply.waits_for))})</span>'
    elif reply.status not in ("waiting", "in_progress", "completed"):
        note = f' <span style="{_STYLE["quiet"]}">({escape(reply.status)})</span>'
    return f'<div class="{_AS_IS}">{text}{note}</div>'


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
            print(printable(reply.text))


def _in_notebook() -> bool:
    """Whether outputs go to a front end that can update them, not to a terminal."""
    return getattr(get_ipython(), "kernel", None) is not None
