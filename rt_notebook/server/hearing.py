"""What becomes of the user's audio: turns, committed items, transcripts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from .conversation import Conversation
from .ear import LEAST_VOICED_MS, Ear, no_words
from .idle import IdleTimeout
from .ids import make_id
from .input_buffer import InputBuffer
from .limits import Limits
from .refusals import Refusal
from .responses import Emit
from .said import Said
from .session_state import SessionState
from .stt import TurnTranscript
from .transcribing import Transcripts
from .turns import (
    SpeechMayBeOver,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
    SpeechStopped,
    TurnEvent,
)
from .vad import VoiceActivity
from .wire_audio import sample_rate_hz

__all__ = ["Hearing"]

_SLICE_MS = 320  # so much audio is looked at before others get their turn


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
    session, conversation, ear, limits
        What it works with.
    on_speech : callable
        Called when the user begins to speak.
    on_turn : callable
        Called when a turn is in the conversation, with whether it was spoken.
    """

    def __init__(
        self,
        emit: Emit,
        session: SessionState,
        conversation: Conversation,
        ear: Ear,
        limits: Limits,
        on_speech: Callable[[], None],
        on_turn: Callable[[bool], None],
    ) -> None:
        self._emit = emit
        self._session = session
        self._ear = ear
        self._limits = limits
        self._on_speech = on_speech
        self._on_turn = on_turn
        self._format = session.input["format"]
        self._turn_detection = session.turn_detection
        self._buffer = self._new_buffer(0)
        self._activity: VoiceActivity | None = None
        self._turn: _Turn | None = None
        self._next_id = make_id("item")  # of what is committed by hand
        self._transcripts = Transcripts(emit, session, ear.transcribe, lambda: ear.has_time)
        self._said = Said(emit, conversation, self._transcripts)
        self._idle = IdleTimeout(lambda: self._buffer.written_ms, self._time_out)
        self._said_deaf = False

    def _new_buffer(self, origin_ms: int) -> InputBuffer:
        rate = sample_rate_hz(self._format)
        return InputBuffer(rate, self._session.turn_detection, origin_ms, self._limits.buffer_ms)

    def reconfigure(self) -> None:
        """Follow a changed session."""
        if self._session.input["format"] != self._format:
            self._format = self._session.input["format"]
            self._forget_turn()
            self._buffer = self._new_buffer(self._buffer.written_ms)
            self._activity = None
        elif self._session.turn_detection != self._turn_detection:
            self._idle.stop()
            self._forget_turn()
            self._buffer.set_turn_detection(self._session.turn_detection)
        self._turn_detection = self._session.turn_detection

    async def append(self, audio: bytes) -> None:
        """Take in PCM16.

        Raises
        ------
        Refusal
            Once, when turns are to be found in it and nothing here can; or when more waits
            for a commit than the server keeps.
        """
        if self._activity is None and self._ear.can_hear:
            self._activity = await self._ear.voice_activity(self._buffer.sample_rate_hz)
        if self._activity is None and self._turn_detection is not None:
            self._refuse_deaf()
            return
        self._buffer.check_room()
        slice_bytes = 2 * self._buffer.sample_rate_hz * _SLICE_MS // 1000
        for start in range(0, len(audio), slice_bytes):
            for event in self._buffer.feed(audio[start : start + slice_bytes], self._activity):
                await self._on_event(event)
            self._tell_words()
            await asyncio.sleep(0)

    def _refuse_deaf(self) -> None:
        if not self._said_deaf:
            self._said_deaf = True
            raise Refusal(self._ear.missing, "speech_not_installed")

    async def _on_event(self, event: TurnEvent) -> None:
        if isinstance(event, SpeechStarted):
            self._start_turn(event)
        elif self._turn is None:
            return
        elif isinstance(event, SpeechPaused):
            self._turn.transcript.pause(self._buffer.between(self._turn.start_ms, event.at_ms))
        elif isinstance(event, SpeechResumed):
            self._turn.transcript.resume()
        elif isinstance(event, SpeechMayBeOver):
            if await self._ear.sounds_finished(self._turn.transcript):
                self._buffer.finish_turn()
        else:
            self._stop_turn(self._turn, event)

    def _start_turn(self, event: SpeechStarted) -> None:
        self._idle.stop()
        rate = self._buffer.sample_rate_hz
        transcript = TurnTranscript(lambda audio: self._ear.transcribe(audio, rate), rate)
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
        has_words = event.voiced_ms >= LEAST_VOICED_MS
        self._add(turn.item_id, audio, turn.transcript.finish(audio) if has_words else no_words())
        self._on_turn(True)

    def _tell_words(self) -> None:
        """Let words be told while they are spoken."""
        if not self._transcripts.streams or self._activity is None:
            return
        now_ms = self._buffer.written_ms
        if self._turn is not None:
            self._transcripts.hear(self._turn.item_id, self._turn.start_ms, now_ms, self._cut)
        elif self._turn_detection is None and self._buffer.voiced_ms >= LEAST_VOICED_MS:
            begin_ms = now_ms - round(self._buffer.duration_ms)
            self._transcripts.hear(self._next_id, begin_ms, now_ms, self._cut)

    def _cut(self, start_ms: int, end_ms: int) -> tuple[bytes, int]:
        return self._buffer.between(start_ms, end_ms), self._buffer.sample_rate_hz

    def commit(self) -> None:
        """Make a user item of what waits in the buffer.

        Raises
        ------
        Refusal
            If that is less than 100 ms.
        """
        self._buffer.check_commit()
        voiced_ms = self._buffer.voiced_ms
        item_id = self._turn.item_id if self._turn else self._next_id
        self._drop_turn()
        audio = self._buffer.take()
        silent = self._ear.can_hear and voiced_ms < LEAST_VOICED_MS
        heard = no_words() if silent else self._ear.hear(audio, self._buffer.sample_rate_hz)
        self._add(item_id, audio, heard)

    def clear(self) -> None:
        """Drop what waits in the buffer; a turn that was open never becomes an item."""
        self._forget_turn()
        self._buffer.clear()

    def answered(self, playing_s: float) -> None:
        """An answer is over of which `playing_s` seconds are still to be heard."""
        timeout_ms = (self._turn_detection or {}).get("idle_timeout_ms")
        if timeout_ms and self._turn is None:
            self._idle.start(playing_s, timeout_ms)

    def answering(self) -> None:
        """An answer has begun: nobody waits for the user."""
        self._idle.stop()

    def _time_out(self, start_ms: int) -> None:
        end_ms, item_id = self._buffer.written_ms, make_id("item")
        self._emit(
            "input_audio_buffer.timeout_triggered",
            audio_start_ms=start_ms,
            audio_end_ms=end_ms,
            item_id=item_id,
        )
        audio = self._buffer.between(start_ms, end_ms)
        self._add(item_id, audio, no_words())
        self._on_turn(False)

    def close(self) -> None:
        """Stop; the connection is gone."""
        self._idle.stop()
        self._forget_turn()
        self._transcripts.close()
        self._said.close()

    def _add(self, item_id: str, audio: bytes, words: Awaitable[str]) -> None:
        self._next_id = make_id("item")
        self._said.add(item_id, audio, self._buffer.sample_rate_hz, words)

    def _forget_turn(self) -> None:
        self._drop_turn()
        self._transcripts.drop()
        self._next_id = make_id("item")

    def _drop_turn(self) -> None:
        if self._turn is not None:
            self._turn.transcript.drop()
            self._turn = None
