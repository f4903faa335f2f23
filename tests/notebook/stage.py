"""The kernel's end of the panel on a stage: a test plays its pages, and sees what they get."""

from __future__ import annotations

import queue

from rt_notebook.background import loop_thread
from rt_notebook.notebook.comm import PAGE_KINDS, page_message
from rt_notebook.notebook.panel import Panel

__all__ = ["Stage", "begun"]

DEFAULTS = {"origin": "", "hostname": "", "secure": True, "can_record": "", "public_key": ""}


class Stage:
    """A panel, what it posted, and the traits that it showed."""

    def __init__(self, session):
        self.posted = queue.Queue()
        self.traits = {}
        self.panel = loop_thread().run(self._make(session))

    async def _make(self, session):
        return Panel(session, self.posted.put, lambda **traits: self.traits.update(traits))

    def page(self, kind, client="one", audio=b"", on_main_thread=None, **fields):
        """Let a page send a message, and wait until it was taken."""
        known = {name: 0 for name in PAGE_KINDS[kind] if name != "+pcm"} | DEFAULTS
        content = {"kind": kind, "client": client, **known, **fields}
        message = page_message(content, audio)

        async def receive():
            self.panel.receive(message, on_main_thread=on_main_thread)

        loop_thread().run(receive())

    def next(self, kind):
        """Return the next message of a kind that the panel posts."""
        while (message := self.posted.get(timeout=10)).kind != kind:
            pass
        return message


def begun(response_id="r1"):
    response = {
        "id": response_id,
        "status": "in_progress",
        "conversation_id": "c",
        "metadata": None,
    }
    return {"type": "response.created", "event_id": "e", "response": response}
