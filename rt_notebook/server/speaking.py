"""Writes sentences into a response, and speaks them at the pace of real time.

Audio is synthesised a hundred times faster than it sounds. It is sent at most 3 s ahead
of real time, or there would be nothing left to interrupt.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from ..audio import pcm
from .responses import Response
from .sentences import words
from .session_state import SessionState
from .speech import Speech

__all__ = ["MAX_LEAD_S", "Speaker"]

MAX_LEAD_S = 3.0
_DELTA_BYTES = 4800  # 100 ms
_DELTAS_AT_A_TIME = 4  # of text, before others get their turn


class Speaker:
    """Writes the sentences of one response, spoken when it is a spoken one.

    Parameters
    ----------
    response : Response
        Takes the words and the audio.
    speech, session
        The voice, and what remembers that it was heard.
    """

    def __init__(self, response: Response, speech: Speech, session: SessionState) -> None:
        self._response = response
        self._speech = speech
        self._session = session
        self._began: float | None = None
        self._sent_s = 0.0

    @property
    def unplayed_s(self) -> float:
        """Seconds of what was sent that cannot have been heard yet."""
        if self._began is None:
            return 0.0
        return max(0.0, self._sent_s - (asyncio.get_running_loop().time() - self._began))

    async def say(self, sentences: list[str]) -> None:
        """Write sentences, until they or the response's tokens are at an end."""
        for sentence in sentences:
            if self._response.options.modality == "text":
                await self._write_in_turns(words(sentence))
            else:
                await self._speak(sentence)
            if self._response.is_full:
                return

    async def _write_in_turns(self, delta: list[str]) -> None:
        """Write text, and let a cancellation or another session come between."""
        for start in range(0, len(delta), _DELTAS_AT_A_TIME):
            self._write(delta[start : start + _DELTAS_AT_A_TIME])
            await asyncio.sleep(0)

    def _write(self, delta: list[str]) -> None:
        for word in delta:
            if self._response.is_full:
                return
            self._response.write(word)

    async def _speak(self, sentence: str) -> None:
        speed = self._response.options.speed
        audio = await self._speech.synthesiser.speak(sentence, speed)
        chunks = [audio[at : at + _DELTA_BYTES] for at in range(0, len(audio), _DELTA_BYTES)]
        spread = _spread(words(sentence), max(1, len(chunks)))
        for index, delta in enumerate(spread):
            await self._keep_pace()
            if self._response.is_full:
                return
            self._write(delta)
            if index < len(chunks):
                self._sound(chunks[index])

    def _sound(self, chunk: bytes) -> None:
        self._session.heard_voice = self._response.options.voice
        self._response.sound(chunk)
        self._sent_s += pcm.duration_ms(chunk) / 1000

    async def _keep_pace(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._began is None:
            self._began = now
        lead = self._sent_s - (now - self._began)
        await asyncio.sleep(max(0.0, lead - MAX_LEAD_S))


def _spread(delta: list[str], places: int) -> Iterator[list[str]]:
    """Yield the words for each of `places` chunks of audio, each word before its sound."""
    total, start, letters = sum(map(len, delta)), 0, 0
    for place in range(places):
        end = start
        while end < len(delta) and (place == places - 1 or letters * places <= place * total):
            letters += len(delta[end])
            end += 1
        yield delta[start:end]
        start = end
