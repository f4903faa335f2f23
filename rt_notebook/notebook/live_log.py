"""The log in its cell, growing while the talk goes on."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING

from .render import LiveOutput

if TYPE_CHECKING:
    from ..analysis.log_view import LogView
    from ..client.session import RealtimeSession

__all__ = ["follow_log"]

_stops: weakref.WeakKeyDictionary[RealtimeSession, Callable[[], None]] = weakref.WeakKeyDictionary()


def follow_log(session: RealtimeSession, view: LogView) -> None:
    """Show a session's log in this cell and keep it up to date; the one before stands still."""

    def render() -> str:
        view.read()
        return view._repr_html_()

    live = LiveOutput(render)
    live.display()
    _stops.pop(session, lambda: None)()
    _stops[session] = session.on("*", lambda _: live.update(), direction="both")
