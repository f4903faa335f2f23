"""Eight hours of talk in virtual time: memory stays, what is old lies on disk and goes with it."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from rt_notebook.client.clock import VirtualClock
from rt_notebook.client.core import SessionCore
from rt_notebook.client.observer import Observer
from rt_notebook.client.transport import Outbox
from rt_notebook.protocol.events import encode_audio
from rt_notebook.record import layout
from rt_notebook.record.entry import Entry
from rt_notebook.record.log import MAX_ENTRIES_IN_MEMORY, Log
from rt_notebook.record.recorder import Recorder
from rt_notebook.record.track import MAX_BYTES_IN_MEMORY

from .scripted import CREATED

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="counts the open files in /proc"),
]
HOURS = 8
BYTES_PER_MS = 48
MB = 1_000_000
GROWTH_MB = 40  # of a process that holds neither the audio nor the events of seven hours


@dataclass(frozen=True)
class Pace:
    """How a talk goes on, and what of its log may be in memory."""

    turns_an_hour: int
    chunk_ms: int
    chunks_a_turn: int  # on either side
    max_entries: int


#: A turn a minute, in pieces of a second; and both sides at work all the time, as a page does.
SHORT = Pace(turns_an_hour=60, chunk_ms=1000, chunks_a_turn=10, max_entries=2000)
LONG = Pace(
    turns_an_hour=240, chunk_ms=40, chunks_a_turn=188, max_entries=MAX_ENTRIES_IN_MEMORY
)  # fmt: skip


class Line:
    """A connection that takes everything and says nothing by itself."""

    def __init__(self):
        self.outbox, self._closed = Outbox(), asyncio.Event()

    def send(self, text, *, droppable=False):
        pass

    async def frames(self):
        await self._closed.wait()
        return
        yield

    async def close(self):
        self._closed.set()


class Page(Observer):
    can_play = True


async def hour(core, clock, pace, first_turn):
    sound = bytes(pace.chunk_ms * BYTES_PER_MS)
    base64 = encode_audio(sound)
    for turn in range(first_turn, first_turn + pace.turns_an_hour):
        began_ms = round(clock.monotonic() * 1000)
        for _ in range(pace.chunks_a_turn):
            clock.jump(pace.chunk_ms / 1000)
            core.append_audio(sound)
        for event in answer(turn, began_ms, base64, pace.chunks_a_turn):
            core.receive(json.dumps(event))
            if event["type"] == "response.output_audio.delta":
                clock.jump(pace.chunk_ms / 1000)
                played = core.machine.ledger.heard[f"a{turn}"].received_samples
                core.played(0, turn * pace.chunks_a_turn * len(sound) // 2 + played, 0.0)
        clock.jump(3600 / pace.turns_an_hour - 2 * pace.chunks_a_turn * pace.chunk_ms / 1000)
        await asyncio.sleep(0)


def answer(turn, began_ms, base64, n_chunks):
    user, item, response = f"u{turn}", f"a{turn}", f"r{turn}"
    said = {"id": user, "type": "message", "role": "user", "content": [{"type": "input_audio"}]}
    made = {"id": item, "type": "message", "role": "assistant", "content": []}
    about = {"response_id": response, "item_id": item, "content_index": 0, "output_index": 0}
    heard = "conversation.item.input_audio_transcription.completed"
    yield {"type": "input_audio_buffer.speech_started", "item_id": user, "audio_start_ms": began_ms}
    yield {"type": "input_audio_buffer.speech_stopped", "item_id": user, "audio_end_ms": began_ms}
    yield {"type": "input_audio_buffer.committed", "item_id": user, "previous_item_id": None}
    yield {"type": "conversation.item.added", "item": said, "previous_item_id": None}
    yield {"type": heard, "item_id": user, "content_index": 0, "transcript": "What is new?"}
    yield {"type": "response.created", "response": {"id": response, "status": "in_progress"}}
    yield {"type": "response.output_item.added", "response_id": response, "item": made}
    yield {"type": "conversation.item.added", "item": made, "previous_item_id": user}
    for _ in range(n_chunks):
        yield {"type": "response.output_audio.delta", "delta": base64, **about}
        yield {"type": "response.output_audio_transcript.delta", "delta": "word ", **about}
    yield {"type": "response.output_audio.done", **about}
    yield {"type": "response.done", "response": {"id": response, "status": "completed"}}


def resident_mb():
    psutil = pytest.importorskip("psutil")
    gc.collect()
    return psutil.Process().memory_info().rss / MB


def entries_in_memory():
    # Not by `isinstance`: what is behind a weak proxy may be gone.
    return sum(type(one) is Entry for one in gc.get_objects())


def temporary_files():
    """Sizes of the open files that nobody else can find: their names are gone already."""
    sizes = {}
    for link in Path("/proc/self/fd").iterdir():
        try:
            if os.readlink(link).endswith("(deleted)"):
                status = os.stat(link)
                sizes[status.st_ino] = status.st_size
        except FileNotFoundError:
            continue
    return sizes


@pytest.mark.parametrize("pace", [SHORT, pytest.param(LONG, marks=pytest.mark.long)])
def test_eight_hours_of_talk_stay_in_bounds_and_leave_nothing(tmp_path, pace):
    pytest.importorskip("psutil")
    gc.collect()  # what other tests have left to be collected closes its files now, not meanwhile
    before, strangers = set(temporary_files()), entries_in_memory()
    path = tmp_path / "talk.rtsession"
    told = []

    async def talk():
        clock = VirtualClock()
        core = SessionCore(Line(), clock=clock, log=Log(pace.max_entries))
        core.attach(Page())
        recorder = Recorder(path, layout.manifest())
        core.record_with(recorder)
        core.receive(json.dumps(CREATED))
        for n in range(HOURS):
            await hour(core, clock, pace, n * pace.turns_an_hour)
            told.append((resident_mb(), len(core.log), len(core.log.user)))
        await core.close()
        return core.log, recorder

    log, recorder = asyncio.run(talk())
    recorder.pause()
    kept = entries_in_memory() - strangers
    files = {inode: size for inode, size in temporary_files().items() if inode not in before}
    megabytes, entries, audio = zip(*told, strict=True)
    audio_bytes = len(log.user) + len(log.assistant)
    print(
        f"{HOURS} h of talk: {len(log)} events, {audio_bytes / MB:.0f} MB of audio; resident "
        f"{', '.join(f'{mb:.0f}' for mb in megabytes)} MB after each hour; "
        f"{kept} events in memory, {sum(files.values()) / MB:.0f} MB in temporary files"
    )
    # By the end of the second hour there is more than memory may keep: what follows is on disk.
    assert audio[1] > MAX_BYTES_IN_MEMORY
    assert entries[1] > pace.max_entries
    assert entries[-1] > 3 * entries[1]
    assert megabytes[-1] - megabytes[1] < GROWTH_MB
    assert kept <= pace.max_entries + 10
    assert len(files) == 3  # either side's audio, and old events
    on_disk = sum(files.values()) - audio_bytes
    assert 0 < on_disk < 1000 * len(log)

    recorder.close(log, layout.manifest())
    assert [file.name for file in tmp_path.iterdir()] == ["talk.rtsession"]
    assert path.stat().st_size < 1.1 * audio_bytes
    del log, recorder
    gc.collect()
    assert set(temporary_files()) <= before
