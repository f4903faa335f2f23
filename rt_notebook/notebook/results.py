"""What tools returned, as a cell would show it: tables and pictures beside the talk.

The model is told a text; the person sees the value itself. All results of a talk stand in
one output of the cell that shows its panel, so that any thread can add one.
"""

from __future__ import annotations

import base64
import sys
from collections import deque
from html import escape
from typing import Any

from IPython.core.getipython import get_ipython

from ..protocol.tool_turns import FunctionCall
from ..secret import redact
from .render import LiveOutput

__all__ = ["ToolResults", "rich_html"]

MAX_KEPT = 8
_MAX_HTML_CHARS = 2_000_000
_CALL_CHARS = 200
_PICTURES = ("image/png", "image/jpeg")
_CALL = "font-size:85%;opacity:.75;margin:8px 0 4px;overflow-wrap:anywhere"


class ToolResults(LiveOutput):
    """The last results that are more than text."""

    def __init__(self) -> None:
        self._kept: deque[str] = deque(maxlen=MAX_KEPT)
        super().__init__(lambda: f'<div class="rt-results">{"".join(self._kept)}</div>')

    def add(self, call: FunctionCall, value: object) -> None:
        """Show what a call returned; called on the tool's own thread."""
        shown = redact(rich_html(value))
        if shown and len(shown) <= _MAX_HTML_CHARS:
            text = call.shown
            text = text if len(text) <= _CALL_CHARS else f"{text[: _CALL_CHARS - 1]}…"
            self._kept.append(f'<div style="{_CALL}">{escape(text)}</div>{shown}')
            self.update()


def rich_html(value: object) -> str:
    """Return a value as HTML, as the notebook would show it; empty for what is only text."""
    picture = _figure(value)
    if picture:
        return _image("image/png", picture)
    shell = get_ipython()
    if shell is None or shell.display_formatter is None:
        return ""
    kinds = ("text/html", "image/svg+xml", *_PICTURES)
    data, _metadata = shell.display_formatter.format(value, include=kinds)
    for kind in _PICTURES:
        if kind in data:
            return _image(kind, data[kind])
    return str(data.get("text/html") or data.get("image/svg+xml") or "")


def _figure(value: object) -> bytes | None:
    """Return a matplotlib figure's PNG, and close it: the next cell would show it once more."""
    module = sys.modules.get("matplotlib.figure")
    if module is None or not isinstance(value, module.Figure):
        return None
    from IPython.core.pylabtools import print_figure

    png: bytes | None = print_figure(value, "png")
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close(value)
    return png


def _image(kind: str, data: Any) -> str:
    text = base64.b64encode(data).decode("ascii") if isinstance(data, bytes) else data
    return f'<img src="data:{kind};base64,{escape(str(text))}" style="max-width:100%">'
