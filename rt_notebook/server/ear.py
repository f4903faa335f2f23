"""The words in a user's audio, where there are any."""

from __future__ import annotations

import asyncio

from ..errors import RealtimeError
from .conversation import Item
from .speech import Speech
from .stt import TurnTranscript
from .transcribing import forgive
from .utterance import sounds_finished
from .vad import VoiceActivity

__all__ = ["LEAST_VOICED_MS", "Ear", "no_words"]

LEAST_VOICED_MS = 150  # less is no word, and the recogniser would make one up
_WORDS_WITHIN_S = 10.0  # so long the end of a turn waits for its words on a busy machine


class Ear:
    """What one session hears with.

    Parameters
    ----------
    speech : Speech
        The server's models.
    """

    def __init__(self, speech: Speech) -> None:
        self._speech = speech
        self.can_hear, self.missing = speech.can_hear, speech.missing

    async def voice_activity(self, sample_rate_hz: int) -> VoiceActivity:
        """Return a detector for one stream of audio."""
        return await self._speech.voice_activity(sample_rate_hz)

    @property
    def has_time(self) -> bool:
        """Whether nobody else's words would wait for what is only told early."""
        return self._speech.recogniser.is_idle

    def transcribe(self, audio: bytes, sample_rate_hz: int) -> asyncio.Future[str]:
        """Return the words of PCM16 audio that is known to hold speech."""
        return self._speech.recogniser.transcribe(audio, sample_rate_hz)

    async def hear(self, audio: bytes, sample_rate_hz: int) -> str:
        """Return the same; what is not installed fails here, not where it is begun."""
        return await self.transcribe(audio, sample_rate_hz)

    def listen(self, item: Item) -> None:
        """Transcribe the audio of an item that the client made, if it gave no transcript."""
        if item.audio and not any(part.get("transcript") for part in item.fields["content"]):
            item.heard = asyncio.ensure_future(self._hear_speech(item))
            forgive(item.heard)

    async def _hear_speech(self, item: Item) -> str:
        audio, rate = bytes(item.audio), item.sample_rate_hz
        activity = await self._speech.voice_activity(rate)
        if await asyncio.to_thread(activity.voiced_ms, audio) < LEAST_VOICED_MS:
            return ""
        return await self.transcribe(audio, rate)

    @staticmethod
    async def sounds_finished(transcript: TurnTranscript) -> bool:
        """Whether the words of a turn sound finished; words that do not come do not."""
        try:
            words = await asyncio.wait_for(transcript.so_far(), _WORDS_WITHIN_S)
        except (RealtimeError, asyncio.TimeoutError):
            return False
        return sounds_finished(words)


async def no_words() -> str:
    """Return the words of silence."""
    return ""
