"""What is heard in speech, and that nothing is heard in noise."""

from __future__ import annotations

import numpy as np
import pytest

from tests.speech import human_clip, say, wer

from .test_hearing import QUIET, TRANSCRIPTION, TURN, listening, without_transcription
from .wire import Wire, order, run, wired

pytestmark = pytest.mark.slow

SENTENCES = [
    "The quick brown fox jumps over the lazy dog.",
    "Please tell me a story about a lighthouse.",
    "She sells sea shells by the sea shore.",
    "I would like to know what the weather is like in London.",
    "My favourite colour is green and I like long walks.",
    "How do I open a file and read every line of it?",
]
RATE = 24_000
ENOUGH = 0.2


async def heard(wire: Wire, pcm: bytes) -> str:
    """Speak one turn and return its transcript."""
    await wire.append(bytes(48 * 500) + pcm + QUIET + QUIET, chunk_ms=100)
    events = await wire.until(f"{TRANSCRIPTION}.completed")
    assert order(without_transcription(events)) == TURN
    return events[-1]["transcript"]


@run
async def test_synthetic_sentences_are_understood(speech_server):
    async with wired(speech_server) as wire:
        await listening(wire)
        transcripts = [await heard(wire, say(sentence)) for sentence in SENTENCES]
    errors = wer(" ".join(SENTENCES), " ".join(transcripts))
    print(f"WER on {len(SENTENCES)} synthetic sentences: {errors:.1%}")
    assert errors <= ENOUGH


@pytest.mark.parametrize("number", ["0870", "0880", "0890"])
def test_a_human_reader_is_understood(speech_server, shared, number):
    @run
    async def talk() -> None:
        clip = human_clip(shared / "speech", number)
        async with wired(speech_server) as wire:
            await listening(wire, silence_duration_ms=1000)  # readers pause
            transcript = await heard(wire, clip.pcm)
        errors = wer(clip.text, transcript)
        print(f"WER on human clip {number}: {errors:.1%}: {transcript!r}")
        assert errors <= ENOUGH

    talk()


@run
async def test_a_turn_longer_than_the_recogniser_can_take_is_heard_whole(speech_server):
    async with wired(speech_server) as wire:
        await listening(wire, silence_duration_ms=1500)
        pause = bytes(48 * 400)
        transcript = await heard(wire, pause.join(say(s) for s in SENTENCES * 2))
    assert wer(" ".join(SENTENCES * 2), transcript) <= ENOUGH


def white_noise(seconds: float) -> bytes:
    noise = np.random.default_rng(1).normal(0, 0.03, int(seconds * RATE))  # -30 dBFS
    return (noise * 32767).astype("<i2").tobytes()


def key_clicks(seconds: float) -> bytes:
    """Return typing: about six sharp clicks a second, each 10 ms of decaying noise."""
    random = np.random.default_rng(2)
    sound = random.normal(0, 0.001, int(seconds * RATE))
    click = np.exp(-np.arange(RATE // 100) / (RATE / 500))
    at = 0.0
    while (at := at + random.uniform(0.05, 0.3)) < seconds - 0.1:
        start = int(at * RATE)
        sound[start : start + len(click)] += 0.4 * click * random.normal(0, 1, len(click))
    return (np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()


NOISES = {
    "silence": lambda seconds: bytes(2 * int(seconds * RATE)),
    "white noise": white_noise,
    "key clicks": key_clicks,
}


@run
async def nothing_is_heard(url: str, noise: bytes) -> None:
    async with wired(url) as wire:
        await wire.append(noise, chunk_ms=1000)
        await wire.configure()  # answered after all of it, and nothing was said before
        assert len(wire.events) == 2


@pytest.mark.parametrize("noise", NOISES.values(), ids=NOISES)
def test_noise_is_no_turn(speech_server, noise):
    nothing_is_heard(speech_server, noise(20))


@pytest.mark.long
@pytest.mark.parametrize("noise", NOISES.values(), ids=NOISES)
def test_five_minutes_of_noise_are_no_turn(speech_server, noise):
    nothing_is_heard(speech_server, noise(300))
