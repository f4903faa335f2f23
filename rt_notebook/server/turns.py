"""When a turn starts and when it ends, on sample time.

Rules
-----
- One speech probability for each frame of 32 ms goes in, events come out. Nothing here
  reads a clock: audio that arrives ten times faster than real time gives the same turns.
- Milliseconds count the audio written since the session began, as the API's do.
  Recorded ``audio_end_ms`` and ``audio_start_ms + prefix_padding_ms`` are multiples of 32:
  the API looks at the same frames.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

from .limits import Limits

__all__ = [
    "FRAME_MS",
    "SpeechMayBeOver",
    "SpeechPaused",
    "SpeechResumed",
    "SpeechStarted",
    "SpeechStopped",
    "TurnDetector",
    "TurnEvent",
    "TurnRules",
]

FRAME_MS = 32
# Speech starts when 3 of 4 frames are speech: one loud click is two at most.
_START_WINDOW = 4
_START_FRAMES = 3
_PAUSE_MS = 200
#: Semantic VAD by eagerness: silence after which the words decide, and the longest wait.
#: The longest waits are the API's: 2, 4 and 8 s.
_SEMANTIC_MS = {"high": (300, 2000), "medium": (500, 4000), "auto": (500, 4000), "low": (800, 8000)}


@dataclass(frozen=True)
class SpeechStarted:
    """Speech began; `audio_start_ms` includes the prefix padding."""

    audio_start_ms: int


@dataclass(frozen=True)
class SpeechPaused:
    """A silence that may become the end of the turn; `at_ms` is its last frame's end."""

    at_ms: int


@dataclass(frozen=True)
class SpeechResumed:
    """The silence was a pause only."""


@dataclass(frozen=True)
class SpeechMayBeOver:
    """The words decide now: `TurnDetector.finish` ends the turn before its longest wait."""


@dataclass(frozen=True)
class SpeechStopped:
    """The turn ended; `audio_end_ms` includes the silence that ended it."""

    audio_end_ms: int
    voiced_ms: int


TurnEvent = SpeechStarted | SpeechPaused | SpeechResumed | SpeechMayBeOver | SpeechStopped


@dataclass(frozen=True)
class TurnRules:
    """What ``session.audio.input.turn_detection`` asks for.

    Parameters
    ----------
    threshold : float
        Speech probability in [0, 1] above which a frame is speech.
    prefix_padding_ms, silence_duration_ms : int
        Audio that belongs to the turn before its speech, and silence that ends it.
    patience_ms : int or None
        Silence that ends a turn whose words do not sound finished; None asks for no words.
    longest_ms : int
        A turn of this length ends, speech or not.
    """

    threshold: float = 0.5
    prefix_padding_ms: int = 300
    silence_duration_ms: int = 500
    patience_ms: int | None = None
    longest_ms: int = Limits.buffer_ms

    @classmethod
    def of(cls, turn_detection: dict[str, Any], longest_ms: int = Limits.buffer_ms) -> TurnRules:
        """Read the API's object; semantic VAD becomes two silences by its eagerness."""
        if turn_detection["type"] == "semantic_vad":
            silence_ms, patience_ms = _SEMANTIC_MS[turn_detection["eagerness"]]
            return cls(
                silence_duration_ms=silence_ms, patience_ms=patience_ms, longest_ms=longest_ms
            )
        return cls(
            turn_detection["threshold"],
            turn_detection["prefix_padding_ms"],
            turn_detection["silence_duration_ms"],
            longest_ms=longest_ms,
        )


class TurnDetector:
    """Finds turns in a sequence of speech probabilities.

    Parameters
    ----------
    rules : TurnRules
        When a turn starts and ends.
    origin_ms : int
        Where in the session's audio the first frame begins.
    """

    def __init__(self, rules: TurnRules, origin_ms: int = 0) -> None:
        self._rules = rules
        self._pause_ms = min(_PAUSE_MS, rules.silence_duration_ms // 2)
        self._now_ms = origin_ms  # end of the last frame
        self._free_ms = origin_ms  # audio before belongs to an earlier turn
        self._recent: deque[bool] = deque(maxlen=_START_WINDOW)
        self._speaking = self._paused = False
        self._asked = self._finished = False
        self._start_ms = origin_ms
        self._voiced_ms = 0
        self._last_voiced_ms = origin_ms

    @property
    def speaking(self) -> bool:
        """Whether a turn is open."""
        return self._speaking

    @property
    def needed_from_ms(self) -> int:
        """Where the audio begins that a turn starting now would take in."""
        reach = _START_WINDOW * FRAME_MS + self._rules.prefix_padding_ms
        return max(self._free_ms, self._now_ms - reach)

    def feed(self, probability: float) -> list[TurnEvent]:
        """Take in the speech probability of the next frame and say what it means."""
        self._now_ms += FRAME_MS
        voiced = probability >= self._rules.threshold
        return self._in_turn(voiced) if self._speaking else self._between_turns(voiced)

    def finish(self) -> None:
        """Let the turn end with the silence that goes on: its words sound finished."""
        self._finished = True

    def _between_turns(self, voiced: bool) -> list[TurnEvent]:
        self._recent.append(voiced)
        if sum(self._recent) < _START_FRAMES:
            return []
        frames = len(self._recent) - list(self._recent).index(True)
        first_ms = self._now_ms - frames * FRAME_MS
        self._speaking = True
        self._paused = self._asked = self._finished = False
        self._start_ms = first_ms
        self._voiced_ms = sum(self._recent) * FRAME_MS
        self._last_voiced_ms = self._now_ms
        return [SpeechStarted(max(self._free_ms, first_ms - self._rules.prefix_padding_ms))]

    def _in_turn(self, voiced: bool) -> list[TurnEvent]:
        events = self._voiced() if voiced else self._silent()
        silence_ms = self._now_ms - self._last_voiced_ms
        is_too_long = self._now_ms - self._start_ms >= self._rules.longest_ms
        if is_too_long or (not voiced and silence_ms >= self._needed_ms):
            events.append(SpeechStopped(self._now_ms, self._voiced_ms))
            self._speaking = False
            self._free_ms = self._now_ms
            self._recent.clear()
        return events

    def _voiced(self) -> list[TurnEvent]:
        resumed = self._paused
        self._paused = self._asked = self._finished = False
        self._voiced_ms += FRAME_MS
        self._last_voiced_ms = self._now_ms
        return [SpeechResumed()] if resumed else []

    def _silent(self) -> list[TurnEvent]:
        silence_ms = self._now_ms - self._last_voiced_ms
        events: list[TurnEvent] = []
        if silence_ms >= self._pause_ms and not self._paused:
            self._paused = True
            events.append(SpeechPaused(self._now_ms))
        asks = self._rules.patience_ms is not None and not self._asked
        if asks and silence_ms >= self._rules.silence_duration_ms:
            self._asked = True
            events.append(SpeechMayBeOver())
        return events

    @property
    def _needed_ms(self) -> int:
        patience_ms = self._rules.patience_ms
        wait = patience_ms is not None and not self._finished
        return patience_ms if wait and patience_ms else self._rules.silence_duration_ms
