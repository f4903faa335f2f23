"""Transcripts that begin before the turn is over, with a recogniser that notes what it is asked."""

from __future__ import annotations

import asyncio

from rt_notebook.server.stt import TurnTranscript

from .wire import run

RATE = 10  # samples a second: 20 bytes are one second


class Notes:
    """Answers with how many seconds it was given, when it is told to."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.futures: list[asyncio.Future[str]] = []
        self.was_asked = asyncio.Event()

    def __call__(self, audio: bytes) -> asyncio.Future[str]:
        self.asked.append(len(audio) // 20)
        self.was_asked.set()
        self.futures.append(asyncio.get_running_loop().create_future())
        return self.futures[-1]

    def answer(self) -> None:
        for seconds, future in zip(self.asked, self.futures, strict=True):
            if not future.done():
                future.set_result(f"{seconds}s")


def audio(seconds: int) -> bytes:
    return bytes(20 * seconds)


@run
async def test_what_the_last_pause_began_is_the_transcript():
    notes = Notes()
    transcript = TurnTranscript(notes, RATE)
    transcript.pause(audio(3))
    notes.answer()
    assert await transcript.finish(audio(4)) == "3s"  # the rest was silence
    assert notes.asked == [3]


@run
async def test_speech_drops_what_the_pause_began():
    notes = Notes()
    transcript = TurnTranscript(notes, RATE)
    transcript.pause(audio(3))
    transcript.resume()
    assert notes.futures[0].cancelled()
    transcript.pause(audio(6))
    notes.answer()
    assert await transcript.finish(audio(7)) == "6s"


@run
async def test_a_long_part_is_kept_and_not_transcribed_again():
    notes = Notes()
    transcript = TurnTranscript(notes, RATE)
    transcript.pause(audio(12))
    transcript.resume()
    transcript.pause(audio(15))
    notes.answer()
    assert await transcript.finish(audio(16)) == "12s 3s"


@run
async def test_a_turn_without_a_pause_is_transcribed_at_its_end():
    notes = Notes()
    finished = asyncio.ensure_future(TurnTranscript(notes, RATE).finish(audio(5)))
    await notes.was_asked.wait()
    notes.answer()
    assert await finished == "5s"


@run
async def test_a_dropped_turn_asks_for_nothing_more():
    notes = Notes()
    transcript = TurnTranscript(notes, RATE)
    transcript.pause(audio(12))
    transcript.resume()
    transcript.pause(audio(15))
    transcript.drop()
    assert all(future.cancelled() for future in notes.futures)
