"""Where the wait of a turn was: from the end of the user's speech to the end of the answer.

Times are taken in the kernel: an event counts when it was received. The end of speech is
*acoustic*: the last loud window of the audio that was sent, at the moment at which the
chunk that holds it was sent. What the page tells is on the kernel's clock already: page and
kernel exchange pings, and half of the shortest round trip is how far off it may be.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..record.log import Entry, Log
from .exchange import Response, Utterance
from .trace import Trace, trace

__all__ = ["PARTS", "TurnLatency", "latency_of", "turn_latency"]

#: Part of the wait → what it lies between, in the order of the waterfall.
PARTS = {
    "end_of_speech_to_stop": "end of speech → speech_stopped",
    "stop_to_commit": "speech_stopped → committed",
    "commit_to_response": "committed → response.created",
    "response_to_audio": "response.created → first sound in the kernel",
    "audio_to_audible": "first sound in the kernel → first sound in the page",
    "audible_to_end": "first sound in the page → end",
}


@dataclass(frozen=True)
class TurnLatency:
    """The parts of one turn's wait, in milliseconds; None where it did not happen.

    Parameters
    ----------
    end_of_speech_to_stop_ms : float or None
        Acoustic end of speech → ``speech_stopped``: the silence window and what comes on top.
    stop_to_commit_ms : float or None
        ``speech_stopped`` → ``input_audio_buffer.committed``; of a turn without turn
        detection None.
    commit_to_response_ms : float or None
        ``committed`` → ``response.created``; of a written turn from its item.
    response_to_audio_ms : float or None
        ``response.created`` → first audio that is not silence, in the kernel; of a turn whose
        first response calls functions in silence, these and what they led to included.
    audio_to_audible_ms : float or None
        First audio in the kernel → first audible sample in the page.
    audible_to_end_ms : float or None
        First audible sample → the last one that was played.
    total_ms : float or None
        Acoustic end of speech → first audio that is not silence, in the kernel.
    to_audible_ms : float or None
        Acoustic end of speech → first audible sample in the page.
    clock_error_ms : float or None
        How far off the page's clock may be.
    silence_window_ms : int or None
        The silence that ends a turn, as configured.
    """

    end_of_speech_to_stop_ms: float | None = None
    stop_to_commit_ms: float | None = None
    commit_to_response_ms: float | None = None
    response_to_audio_ms: float | None = None
    audio_to_audible_ms: float | None = None
    audible_to_end_ms: float | None = None
    total_ms: float | None = None
    to_audible_ms: float | None = None
    clock_error_ms: float | None = None
    silence_window_ms: int | None = None

    @property
    def stop_to_response_ms(self) -> float | None:
        """``speech_stopped`` → ``response.created``."""
        if self.stop_to_commit_ms is None or self.commit_to_response_ms is None:
            return None
        return self.stop_to_commit_ms + self.commit_to_response_ms

    @property
    def beyond_silence_ms(self) -> float | None:
        """What the wait was beyond the silence window that was asked for."""
        if self.total_ms is None or self.silence_window_ms is None:
            return None
        return self.total_ms - self.silence_window_ms

    @property
    def wait_ms(self) -> float | None:
        """How long the user waited for a sound: in the page, or in the kernel where none played it.

        From the end of speech; where the log does not tell it, as of a written turn, from
        the moment at which what was said stood in the conversation.
        """
        if self.total_ms is not None:
            return self.total_ms if self.to_audible_ms is None else self.to_audible_ms
        if self.commit_to_response_ms is None or self.response_to_audio_ms is None:
            return None
        to_audio_ms = self.commit_to_response_ms + self.response_to_audio_ms
        return to_audio_ms + (self.audio_to_audible_ms or 0.0)

    @property
    def parts(self) -> dict[str, float | None]:
        """The parts by the names of `PARTS`, in milliseconds."""
        return {name: getattr(self, f"{name}_ms") for name in PARTS}


def turn_latency(log: Log, response_id: str) -> TurnLatency:
    """Return the parts of the wait for one response."""
    read = trace(log)
    response = read.responses.get(response_id)
    return latency_of(read, [] if response is None else [response])


def latency_of(read: Trace, answers: Sequence[Response]) -> TurnLatency:
    """Return the parts of the wait for the responses of a turn, from a log that was read.

    The wait begins as that for the first of them does, and goes on to the first sound of any.

    Parameters
    ----------
    read : Trace
        The log.
    answers : sequence of Response
        Those that a turn had, in their order.
    """
    if not answers:
        return TurnLatency()
    first = answers[0]
    said = first.utterances[-1] if first.utterances else Utterance("")
    spoken = _end_of_speech(read, said)
    heard_from = said.committed or said.added
    sounds = ((one, _first_sound(read.log, one)) for one in answers)
    sounding, sound = next((both for both in sounds if both[1] is not None), (first, None))
    audible = sounding.audible
    return TurnLatency(
        _ms(spoken, said.stopped),
        _ms(said.stopped, said.committed),
        _ms(heard_from, first.created),
        _ms(first.created, sound),
        _ms(sound, audible),
        _ms(audible, _silent(answers)),
        _ms(spoken, sound),
        _ms(spoken, audible),
        sounding.audible_error_ms,
        _silence_window_ms(first),
    )


def _silent(answers: Sequence[Response]) -> float | None:
    """When the last sound of a turn had been played; None while one is still to be."""
    ends = [one.silent for one in answers if one.audio]
    return None if None in ends else max((end for end in ends if end is not None), default=None)


def _ms(start: float | None, end: float | None) -> float | None:
    return None if start is None or end is None else (end - start) * 1000


def _first_sound(log: Log, response: Response) -> float | None:
    from ..audio.levels import first_sound_sample

    for entry in response.audio:
        if first_sound_sample(_sound(log, entry)) is not None:
            return entry.time
    return None


def _sound(log: Log, entry: Entry) -> bytes:
    return b"" if entry.audio is None else log.sound(entry.audio)


def _end_of_speech(read: Trace, said: Utterance) -> float | None:
    """When the sample that ended the user's speech was sent."""
    from ..audio.levels import speech_end_ms

    if said.start_ms is None or said.end_ms is None:
        return None
    track = read.user.sound(said.start_ms, said.end_ms)
    end_ms = speech_end_ms(track)
    return None if end_ms is None else read.user.sent_at(said.start_ms + end_ms)


def _silence_window_ms(response: Response) -> int | None:
    """The ``silence_duration_ms`` in force; None where it is no number."""
    value: Any = response.session
    for name in ("audio", "input", "turn_detection", "silence_duration_ms"):
        value = value.get(name) if isinstance(value, dict) else None
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return int(value) if is_number and math.isfinite(value) else None
