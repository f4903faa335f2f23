"""The panel as an anywidget: traits for the state that a page shows, messages for the rest.

Imported on first display only: anywidget reads the bundle when the class is made.
Traits hold nothing but what anyone may read in a saved notebook: no key, no transcript.
"""

from __future__ import annotations

import secrets
import threading
import weakref
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from ..background import loop_thread
from ..client.session import RealtimeSession
from .comm import MalformedMessage, Message, page_message
from .cost_meter import CostMeter
from .panel import Panel
from .results import ToolResults
from .static_copy import StaticCopy

__all__ = ["PanelWidget", "panel_of", "show", "shown_panel"]

_STATIC = Path(__file__).parent / "static"


class PanelWidget(anywidget.AnyWidget):
    """Microphone, speaker, transcript and text box of one session, in the cell."""

    _esm = _STATIC / "panel.js"
    _css = _STATIC / "panel.css"

    panel_id = traitlets.Unicode().tag(sync=True)
    status = traitlets.Unicode("open").tag(sync=True)
    backend = traitlets.Unicode().tag(sync=True)
    model = traitlets.Unicode().tag(sync=True)
    voice = traitlets.Unicode().tag(sync=True)
    sound_goes_to = traitlets.Unicode().tag(sync=True)
    turn_detection = traitlets.Unicode("server_vad").tag(sync=True)
    barge_in = traitlets.Bool(True).tag(sync=True)
    half_duplex = traitlets.Bool(False).tag(sync=True)
    owner = traitlets.Unicode().tag(sync=True)
    path = traitlets.Unicode("comm").tag(sync=True)
    mic_waits = traitlets.Bool(False).tag(sync=True)
    dropped_ms = traitlets.Int(0).tag(sync=True)
    keep_audio = traitlets.Bool(False).tag(sync=True)
    cost = traitlets.Unicode().tag(sync=True)
    cost_about = traitlets.Unicode().tag(sync=True)

    def __init__(self, session: RealtimeSession) -> None:
        super().__init__(
            panel_id=f"rt-{secrets.token_hex(6)}",
            status=session.status,
            backend=session.backend.label,
            sound_goes_to=session.backend.sound_goes_to,
            keep_audio=session.keep_audio,
        )
        # ipykernel 7.4 hands what a page sends to the shell that the widget was last used in:
        # a cell's own, which the next cell blocks. The page names a better one by itself.
        self.comm._reply_subshell_for = None
        self.copy = StaticCopy(self.panel_id, session)
        self.results = ToolResults()
        self.panel = loop_thread().run(self._make_panel(session))
        self.on_msg(self._hand_over)

    def __repr__(self) -> str:
        # What stands in a saved notebook wherever widgets are not shown.
        return "<PanelWidget: live while its kernel runs>"

    async def _make_panel(self, session: RealtimeSession) -> Panel:
        panel = Panel(session, self._post, self._show)
        panel.items.changed.append(self.copy.update)
        panel.results.append(self.results.add)
        panel.config_changed()
        CostMeter(session, self._show)
        return panel

    def _post(self, message: Message) -> None:
        self.send(dict(message), [message.audio] if message.audio else None)

    def _show(self, **traits: Any) -> None:
        with self.hold_sync():
            for name, value in traits.items():
                self.set_trait(name, value)

    def _hand_over(self, _: Any, content: Any, buffers: list[Any]) -> None:
        """Check a page's message and hand it to the loop thread; never work here."""
        try:
            message = page_message(content, bytes(buffers[0]) if buffers else b"")
        except MalformedMessage:
            return
        on_main = threading.current_thread() is threading.main_thread()
        loop_thread().call_soon(lambda: self.panel.receive(message, on_main_thread=on_main))


_panels: weakref.WeakKeyDictionary[RealtimeSession, PanelWidget] = weakref.WeakKeyDictionary()


def panel_of(session: RealtimeSession) -> PanelWidget:
    """Return the session's panel, made on first use; a session has one."""
    if session not in _panels:
        _panels[session] = PanelWidget(session)
    return _panels[session]


def shown_panel(session: RealtimeSession) -> PanelWidget | None:
    """Return the session's panel if it was ever shown."""
    return _panels.get(session)


def show(session: RealtimeSession) -> None:
    """Display the session's panel in this cell, with what stays of it when it is saved."""
    from IPython.display import display

    widget = panel_of(session)
    display(widget)
    if session.static_copy:
        widget.copy.display()
    widget.results.display()
