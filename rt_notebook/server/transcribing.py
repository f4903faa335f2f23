"""Transcripts on the wire: of a turn that is over, and piece by piece while it is spoken.

Recorded: with gpt-realtime-whisper the deltas come during speech, for an item that is not
yet added. Other models send nothing before the turn is over.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from functools import partial
from typing import Any

from .conversation import Item
from .ids import make_id, obfuscation
from .model_pool import ModelBusy
from .partial import Partial
from .responses import Emit
from .session_state import SessionState
from .speech import SpeechNotInstalled
from .usage import transcription_usage

__all__ = ["Transcripts", "forgive"]

_EVENT = "conversation.item.input_audio_transcription"
_STREAMING = {"gpt-realtime-whisper", "gpt-live-transcribe"}
_TELLS_SPEAKERS = "diarize"  # in the model's name
_EVERY_MS = 960  # of new audio, between two looks at a turn
_SETTLED_MS = 12_000  # what is older is not looked at again
_AGAIN_S = 0.1
_FULL_LOGPROB = 0.0  # the recogniser passes no probabilities on

Cut = Callable[[int, int], tuple[bytes, int]]


class Transcripts:
    """Tells the client what was said.

    Parameters
    ----------
    emit : callable
        Sends an event.
    session : SessionState
        Whether to tell it, and how.
    transcribe : callable
        ``transcribe(pcm16, sample_rate_hz)`` returns a future of text.
    has_time : callable
        Whether nobody else's words wait: only then words are told early.
    """

    def __init__(
        self,
        emit: Emit,
        session: SessionState,
        transcribe: Callable[[bytes, int], asyncio.Future[str]],
        has_time: Callable[[], bool],
    ) -> None:
        self._emit = emit
        self._session = session
        self._transcribe = transcribe
        self._has_time = has_time
        self._again: Callable[[], None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._partials: dict[str, Partial] = {}
        self._looked_ms = self._start_ms = 0
        self._look: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def streams(self) -> bool:
        """Whether words are told while they are spoken."""
        return self._model in _STREAMING

    @property
    def _model(self) -> str:
        return str((self._session.input["transcription"] or {}).get("model"))

    def hear(self, item_id: str, begin_ms: int, now_ms: int, cut: Cut) -> None:
        """Look at the audio of an item that is being spoken, if it is time to.

        Parameters
        ----------
        item_id : str
            What it will be.
        begin_ms, now_ms : int
            Where in the session's audio it begins, and how far it has come.
        cut : callable
            ``cut(start_ms, end_ms)`` returns PCM16 and its rate.
        """
        if item_id not in self._partials:
            self.drop()
            self._partials[item_id] = Partial()
            self._start_ms = self._looked_ms = begin_ms
        if now_ms - self._looked_ms < _EVERY_MS:
            return
        self._again = None
        if self._look is not None or not self._has_time():
            self._again = partial(self.hear, item_id, begin_ms, now_ms, cut)
            self._look_again_soon()
            return
        self._looked_ms = now_ms
        audio, rate = cut(self._start_ms, now_ms)
        self._look = asyncio.ensure_future(self._look_at(item_id, audio, rate, now_ms))
        self._look.add_done_callback(self._looked)

    def _looked(self, look: asyncio.Task[None]) -> None:
        if self._look is look:
            self._look = None

    def _look_again_soon(self) -> None:
        """Come back to audio that came faster than words, or while others were heard."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_AGAIN_S, self._look_again)

    def _look_again(self) -> None:
        self._timer = None
        if self._again is not None:
            self._again()

    async def _look_at(self, item_id: str, audio: bytes, rate: int, end_ms: int) -> None:
        try:
            text = await self._transcribe(audio, rate)
        except Exception:  # the end of the turn tells of it
            return
        words = self._partials[item_id]
        if end_ms - self._start_ms >= _SETTLED_MS:
            self._start_ms = end_ms
            self._tell(item_id, words.settle(text))
        else:
            self._tell(item_id, words.look(text))

    def drop(self) -> None:
        """Forget the item that was being spoken."""
        if self._look is not None:
            self._look.cancel()
            self._look = None
        self._again = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._partials.clear()
        self._looked_ms = self._start_ms = 0

    def follow(self, item: Item, heard: asyncio.Future[str]) -> None:
        """Tell the transcript of a committed item when it is there."""
        told = self._partials.get(item.id, Partial())
        self.drop()
        if self._session.input["transcription"] is not None:
            task = asyncio.ensure_future(self._finish(item, heard, told))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        """Stop; the session is over."""
        self.drop()
        for task in self._tasks:
            task.cancel()

    async def _finish(self, item: Item, heard: asyncio.Future[str], told: Partial) -> None:
        try:
            text = await asyncio.shield(heard)
        except Exception as error:
            self._fail(item, error)
            return
        self._tell(item.id, told.end(text))
        item.fields["content"][0]["transcript"] = text
        if text and _TELLS_SPEAKERS in self._model:
            self._tell_segment(item, text)
        self._emit(
            f"{_EVENT}.completed",
            item_id=item.id,
            content_index=0,
            transcript=text,
            usage=transcription_usage(self._model, item.duration_ms, text),
            **self._logprobs(text),
        )

    def _fail(self, item: Item, error: Exception) -> None:
        is_told = isinstance(error, SpeechNotInstalled | ModelBusy)
        message = str(error) if is_told else "The server could not transcribe the audio."
        missing = isinstance(error, SpeechNotInstalled)
        code = "speech_not_installed" if missing else "transcription_failed"
        failure = {"type": "server_error", "code": code, "message": message, "param": None}
        self._emit(f"{_EVENT}.failed", item_id=item.id, content_index=0, error=failure)

    def _tell(self, item_id: str, delta: str) -> None:
        if delta:
            self._emit(
                f"{_EVENT}.delta",
                item_id=item_id,
                content_index=0,
                delta=delta,
                obfuscation=obfuscation(delta),
                **self._logprobs(delta),
            )

    def _tell_segment(self, item: Item, text: str) -> None:
        """Tell who said it: voices are not told apart here, so it was one speaker."""
        self._emit(
            f"{_EVENT}.segment",
            id=make_id("seg"),
            item_id=item.id,
            content_index=0,
            text=text,
            speaker="A",
            start=0.0,
            end=round(item.duration_ms / 1000, 3),
        )

    def _logprobs(self, text: str) -> dict[str, Any]:
        """Return the log-probabilities where they are asked for; every word is certain here."""
        if "item.input_audio_transcription.logprobs" not in (self._session.config["include"] or ()):
            return {}
        tokens = re.findall(r"\s*\S+", text)
        shown = [
            {"token": token, "logprob": _FULL_LOGPROB, "bytes": list(token.encode())}
            for token in tokens
        ]
        return {"logprobs": shown}


def forgive(heard: asyncio.Future[str]) -> None:
    """Let a transcript fail that nobody waits for."""
    heard.add_done_callback(lambda done: done.cancelled() or done.exception())
