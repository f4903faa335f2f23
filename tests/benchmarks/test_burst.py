"""B10: a server sends a minute of audio at once; the page gets it paced, complete, in order."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

import numpy as np
import psutil
import pytest

from ..browser.panel_sound import ENGINE, stats
from ..client.scripted import CREATED, scripted_server, send
from .echo import CONNECT
from .figures import show
from .server_events import audio_delta, response_begins, response_ends

pytestmark = pytest.mark.slow

BURST_SECONDS = 60
WARM_UP_SECONDS = 1
MAX_MESSAGES_PER_SECOND = 60
MAX_GROWTH_BYTES = 20_000_000

SAMPLE_RATE_HZ = 24_000
DELTA_BYTES = SAMPLE_RATE_HZ // 10 * 2

COUNT_CHUNKS = f"""() => {{
    const {{player}} = {ENGINE};
    const take = player.chunk.bind(player);
    const got = window.__rtGot = {{samples: 0, times: [], pieces: []}};
    player.chunk = (place, pcm) => {{
        got.samples += pcm.length;
        got.times.push(Date.now());
        got.pieces.push(new Uint8Array(pcm.slice().buffer));
        take(place, pcm);
    }};
}}"""
READ = """() => {
    const {times, pieces} = window.__rtGot;
    const texts = pieces.map((piece) => {
        let text = "";
        for (let i = 0; i < piece.length; i += 8192)
            text += String.fromCharCode(...piece.subarray(i, i + 8192));
        return text;
    });
    return {times, sound: btoa(texts.join(""))};
}"""
# The server begins with a reply each time it gets one of these.
GO = "session.send({'type': 'input_audio_buffer.clear'})"


@dataclass
class Bursts:
    """A server that answers with one whole reply at once, each time that it is told to."""

    replies: list[bytes]

    async def __call__(self, connection):
        await send(connection, CREATED)
        waiting = list(enumerate(self.replies))
        async for frame in connection:
            if json.loads(frame)["type"] == "input_audio_buffer.clear":
                await self._reply(connection, *waiting.pop(0))

    async def _reply(self, connection, number, pcm):
        pieces = (pcm[at : at + DELTA_BYTES] for at in range(0, len(pcm), DELTA_BYTES))
        deltas = [audio_delta(number, piece) for piece in pieces]
        await send(connection, *response_begins(number), *deltas)
        await send(connection, *response_ends(number, "completed"))


def noise(seed, seconds):
    count = seconds * SAMPLE_RATE_HZ
    return np.random.default_rng(seed).integers(-3000, 3000, count).astype("<i2").tobytes()


@pytest.mark.parametrize("heard_seconds", [6, pytest.param(BURST_SECONDS, marks=pytest.mark.long)])
def test_a_burst_arrives_complete_and_paced(open_notebook, heard_seconds):
    warm_up, burst = noise(0, WARM_UP_SECONDS), noise(1, BURST_SECONDS)
    with scripted_server(Bursts([warm_up, burst])) as url:
        notebook = open_notebook(CONNECT.format(url=url), remote=True, autoplay=True)
        notebook.run_all()
        notebook.page.evaluate(COUNT_CHUNKS)
        notebook.kernel.execute(GO)
        wait_received(notebook, WARM_UP_SECONDS)
        kernel = psutil.Process(notebook.evaluate("__import__('os').getpid()"))
        before = kernel.memory_info().rss
        notebook.kernel.execute(GO)
        grown = wait_received(notebook, WARM_UP_SECONDS + heard_seconds, kernel) - before
        got, counted = notebook.page.evaluate(READ), stats(notebook)
        notebook.kernel.execute("session.close()")
    sound = base64.b64decode(got["sound"])
    assert sound == (warm_up + burst)[: len(sound)]
    assert counted["gaps"] == counted["overflowedSamples"] == 0
    rates = per_second(got["times"])
    show("B10 burst, messages in a second", rates, "msg/s")
    print(f"B10 burst, kernel's memory: +{grown / 1e6:.1f} MB (target 20 MB)")
    assert max(rates) <= MAX_MESSAGES_PER_SECOND
    assert grown <= MAX_GROWTH_BYTES


def wait_received(notebook, seconds, process=None):
    """Wait until the page has so much audio; return the most memory that the process had."""
    wanted = seconds * SAMPLE_RATE_HZ
    most = 0
    while notebook.page.evaluate("window.__rtGot.samples") < wanted:
        notebook.page.wait_for_timeout(50)
        most = max(most, process.memory_info().rss) if process else 0
    return most


def per_second(times):
    """How many messages came in the second from each of them on."""
    at = np.asarray(times)
    return [int(np.searchsorted(at, time + 1000) - index) for index, time in enumerate(times)]
