"""What becomes of the user's audio: turns, committed items, transcripts."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass

from .conversation import Conversation, Item
from .ids import make_id, obfuscation
from .input_buffer import InputBuffer
from .refusals import Refusal
from .responses import Emit
from .session_state import SessionState
from .speech import Speech, SpeechNotInstalled
from .stt import TurnTranscript
from .turns import SpeechPaused, SpeechResumed, SpeechStarted, SpeechStopped, TurnEvent
from .vad import VoiceActivity
from .wire_audio import sample_rate_hz

__all__ = ["Hearing"]

_SLICE_MS = 320  # so much audio is looked at before others get their turn
_LEAST_COMMIT_MS = 100
_LEAST_VOICED_MS = 150  # less is no word, and the recogniser would make one up


@dataclass
class _Turn:
    """An open turn."""

    item_id: str
    start_ms: int
    transcript: TurnTranscript


class Hearing:
    """The input side of one connection.

    Parameters
    ----------
    emit : callable
        Sends an event.
    session, conversation, speech
        What it works with.
    on_speech : callable
        Called when the user begins to speak.
    on_turn : callable
        Called when a spoken turn is in the conversation.
    """

    def __init__(
        self,
        emit: Emit,
        session: SessionState,
        conversation: Conversation,
        speech: Speech,
        on_speech: Callable[[], None],
        on_turn: Callable[[], None],
    ) -> None:
        self._emit = emit
        self._session = session
        self._conversation = conversation
        self._speech = speech
        self._on_speech = on_speech
        self._on_turn = on_turn
        self._format = session.input["format"]
        self._turn_detection = session.turn_detection
        self._buffer = InputBuffer(sample_rate_hz(self._format), self._turn_detection)
        self._activity: VoiceActivity | None = None
        self._turn: _Turn | None = None
        self._said_deaf = False
        self._tasks: set[asyncio.Task[None]] = set()

    def reconfigure(self) -> None:
        """Follow a changed session."""
        if self._session.input["format"] != self._format:
            self._format = self._session.input["format"]
            self._forget_turn()
            origin_ms = self._buffer.written_ms
            rate = sample_rate_hz(self._format)
            self._buffer = InputBuffer(rate, self._session.turn_detection, origin_ms)
            self._activity = None
        elif self._session.turn_detection != self._turn_detection:
            self._forget_turn()
            self._buffer.set_turn_detection(self._session.turn_detection)
        self._turn_detection = self._session.turn_detection

    async def append(self, audio: bytes) -> None:
        """Take in PCM16.

        Raises
        ------
        Refusal
            Once, when turns are to be found in it and nothing here can.
        """
        if self._activity is None and self._speech.can_hear:
            self._activity = await self._speech.voice_activity(self._buffer.sample_rate_hz)
        if self._activity is None and self._turn_detection is not None:
            self._refuse_deaf()
            return
        slice_bytes = 2 * self._buffer.sample_rate_hz * _SLICE_MS // 1000
        for start in range(0, len(audio), slice_bytes):
            for event in self._buffer.feed(audio[start : start + slice_bytes], self._activity):
                self._on_event(event)
            await asyncio.sleep(0)

    def _refuse_deaf(self) -> None:
        if not self._said_deaf:
            self._said_deaf = True
            raise Refusal(self._speech.missing, "speech_not_installed")

    def _on_event(self, event: TurnEvent) -> None:
        if isinstance(event, SpeechStarted):
            self._start_turn(event)
        elif self._turn is None:
            return
        elif isinstance(event, SpeechPaused):
            self._turn.transcript.pause(self._buffer.between(self._turn.start_ms, event.at_ms))
        elif isinstance(event, SpeechResumed):
            self._turn.transcript.resume()
        else:
            self._stop_turn(self._turn, event)

    def _start_turn(self, event: SpeechStarted) -> None:
        rate = self._buffer.sample_rate_hz
        recogniser = self._speech.recogniser
        transcript = TurnTranscript(lambda audio: recogniser.transcribe(audio, rate), rate)
        self._turn = _Turn(make_id("item"), event.audio_start_ms, transcript)
        self._emit(
            "input_audio_buffer.speech_started",
            audio_start_ms=event.audio_start_ms,
            item_id=self._turn.item_id,
        )
        self._on_speech()

    def _stop_turn(self, turn: _Turn, event: SpeechStopped) -> None:
        self._turn = None
        self._emit(
            "input_audio_buffer.speech_stopped",
            audio_end_ms=event.audio_end_ms,
            item_id=turn.item_id,
        )
        audio = self._buffer.between(turn.start_ms, event.audio_end_ms)
        heard = _no_words() if event.voiced_ms < _LEAST_VOICED_MS else turn.transcript.finish(audio)
        self._add(turn.item_id, audio, asyncio.ensure_future(heard))
        self._on_turn()

    def commit(self) -> None:
        """Make a user item of what waits in the buffer.

        Raises
        ------
        Refusal
            If that is less than 100 ms.
        """
        has_ms = self._buffer.duration_ms
        if has_ms < _LEAST_COMMIT_MS:
            raise Refusal(
                "Error committing input audio buffer: buffer too small. Expected at least 100ms "
                f"of audio, but buffer only has {has_ms:.2f}ms of audio.",
                "input_audio_buffer_commit_empty",
            )
        voiced_ms = self._buffer.voiced_ms
        item_id = self._turn.item_id if self._turn else make_id("item")
        self._forget_turn()
        audio = self._buffer.take()
        silent = self._speech.can_hear and voiced_ms < _LEAST_VOICED_MS
        heard = _no_words() if silent else self._hear(audio)
        self._add(item_id, audio, asyncio.ensure_future(heard))

    def clear(self) -> None:
        """Drop what waits in the buffer; a turn that was open never becomes an item."""
        self._forget_turn()
        self._buffer.clear()

    def listen(self, item: Item) -> None:
        """Transcribe the audio of an item that the client made, if it gave no transcript."""
        if item.audio and not any(part.get("transcript") for part in item.fields["content"]):
            item.heard = asyncio.ensure_future(self._hear_speech(item))
            _forgive(item.heard)

    def close(self) -> None:
        """Stop; the connection is gone."""
        self._forget_turn()
        for task in self._tasks:
            task.cancel()

    def _forget_turn(self) -> None:
        if self._turn is not None:
            self._turn.transcript.drop()
            self._turn = None

    async def _hear_speech(self, item: Item) -> str:
        audio, rate = bytes(item.audio), item.sample_rate_hz
        activity = await self._speech.voice_activity(rate)
        if await asyncio.to_thread(activity.voiced_ms, audio) < _LEAST_VOICED_MS:
            return ""
        return await self._speech.recogniser.transcribe(audio, rate)

    async def _hear(self, audio: bytes) -> str:
        return await self._speech.recogniser.transcribe(audio, self._buffer.sample_rate_hz)

    def _add(self, item_id: str, audio: bytes, heard: asyncio.Future[str]) -> None:
        fields = {
            "id": item_id,
            "type": "message",
            "status": "completed",
            "role": "user",
            "content": [{"type": "input_audio", "transcript": None}],
        }
        item = Item(fields, bytearray(audio), self._buffer.sample_rate_hz, heard)
        _forgive(heard)
        previous = self._conversation.add(item)
        self._emit("input_audio_buffer.committed", previous_item_id=previous, item_id=item_id)
        self._emit("conversation.item.added", previous_item_id=previous, item=fields)
        self._emit("conversation.item.done", previous_item_id=previous, item=fields)
        if self._session.input["transcription"] is not None:
            task = asyncio.ensure_future(self._transcribe(item, heard))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _transcribe(self, item: Item, heard: asyncio.Future[str]) -> None:
        kind = "conversation.item.input_audio_transcription"
        ids = {"item_id": item.id, "content_index": 0}
        try:
            text = await asyncio.shield(heard)
        except Exception as error:
            missing = isinstance(error, SpeechNotInstalled)
            message = str(error) if missing else "The server could not transcribe the audio."
            code = "speech_not_installed" if missing else "transcription_failed"
            failure = {"type": "server_error", "code": code, "message": message, "param": None}
            self._emit(f"{kind}.failed", **ids, error=failure)
            return
        if text:
            self._emit(f"{kind}.delta", **ids, delta=text, obfuscation=obfuscation(text))
        item.fields["content"][0]["transcript"] = text
        usage = {"type": "duration", "seconds": math.ceil(item.duration_ms / 1000)}
        self._emit(f"{kind}.completed", **ids, transcript=text, usage=usage)


async def _no_words() -> str:
    return ""


def _forgive(heard: asyncio.Future[str]) -> None:
    """Let a transcript fail that nobody waits for."""
    heard.add_done_callback(lambda done: done.cancelled() or done.exception())
