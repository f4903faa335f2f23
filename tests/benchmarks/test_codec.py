"""B1 and B2: what one audio event costs in a kernel, against the SDK in the same run."""

from __future__ import annotations

import asyncio
import base64
import json
import random
import time
from collections.abc import Callable

import pytest

from rt_notebook.background import loop_thread
from rt_notebook.client.core import SessionCore
from rt_notebook.client.wire import Wire
from rt_notebook.protocol.events import decode_audio, parse_event

from ..client.scripted import CREATED
from .figures import show
from .server_events import audio_delta

pytestmark = pytest.mark.slow

ROUNDS = 7
CALLS = 300
FULL_CALLS = 5000
BYTES_OF_A_MS = 48
SESSION = CREATED["session"]
#: Milliseconds of audio in a delta → the share of the SDK's time that ours may take.
DELTAS = {20: 1 / 4, 100: 1 / 1.5, 400: 1 / 1.1}

calls_a_round = pytest.mark.parametrize(
    "calls", [CALLS, pytest.param(FULL_CALLS, marks=pytest.mark.long)]
)


class Line:
    """A connection that opens a session, takes everything and says nothing more."""

    async def frames(self):
        yield json.dumps(CREATED)
        await asyncio.Event().wait()

    def send(self, text, *, droppable=False):
        self.last = text

    async def close(self):
        pass


class SdkLine:
    """The same for the SDK."""

    async def send(self, text):
        self.last = text


def sdk_connection(line):
    from openai.resources.realtime.realtime import AsyncRealtimeConnection

    return AsyncRealtimeConnection(line)


def sound(milliseconds: int) -> bytes:
    return random.Random(milliseconds).randbytes(milliseconds * BYTES_OF_A_MS)


def measured_us(call: Callable[[], object], calls: int) -> float:
    """CPU time of a call in µs."""
    began = time.thread_time()
    for _ in range(calls):
        call()
    return (time.thread_time() - began) / calls * 1e6


async def awaited_us(call, calls: int) -> float:
    began = time.thread_time()
    for _ in range(calls):
        await call()
    return (time.thread_time() - began) / calls * 1e6


def compared(name: str, ours: list[float], theirs: list[float], target: float) -> float:
    show(f"{name}, rt_notebook", ours, "µs")
    show(f"{name}, openai SDK", theirs, "µs")
    ratio = min(ours) / min(theirs)
    print(f"{name}: ratio 1/{1 / ratio:.1f} (target 1/{1 / target:.1f})")
    return ratio


@calls_a_round
def test_b1_an_append_costs_a_twentieth_of_the_sdks(calls):
    pcm, line, wire = sound(20), SdkLine(), Wire("ga")
    connection = sdk_connection(line)

    async def theirs() -> None:
        await connection.input_audio_buffer.append(audio=base64.b64encode(pcm).decode("ascii"))

    async def rounds():
        core = SessionCore(Line())
        await core.created
        frames, kept, sdk = [], [], []
        for _ in range(ROUNDS):
            frames.append(measured_us(lambda: wire.audio_frame(pcm, SESSION), calls))
            kept.append(measured_us(lambda: core.append_audio(pcm), calls))
            sdk.append(await awaited_us(theirs, calls // 4))
        await core.close()
        return frames, kept, sdk

    frames, kept, sdk = loop_thread().run(rounds())
    assert json.loads(wire.audio_frame(pcm, SESSION)) == json.loads(line.last)
    assert compared("B1 append", frames, sdk, 1 / 20) <= 1 / 20
    # Beyond the frame a session logs the event, keeps the sound and tells its listeners.
    assert compared("B1 append, logged and told", kept, sdk, 1 / 6) <= 1 / 6


@pytest.mark.parametrize(("milliseconds", "target"), DELTAS.items())
@calls_a_round
def test_b2_a_delta_is_read_and_checked_in_a_fraction_of_the_sdks_time(milliseconds, target, calls):
    pcm, connection = sound(milliseconds), sdk_connection(SdkLine())
    frame = json.dumps(audio_delta(1, pcm))

    def ours() -> bytes:
        return decode_audio(parse_event(frame)["delta"])

    def theirs() -> bytes:
        return base64.b64decode(connection.parse_event(frame).delta)

    assert ours() == theirs() == pcm
    calls //= 2
    rounds = [(measured_us(ours, calls), measured_us(theirs, calls)) for _ in range(ROUNDS)]
    mine, sdk = map(list, zip(*rounds, strict=True))
    assert compared(f"B2 delta of {milliseconds} ms", mine, sdk, target) <= target
