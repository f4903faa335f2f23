"""Soak S1: a talk of an hour in virtual time, with a fault each minute."""

from __future__ import annotations

import asyncio
import gc
import os
import random
import threading
from pathlib import Path

import numpy as np
import pytest

from rt_notebook.client.clock import VirtualClock
from rt_notebook.client.core import SessionCore
from rt_notebook.client.observer import Observer
from rt_notebook.client.outstanding import Patience
from rt_notebook.client.reply import Reply
from rt_notebook.client.tool_schema import tool_of
from rt_notebook.client.waiting import Acknowledgement
from rt_notebook.client.watch import Watch
from rt_notebook.protocol.events import Event
from rt_notebook.record.log import Log
from rt_notebook.record.track import Track

from .strict import StrictServer, strike

TURN_SECONDS = 20
CHUNK_SECONDS = 0.1
SPEECH, SILENCE = b"\x05\x00" * 2400, bytes(4800)
PATIENCE = Patience(acknowledgement=30, response=30)
MAX_SLOPE_KB = 1024  # in ten minutes


class Speaker(Observer):
    """A player without a page: what it is given sounds at its pace, and is counted."""

    can_play = True

    def __init__(self, clock: VirtualClock) -> None:
        self.notices: list[tuple[str, str]] = []
        self.core: SessionCore
        self._clock = clock
        self._epoch, self._queued, self._rendered, self._last = 0, 0, 0, 0.0

    def play(self, item_id: str, pcm: bytes) -> None:
        self._render()
        self._queued += len(pcm) // 2

    def flush(self, epoch: int) -> None:
        self._render()
        rendered, self._epoch, self._queued, self._rendered = self._rendered, epoch + 1, 0, 0
        asyncio.get_running_loop().call_soon(self.core.flushed, epoch, rendered, 20.0)

    def notice(self, level: str, text: str) -> None:
        self.notices.append((level, text))

    async def run(self) -> None:
        while True:
            await self._clock.sleep(0.5)
            self._render()
            self.core.played(self._epoch, self._rendered, 20.0)

    def _render(self) -> None:
        now = self._clock.monotonic()
        elapsed, self._last = now - self._last, now
        self._rendered = min(self._queued, self._rendered + round(elapsed * 24_000))


def look_up(word: str) -> str:
    """Look a word up."""
    return f"{word}: a long bath"


