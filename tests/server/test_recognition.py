"""What is heard in speech: turns one by one, and one that is long."""

from __future__ import annotations

import pytest

from tests.speech import say, wer

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


@run
async def test_a_turn_longer_than_the_recogniser_can_take_is_heard_whole(speech_server):
    async with wired(speech_server) as wire:
        await listening(wire, silence_duration_ms=1500)
        pause = bytes(48 * 400)
        transcript = await heard(wire, pause.join(say(s) for s in SENTENCES * 2))
    assert wer(" ".join(SENTENCES * 2), transcript) <= ENOUGH
