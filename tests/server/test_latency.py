"""Where the wait of a spoken turn is: printed, not judged, because machines are busy."""

from __future__ import annotations

import asyncio
import statistics

import numpy as np
import pytest

from tests.speech import say

from .test_recognition import SENTENCES
from .wire import Wire, run, wired

pytestmark = [pytest.mark.slow, pytest.mark.long]

LEAD_IN_MS, SILENCE_MS = 300, 500
_LOUD = 180  # -45 dBFS


def speech_end_ms(pcm: bytes) -> float:
    """Return the end of the last sample that can be heard."""
    return float(np.flatnonzero(np.abs(np.frombuffer(pcm, "<i2").astype(int)) > _LOUD)[-1] / 24)


async def waits_ms(wire: Wire, sentence: str) -> tuple[float, float]:
    """Speak at real time and return the waits for speech_stopped and from there for sound."""
    spoken = say(sentence)
    turn = bytes(48 * LEAD_IN_MS) + spoken + bytes(48 * 1000)
    began, began_at = len(wire.events), asyncio.get_running_loop().time()
    _sent, events = await asyncio.gather(
        wire.append(turn, speed=1), wire.until("rate_limits.updated")
    )
    first: dict[str, float] = {}
    for event, time in zip(events, wire.times[began:], strict=True):
        first.setdefault(event["type"], 1000 * (time - began_at))
    stopped = first["input_audio_buffer.speech_stopped"]
    ended = LEAD_IN_MS + speech_end_ms(spoken)
    return stopped - ended - SILENCE_MS, first["response.output_audio.delta"] - stopped


@run
async def test_the_parts_of_the_wait_are_measured(speech_server):
    async with wired(speech_server) as wire:
        await wire.say("hello")
        await wire.respond()  # the models are warm, and the notice is behind us
        waits = [await waits_ms(wire, one) for one in SENTENCES if "story" not in one]
    to_stop, to_sound = (statistics.median(part) for part in zip(*waits, strict=True))
    shown = ", ".join(f"{stop:.0f}+{sound:.0f}" for stop, sound in waits)
    print(f"beyond the silence window: speech end to speech_stopped {to_stop:.0f} ms, ", end="")
    print(f"speech_stopped to first audio delta {to_sound:.0f} ms, medians of {shown}")
    assert all(stop > -SILENCE_MS and sound > 0 for stop, sound in waits)