class Soak:
    """The talk and its accounts."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.clock = VirtualClock(wall=1_790_000_000.0)
        self.server = StrictServer(self.clock)
        self.waiting: list[Acknowledgement | Reply] = []
        self.struck: list[str] = []
        self.resident_kb: list[int] = []

    async def talk(self, minutes: int) -> None:
        """Talk so long, with a fault each minute; then two minutes without, and close."""
        speaker = Speaker(self.clock)
        log = Log(max_entries_in_memory=200)
        log.user, log.assistant = Track(65_536), Track(65_536)  # its memory is not looked at here
        first = await self.server.dial()
        self.core = speaker.core = SessionCore(
            first, clock=self.clock, log=log, dial=self.server.dial
        )
        self.core.attach(speaker)
        self.core.run(Watch(self.core, PATIENCE).run())
        self.core.run(speaker.run())
        self._request("session.update", session={"type": "realtime", "instructions": "Be brief."})
        added = Acknowledgement(Event(type="session.update", event_id="event_tool"))
        self.core.tools.add(tool_of(look_up, read_only=True), added)
        n_turns = minutes * 60 // TURN_SECONDS
        for n in range(1, n_turns + 1):
            if n % 3 == 1:
                self.fault_in = self.chance.uniform(0, TURN_SECONDS - 1)
            await self._turn(n, breaks=n % 3 == 1)
            if n % 3 == 0:
                self.resident_kb.append(resident_kb())
        await self.clock.advance(120)
        self.notices, self.status = speaker.notices, self.core.status
        await self.core.close()
        await self.clock.advance(1)

    async def _turn(self, n: int, *, breaks: bool) -> None:
        ends = self.clock.monotonic() + TURN_SECONDS
        self.server.calls_tool = n % 7 == 0
        if breaks:
            self.core.run(self._break(self.fault_in))
        if n % 4 == 0:
            self._write(n)
        else:
            await self._say(1.0)
        if n % 5 == 0:
            await self.clock.advance(1.0)
            await self._say(0.5)
        await self.clock.advance(max(0.0, ends - self.clock.monotonic()))
        await self._tools_done()

    async def _break(self, seconds: float) -> None:
        await self.clock.sleep(seconds)
        self.struck.append(strike(self.server, self.chance))

    async def _say(self, seconds: float) -> None:
        for chunk in [SPEECH] * round(seconds / CHUNK_SECONDS) + [SILENCE] * 6:
            self.core.append_audio(chunk)
            await self.clock.advance(CHUNK_SECONDS)

    def _write(self, n: int) -> None:
        part = {"type": "input_text", "text": f"turn {n}"}
        item = {"id": f"mine_{n}", "type": "message", "role": "user", "content": [part]}
        self._request("conversation.item.create", item=item)
        reply = Reply(self.core.machine.conversation, self.core.log)
        metadata = {"rt_request": f"create_{n}"}
        event = Event(
            type="response.create", event_id=f"create_{n}", response={"metadata": metadata}
        )
        self.waiting.append(reply)
        self.core.respond(reply, event)

    def _request(self, type: str, **fields: object) -> None:
        event = Event(type=type, event_id=f"event_{len(self.waiting)}", **fields)
        acknowledgement = Acknowledgement(event)
        self.waiting.append(acknowledgement)
        self.core.request(acknowledgement)

    async def _tools_done(self) -> None:
        """Tools run on threads, in the world's time."""
        for _ in range(500):
            if not any(thread.name.startswith("rt-tool") for thread in threading.enumerate()):
                break
            await asyncio.sleep(0.002)
        await self.clock.advance(0)


def resident_kb() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def soaked(seed: int, minutes: int) -> Soak:
    """Run a talk on a loop of its own, and check whatever holds for any length."""
    complaints: list[str] = []

    async def main() -> Soak:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: complaints.append(str(context["message"])))
        soak = Soak(seed)
        await soak.talk(minutes)
        for line in soak.server.lines:
            line.hang_up()
        await asyncio.sleep(0)
        left = asyncio.all_tasks() - {asyncio.current_task()}
        pending = [task for task in left if "ping" not in str(task.get_coro())]
        await asyncio.sleep(0.01)
        assert [task for task in pending if not task.done()] == []
        return soak

    before = (descriptors(), threading.active_count())
    soak = asyncio.run(main())
    gc.collect()
    print(f"\nS1: seed {seed}, {minutes} min, {len(soak.server.lines)} connections")
    print(", ".join(soak.struck))
    assert complaints == []
    assert soak.status == "open"
    assert soak.server.breaches == []
    assert [waiting for waiting in soak.waiting if not waiting.done] == []
    assert soak.server.tool_outputs >= 1
    sent = sum(entry.direction == "sent" for entry in soak.core.log)
    outboxes = [line.outbox for line in soak.server.lines]
    assert sent == sum(outbox.accepted for outbox in outboxes)
    assert all(box.accepted == box.handed_over + box.dropped for box in outboxes)
    assert sum(line.received for line in soak.server.lines) == sum(b.handed_over for b in outboxes)
    assert (descriptors(), threading.active_count()) <= (before[0] + 4, before[1])
    return soak


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_talk_with_a_fault_each_minute_stays_true(seed, caplog):
    soak = soaked(seed, minutes=8)
    assert len(soak.struck) == 8
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


@pytest.mark.long
@pytest.mark.slow
def test_an_hour_of_faults_leaks_nothing(caplog):
    soak = soaked(random.randrange(10_000), minutes=60)
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
    warm = soak.resident_kb[15:]
    slope, _ = np.polyfit(np.arange(len(warm)), warm, 1)
    print(f"RSS: {10 * slope:.0f} kB in ten minutes, from {warm[0]} to {warm[-1]} kB")
    assert 10 * slope < MAX_SLOPE_KB
