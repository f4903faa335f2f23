"""What the API knows by name, with dates: models, voices, transcription models.

A name that is not listed is allowed (the API grows); a listed end date is told once.
Source: OpenAI's model and deprecation pages as of 2026-11-21.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "DEFAULT_MODEL",
    "DEFAULT_TRANSCRIPTION_MODEL",
    "MODELS",
    "TRANSCRIPTION_MODELS",
    "VOICES",
    "Named",
]


@dataclass(frozen=True)
class Named:
    """A name of the API.

    Parameters
    ----------
    name : str
        As sent on the wire.
    shutdown : str
        ISO date after which the API refuses it, empty when none is announced.
    successor : str
        What to use instead.
    """

    name: str
    shutdown: str = ""
    successor: str = ""


DEFAULT_MODEL = "gpt-realtime-2.1"
DEFAULT_TRANSCRIPTION_MODEL = "gpt-live-transcribe"

MODELS = (
    Named("gpt-realtime-2.1"),
    Named("gpt-realtime-2.1-mini"),
    Named("gpt-realtime-2"),
    Named("gpt-realtime-1.5"),
    Named("gpt-realtime", "2027-01-20", "gpt-realtime-2.1"),
    Named("gpt-realtime-2025-08-28", "2027-01-20", "gpt-realtime-2.1"),
    Named("gpt-realtime-mini", "2027-01-20", "gpt-realtime-2.1-mini"),
    Named("gpt-realtime-mini-2025-12-15", "2027-01-20", "gpt-realtime-2.1-mini"),
)

VOICES = ("marin", "cedar", "alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse")

TRANSCRIPTION_MODELS = (
    Named("gpt-live-transcribe"),
    Named("gpt-transcribe"),
    Named("gpt-realtime-whisper"),
    Named("whisper-1", "2027-02-26", "gpt-live-transcribe"),
    Named("gpt-4o-transcribe", "2027-02-26", "gpt-live-transcribe"),
    Named("gpt-4o-mini-transcribe", "2027-02-26", "gpt-live-transcribe"),
    Named("gpt-4o-transcribe-diarize", "2027-02-26", "gpt-live-transcribe"),
)
