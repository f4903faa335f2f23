"""A session in virtual time over wires whose other ends a test holds."""

from __future__ import annotations

import asyncio
import contextlib

from rt_notebook.client.clock import VirtualClock
from rt_notebook.client.core import SessionCore
from rt_notebook.client.observer import Observer
from rt_notebook.client.reply import Reply
from rt_notebook.client.waiting import Acknowledgement
from rt_notebook.errors import ConnectionLost
from rt_notebook.protocol.endings import DELAYS
from rt_notebook.protocol.events import Event

from .wire import Wire

NOON = 1_790_000_000.0


class Witness(Observer):
    def __init__(self):
        self.notices, self.statuses, self.flushes = [], [], []

    def flush(self, epoch):
        self.flushes.append(epoch)

    def notice(self, level, text):
        self.notices.append((level, text))

    def status_changed(self, status):
        self.statuses.append(status)


class Talk:
    """A session on wires; each further connection is the next of `lines`."""

    def __init__(self, *lines):
        self.clock, self.witness = VirtualClock(wall=NOON), Witness()
        self.wire, self.lines, self.dials = Wire(), list(lines), []
        self.core = SessionCore(self.wire, clock=self.clock, dial=self._dial)
        self.core.attach(self.witness)

    async def _dial(self):
        self.dials.append(self.clock.monotonic())
        line = self.lines.pop(0) if self.lines else ConnectionLost("nothing listens there")
        if isinstance(line, Exception):
            raise line
        self.wire = line
        return line

    async def lose(self, code=1006, reason="", attempt=0):
        """End the connection, and wait until another one has been tried."""
        self.wire.end(code, reason)
        await self.clock.advance(DELAYS[attempt])

    async def settle(self):
        await self.clock.advance(0)

    def send(self, type, name="mine", **fields):
        event = Event(type=type, event_id=f"{name}_{type}", **fields)
        acknowledgement = Acknowledgement(event)
        self.core.request(acknowledgement)
        return acknowledgement

    def respond(self, name="create", **fields):
        reply = Reply(self.core.machine.conversation, self.core.log)
        response = {"metadata": {"rt_request": name}, **fields}
        event = Event(type="response.create", event_id=name, response=response)
        self.core.respond(reply, event)
        return reply

    def begin(self, id="resp_1", name="create"):
        response = {"id": id, "status": "in_progress", "metadata": {"rt_request": name}}
        self.wire.say({"type": "response.created", "response": response})

    async def answer_restoration(self):
        """Acknowledge as a server does; return what it was sent."""
        told = []
        await self.settle()
        while not self.wire.outbox.empty:
            event = await self.wire.told()
            told.append(event)
            if event["type"] == "session.update":
                self.wire.say({"type": "session.updated", "session": event["session"]})
            elif event["type"] == "conversation.item.create":
                self.wire.say({"type": "conversation.item.added", "item": event["item"]})
            await self.settle()
        return told


@contextlib.asynccontextmanager
async def talking(*lines):
    talk = Talk(*lines)
    await talk.core.created
    yield talk
    await talk.core.close()


def run(scenario, *lines):
    async def main():
        async with talking(*[line() if callable(line) else line for line in lines]) as talk:
            await scenario(talk)

    asyncio.run(main())


def item(id, role, type, text, **rest):
    part = {"type": type, "transcript" if "audio" in type else "text": text}
    return {"id": id, "type": "message", "role": role, "content": [part], **rest}


def added(raw, previous):
    return {"type": "conversation.item.added", "item": raw, "previous_item_id": previous}
