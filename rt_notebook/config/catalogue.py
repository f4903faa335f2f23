"""What the API knows by name, with dates: models, voices, transcription models.

A name that is not listed is allowed (the API grows); a listed end date is told once.
Source: the openai package's docstrings and OpenAI's model and deprecation pages as of
2026-11-21.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "BETA_TRANSCRIPTION_MODEL",
    "DEFAULT_MODEL",
    "DEFAULT_TRANSCRIPTION_MODEL",
    "MODELS",
    "RETIRED_MODELS",
    "STORED_PROMPTS",
    "TRANSCRIPTION_MODELS",
    "VOICES",
    "Named",
    "named",
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
    lacks : tuple of str
        Fields beside the name that it does not take.
    """

    name: str
    shutdown: str = ""
    successor: str = ""
    lacks: tuple[str, ...] = ()

    @property
    def farewell(self) -> str:
        """One sentence on its end, empty when none is announced."""
        if not self.shutdown:
            return ""
        return f"the API shuts {self.name} down on {self.shutdown}: use {self.successor} instead"


DEFAULT_MODEL = "gpt-realtime-2.1"
DEFAULT_TRANSCRIPTION_MODEL = "gpt-live-transcribe"
#: Servers that still speak beta know this one (seen with Azure Voice Live in 2026).
BETA_TRANSCRIPTION_MODEL = "whisper-1"

MODELS = (
    Named("gpt-realtime-2.1"),
    Named("gpt-realtime-2.1-mini"),
    Named("gpt-realtime-2"),
    Named("gpt-realtime-1.5"),
    Named("gpt-realtime", "2027-01-20", "gpt-realtime-2.1"),
    Named("gpt-realtime-2025-08-28", "2027-01-20", "gpt-realtime-2.1"),
    Named("gpt-realtime-mini", "2027-01-20", "gpt-realtime-2.1-mini"),
    Named("gpt-realtime-mini-2025-10-06"),
    Named("gpt-realtime-mini-2025-12-15", "2027-01-20", "gpt-realtime-2.1-mini"),
)

#: Known for their dates, not offered.
RETIRED_MODELS = (
    Named("gpt-audio-mini", "2027-01-20", "gpt-realtime-2.1-mini"),
    Named("gpt-audio-mini-2025-12-15", "2027-01-20", "gpt-realtime-2.1-mini"),
    Named("gpt-4o-realtime-preview", "2026-05-07", "gpt-realtime-2.1"),
    Named("gpt-4o-realtime-preview-2024-10-01", "2026-05-07", "gpt-realtime-2.1"),
    Named("gpt-4o-realtime-preview-2024-12-17", "2026-05-07", "gpt-realtime-2.1"),
    Named("gpt-4o-realtime-preview-2025-06-03", "2026-05-07", "gpt-realtime-2.1"),
    Named("gpt-4o-mini-realtime-preview", "2026-05-07", "gpt-realtime-2.1-mini"),
    Named("gpt-4o-mini-realtime-preview-2024-12-17", "2026-05-07", "gpt-realtime-2.1-mini"),
)

VOICES = ("marin", "cedar", "alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse")

_HINTS = ("languages", "keywords")  # gpt-transcribe and gpt-live-transcribe only
_LEAVING = ("2027-02-26", "gpt-live-transcribe")

TRANSCRIPTION_MODELS = (
    # The types give `delay` to gpt-realtime-whisper alone; gpt-live-transcribe was seen to take it.
    Named("gpt-live-transcribe"),
    Named("gpt-transcribe", lacks=("delay",)),
    Named("gpt-realtime-whisper", lacks=("prompt", *_HINTS)),
    Named("whisper-1", *_LEAVING, lacks=("delay", *_HINTS)),
    Named("gpt-4o-transcribe", *_LEAVING, lacks=("delay", *_HINTS)),
    Named("gpt-4o-mini-transcribe", *_LEAVING, lacks=("delay", *_HINTS)),
    Named("gpt-4o-mini-transcribe-2025-12-15", *_LEAVING, lacks=("delay", *_HINTS)),
    Named("gpt-4o-transcribe-diarize", *_LEAVING, lacks=("delay", "prompt", *_HINTS)),
)

#: ``prompt: {id, version, variables}`` as a whole.
STORED_PROMPTS = Named("stored prompts (prompt_id)", "2026-11-30", "instructions")

_KNOWN = {one.name: one for one in (*MODELS, *RETIRED_MODELS, *TRANSCRIPTION_MODELS)}


def named(name: object) -> Named:
    """Return what is known of a model's name; of an unknown one, nothing but the name."""
    return _KNOWN.get(str(name)) or Named(str(name))
