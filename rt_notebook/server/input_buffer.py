"""The input audio buffer of one session: audio by its place in time, and its turns."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from .limits import Limits
from .refusals import Refusal
from .turns import FRAME_MS, TurnDetector, TurnEvent, TurnRules
from .vad import SPEECH_THRESHOLD, VoiceActivity

__all__ = ["InputBuffer"]

_LEAST_COMMIT_MS = 100


class InputBuffer:
    """PCM16 that was written and not yet committed.

    Parameters
    ----------
    sample_rate_hz : int
        Rate of the audio.
    turn_detection : dict or None
        The API's object; None when the client commits.
    origin_ms : int
        How much audio the session had before this buffer.
    longest_ms : int
        The longest turn, and the most that waits for a commit.
    """

    def __init__(
        self,
        sample_rate_hz: int,
        turn_detection: dict[str, Any] | None,
        origin_ms: int = 0,
        longest_ms: int = Limits.buffer_ms,
    ) -> None:
        self.sample_rate_hz = sample_rate_hz
        self._longest_ms = longest_ms
        self._origin_ms = origin_ms
        self._audio = bytearray()
        self._start = 0  # samples since the origin that were dropped or committed
        self._frames = 0
        self._detector: TurnDetector | None = None
        self._rules: TurnRules | None = None
        self._voiced: deque[int] = deque()  # where the frames of speech end that wait here
        self.set_turn_detection(turn_detection)

    def set_turn_detection(self, turn_detection: dict[str, Any] | None) -> None:
        """Find turns by other rules from here on; an open turn is forgotten."""
        self._rules = TurnRules.of(turn_detection, self._longest_ms) if turn_detection else None
        self._restart()

    def _restart(self) -> None:
        self._detector = TurnDetector(self._rules, self._heard_ms) if self._rules else None

    @property
    def _heard_ms(self) -> int:
        """How much of the session's audio was looked at, in whole frames."""
        return self._origin_ms + self._frames * FRAME_MS

    @property
    def written_ms(self) -> int:
        """How much audio the session has had."""
        return self._origin_ms + round(self._ms(self._start + len(self._audio) // 2))

    @property
    def duration_ms(self) -> float:
        """How much audio waits here."""
        return self._ms(len(self._audio) // 2)

    @property
    def voiced_ms(self) -> int:
        """How much of it is speech."""
        return FRAME_MS * len(self._voiced)

    def check_room(self) -> None:
        """Refuse more audio when nobody commits what is here."""
        if self._detector is None and self.duration_ms > self._longest_ms:
            message = f"The input audio buffer holds at most {self._longest_ms} ms of audio."
            raise Refusal(message, "input_audio_buffer_full", "audio")

    def check_commit(self) -> None:
        """Refuse to commit less than 100 ms, as the API does."""
        if self.duration_ms < _LEAST_COMMIT_MS:
            raise Refusal(
                "Error committing input audio buffer: buffer too small. Expected at least 100ms "
                f"of audio, but buffer only has {self.duration_ms:.2f}ms of audio.",
                "input_audio_buffer_commit_empty",
            )

    def feed(self, chunk: bytes, activity: VoiceActivity | None) -> Iterator[TurnEvent]:
        """Append PCM16 and yield what it does to the turn; without `activity` nothing."""
        self._audio += chunk
        for probability in activity.probabilities(chunk) if activity else ():
            self._frames += 1
            if probability >= SPEECH_THRESHOLD:
                self._voiced.append(self._heard_ms)
            if self._detector is not None:
                yield from self._detector.feed(probability)
        if self._detector is not None and not self._detector.speaking:
            self._drop_until(self._detector.needed_from_ms)

    def finish_turn(self) -> None:
        """Let the open turn end with the silence that goes on."""
        if self._detector is not None:
            self._detector.finish()

    def between(self, start_ms: int, end_ms: int) -> bytes:
        """Return the audio of a stretch of the session, as far as it is still here."""
        first, last = (max(0, self._sample(ms) - self._start) for ms in (start_ms, end_ms))
        return bytes(self._audio[2 * first : 2 * last])

    def take(self) -> bytes:
        """Return all audio that waits here, and begin anew after it."""
        audio = bytes(self._audio)
        self.clear()
        return audio

    def clear(self) -> None:
        """Drop all audio that waits here; an open turn is forgotten."""
        self._start += len(self._audio) // 2
        self._audio.clear()
        self._voiced.clear()
        self._restart()

    def _drop_until(self, ms: int) -> None:
        surplus = min(len(self._audio) // 2, max(0, self._sample(ms) - self._start))
        del self._audio[: 2 * surplus]
        self._start += surplus
        while self._voiced and self._voiced[0] <= ms:
            self._voiced.popleft()

    def _sample(self, ms: int) -> int:
        return (ms - self._origin_ms) * self.sample_rate_hz // 1000

    def _ms(self, samples: int) -> float:
        return samples / self.sample_rate_hz * 1000
