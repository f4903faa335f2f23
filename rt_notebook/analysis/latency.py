"""Where the wait of a turn was: from the end of the user's speech to the first sound back.

Times are taken in this process: an event counts when it was received. The end of speech
is *acoustic*: the last loud window of the audio that was sent, at the moment at which the
chunk that holds it was sent.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..record.log import Entry, Log

__all__ = ["TurnLatency", "turn_latency"]

_BYTES_PER_MS = 48  # PCM16 at 24 kHz


@dataclass(frozen=True)
class TurnLatency:
    """The parts of one turn's wait, in milliseconds; None where it did not happen.

    Parameters
    ----------
    end_of_speech_to_stop_ms : float or None
        Acoustic end of speech → ``speech_stopped``: the silence window and what comes on top.
    stop_to_response_ms : float or None
        ``speech_stopped`` → ``response.created``.
    response_to_audio_ms : float or None
        ``response.created`` → first audio that is not silence.
    total_ms : float or None
        Acoustic end of speech → first audio that is not silence.
    silence_window_ms : int or None
        The silence that ends a turn, as configured.
    """

    end_of_speech_to_stop_ms: float | None = None
    stop_to_response_ms: float | None = None
    response_to_audio_ms: float | None = None
    total_ms: float | None = None
    silence_window_ms: int | None = None

    @property
    def beyond_silence_ms(self) -> float | None:
        """What the wait was beyond the silence window that was asked for."""
        if self.total_ms is None or self.silence_window_ms is None:
            return None
        return self.total_ms - self.silence_window_ms


def turn_latency(log: Log, response_id: str, user_item_id: str | None = None) -> TurnLatency:
    """Return the parts of the wait for one response.

    Parameters
    ----------
    log : Log
        The session's record.
    response_id : str
        The response that was waited for.
    user_item_id : str, optional
        The spoken item that it answers; without it there is no end of speech.
    """
    entries = list(log)
    created = _first(entries, "response.created", response_id)
    stopped = _first(entries, "input_audio_buffer.speech_stopped", user_item_id)
    sound = _first_sound(log, entries, response_id)
    spoken = _end_of_speech(log, entries, user_item_id)
    return TurnLatency(
        _ms(spoken, stopped),
        _ms(stopped, created),
        _ms(created, sound),
        _ms(spoken, sound),
        _silence_window_ms(entries),
    )


def _ms(start: float | None, end: float | None) -> float | None:
    return None if start is None or end is None else (end - start) * 1000


def _first(entries: list[Entry], type: str, id: str | None) -> float | None:
    for entry in entries:
        event = entry.event
        found = event.get("item_id") or (event.get("response") or {}).get("id")
        if event.type == type and found == id:
            return entry.time
    return None


def _first_sound(log: Log, entries: list[Entry], response_id: str) -> float | None:
    from ..audio.levels import first_sound_sample

    for entry in entries:
        event, span = entry.event, entry.audio
        if span is None or event.get("response_id") != response_id:
            continue
        chunk = log.audio(span.track)[span.start : span.start + span.length]
        if first_sound_sample(chunk) is not None:
            return entry.time
    return None


def _end_of_speech(log: Log, entries: list[Entry], user_item_id: str | None) -> float | None:
    """When the sample that ended the user's speech was sent."""
    from ..audio.levels import speech_end_ms

    marks = {
        entry.event.type: entry.event
        for entry in entries
        if entry.event.get("item_id") == user_item_id and "speech_st" in entry.event.type
    }
    if len(marks) < 2:
        return None
    start_ms = int(marks["input_audio_buffer.speech_started"]["audio_start_ms"])
    stop_ms = int(marks["input_audio_buffer.speech_stopped"]["audio_end_ms"])
    track = log.audio("user")[start_ms * _BYTES_PER_MS : stop_ms * _BYTES_PER_MS]
    end_ms = speech_end_ms(track)
    if end_ms is None:
        return None
    position = round((start_ms + end_ms) * _BYTES_PER_MS)
    return next(
        (
            entry.time
            for entry in entries
            if entry.audio is not None
            and entry.audio.track == "user"
            and entry.audio.start + entry.audio.length >= position
        ),
        None,
    )


def _silence_window_ms(entries: list[Entry]) -> int | None:
    """The last acknowledged ``silence_duration_ms``."""
    for entry in reversed(entries):
        if entry.event.type in ("session.created", "session.updated"):
            audio_input = (entry.event["session"].get("audio") or {}).get("input") or {}
            value = (audio_input.get("turn_detection") or {}).get("silence_duration_ms")
            return int(value) if value is not None else None
    return None
