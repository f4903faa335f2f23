"""What stays of a talk in the saved notebook: its words, its picture, its sound if wanted.

Three outputs beside the panel, hidden while it lives. The words are cheap and always up to
date. The picture is drawn, on a thread of its own, when the talk has paused; where no page
follows the talk (nbconvert, Run All without a browser) at the end of each cell.
"""

from __future__ import annotations

import asyncio
import importlib.util
import threading
import time

from IPython.core.getipython import get_ipython

from ..analysis.bill import Meter
from ..analysis.timeline import timeline
from ..background import loop_thread
from ..client.session import RealtimeSession
from .render import LiveOutput, Shown
from .transcript_copy import empty_html, sounds_html, transcript_html

__all__ = ["StaticCopy"]

PAUSE_SECONDS = 1.5  # without anything new: then the picture is drawn
MAX_PICTURE_SECONDS = 180.0  # of a longer talk, the end is shown


class StaticCopy:
    """The copy next to the panel: hidden while the panel lives, there when it does not.

    Parameters
    ----------
    panel_id : str
        By which the panel finds and hides it.
    session : RealtimeSession
        Whose talk it holds.
    """

    def __init__(self, panel_id: str, session: RealtimeSession) -> None:
        self._session, self._panel_id = session, panel_id
        self._began = time.strftime("%Y-%m-%d %H:%M")
        self._meter = Meter(session.log)
        self._words = LiveOutput(self._transcript)
        self._drawn = (LiveOutput(self._picture), LiveOutput(self._sounds))
        self._drawn_state: object = None
        self._due: asyncio.TimerHandle | None = None
        self._is_shown = False

    def display(self) -> None:
        """Show it; from now on it is complete whenever a cell ends, as nbconvert needs it."""
        for output in (self._words, *self._drawn):
            output.display()
        shell = get_ipython()
        if shell is not None and not self._is_shown:
            self._is_shown = True
            shell.events.register("post_run_cell", lambda _: self._cell_ended())

    def update(self) -> None:
        """Show what is new, on the background loop: the words soon, the rest when it pauses."""
        if not self._is_shown:
            return
        self._words.update()
        if self._due is not None:
            self._due.cancel()
        self._due = loop_thread().loop.call_later(PAUSE_SECONDS, self._draw_apart)

    def _cell_ended(self) -> None:
        self._words.update_now()
        if self._session.core.observer.can_play:
            loop_thread().call_soon(self.update)
        else:
            self._draw()

    def _draw_apart(self) -> None:
        threading.Thread(target=self._draw, name="rt-picture", daemon=True).start()

    def _draw(self) -> None:
        state = (len(self._session.log), self._session.keep_audio)
        if state == self._drawn_state:
            return
        self._drawn_state = state
        for output in self._drawn:
            output.update_now()

    def _transcript(self) -> Shown:
        return transcript_html(self._session, self._panel_id, self._began, self._meter.read())

    def _picture(self) -> Shown:
        if importlib.util.find_spec("matplotlib") is None:
            return empty_html(self._panel_id)
        told = timeline(self._session.log)
        if not (told.user or told.assistant):
            return empty_html(self._panel_id)
        return told.plot(start=max(0.0, told.end_s - MAX_PICTURE_SECONDS))

    def _sounds(self) -> Shown:
        if not self._session.keep_audio:
            return empty_html(self._panel_id)
        return sounds_html(self._session.log, self._panel_id)
