"""B7: from `speech_started` leaving the server to the first silent render quantum in the page.

The server here only streams noise and interrupts it, so the moment of sending is known
exactly; what the offline server needs beside it is in tests/browser/test_barge_in.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from dataclasses import dataclass

import numpy as np
import pytest

from rt_notebook.notebook.panel import FLUSH_ANSWER_SECONDS

from ..browser.heard import heard, holds
from ..browser.panel_sound import output_latency_ms, turn_microphone_on
from ..browser.tap import QUANTUM_FRAMES
from ..client.scripted import CREATED, scripted_server, send
from ..speech import microphone_wav
from .echo import CONNECT
from .figures import show
from .server_events import (
    audio_delta,
    response_begins,
    response_ends,
    speech_started,
    speech_stopped,
)

pytestmark = pytest.mark.slow

TARGET_MS = {"direct": 120, "comm": 200}

SAMPLES_PER_MS = 24
QUANTUM_MS = QUANTUM_FRAMES / SAMPLES_PER_MS
DELTA_BYTES = 100 * SAMPLES_PER_MS * 2
DELTAS_AHEAD = 30  # the offline server is at most 3 s ahead
LATE_DELTAS = 5
PAUSE_SECONDS = 0.1
TRUNCATED_WITHIN_SECONDS = 2 * FLUSH_ANSWER_SECONDS
LATE_MS = FLUSH_ANSWER_SECONDS * 1000 / 2

GO = "session.send({'type': 'input_audio_buffer.clear'})"
LONGEST_SECONDS = 100.0


@dataclass
class Trial:
    """One response that was interrupted: its sound, and what happened when."""

    pcm: bytes
    begun: float = 0.0
    interrupted: float = 0.0
    truncated_at_ms: int | None = None


@dataclass
class Interrupter:
    """A server that speaks and interrupts itself, over and over, once it is told to begin."""

    trials: list[Trial]
    over: bool = False

    async def __call__(self, connection):
        await send(connection, CREATED)
        begin, truncated = asyncio.Event(), asyncio.Event()
        reading = asyncio.ensure_future(self._read(connection, begin, truncated))
        await begin.wait()
        for number, trial in enumerate(self.trials):
            truncated.clear()
            await self._interrupt(connection, number, trial, truncated)
        self.over = True
        await reading

    async def _read(self, connection, begin, truncated):
        async for frame in connection:
            event = json.loads(frame)
            if event["type"] == "input_audio_buffer.clear":
                begin.set()
            elif event["type"] == "conversation.item.truncate":
                trial = self.trials[int(event["item_id"].removeprefix("item_"))]
                trial.truncated_at_ms = event["audio_end_ms"]
                truncated.set()

    async def _interrupt(self, connection, number, trial, truncated):
        deltas = [
            audio_delta(number, trial.pcm[at : at + DELTA_BYTES])
            for at in range(0, len(trial.pcm), DELTA_BYTES)
        ]
        trial.begun = time.time()
        await send(connection, *response_begins(number), *deltas[:-LATE_DELTAS])
        await asyncio.sleep(0.4 + 0.2 * (number * 7 % 20) / 20)
        trial.interrupted = time.time()
        await send(connection, speech_started(number), *deltas[-LATE_DELTAS:])
        await send(connection, *response_ends(number, "cancelled"))
        with contextlib.suppress(TimeoutError, asyncio.TimeoutError):
            await asyncio.wait_for(truncated.wait(), TRUNCATED_WITHIN_SECONDS)
        await asyncio.sleep(PAUSE_SECONDS)
        await send(connection, speech_stopped(number))


def noise(seed):
    """Sound that is nowhere silent and nowhere the same."""
    count = (DELTAS_AHEAD + LATE_DELTAS) * DELTA_BYTES // 2
    return np.random.default_rng(seed).integers(-3000, 3000, count).astype("<i2").tobytes()


@pytest.mark.parametrize("count", [6, pytest.param(20, marks=pytest.mark.long)])
@pytest.mark.parametrize("path", ["direct", "comm"])
def test_speaking_over_the_reply_stops_its_sound(open_notebook, tmp_path, path, count):
    trials = [Trial(noise(seed)) for seed in range(count)]
    server = Interrupter(trials)
    silence = microphone_wav(tmp_path / "silence.wav", 5.0)
    with scripted_server(server) as url:
        cell = CONNECT.format(url=url)
        notebook = open_notebook(cell, microphone=silence, remote=path == "comm")
        notebook.run_all()
        ear = turn_microphone_on(notebook, path)
        notebook.kernel.execute(GO)
        wait_over(server, notebook.page)
        recording, latency_ms = ear.read(), output_latency_ms(notebook)
        notebook.kernel.execute("session.close()")
    stops, afterwards = [], 0
    ends = [trial.begun for trial in trials[1:]] + [np.inf]
    for trial, end in zip(trials, ends, strict=True):
        found = heard(recording, trial.pcm, trial.begun, end)
        if not found.quanta:
            assert trial.truncated_at_ms is None
            continue
        silent = found.quanta[-1] + 1
        silent += silent in found.strange  # the fade
        afterwards += holds(recording, trial.pcm, silent)
        stops.append(1000 * (recording.times[silent] - trial.interrupted))
        audible_ms = found.samples / SAMPLES_PER_MS - latency_ms
        prove_truncated(trial, audible_ms, late=stops[-1] > LATE_MS)
    show(f"B7 barge-in, {path}, target p95 {TARGET_MS[path]} ms", stops)
    assert afterwards == 0
    assert len(stops) >= count / 2


def prove_truncated(trial, audible_ms, late):
    """The server was told what could be heard, to a render quantum.

    When the page was so slow that the kernel may have gone by an older count: at most that.
    """
    told_ms = 0 if trial.truncated_at_ms is None else trial.truncated_at_ms
    assert trial.truncated_at_ms != 0
    assert told_ms <= max(0, audible_ms) + QUANTUM_MS
    assert late or told_ms >= audible_ms - QUANTUM_MS


def wait_over(server, page):
    """Wait without a look into the kernel, which would be one more thing for it to do."""
    deadline = time.monotonic() + LONGEST_SECONDS
    while not server.over:
        assert time.monotonic() < deadline, "the server was not done in time"
        page.wait_for_timeout(200)
