"""What a session is before anybody configures it, and the shape of its configuration.

The key sets are those of ``session.created`` in recordings of the real API (GA,
gpt-realtime); the defaults are those of gpt-realtime-2.1 (silence 500 ms, voice marin).
"""

from __future__ import annotations

import time
from typing import Any, Literal

from ..config.session import AudioInput, Session, Sparse
from .brains import Brain
from .ids import make_id

__all__ = [
    "DEFAULT_INSTRUCTIONS",
    "DEFAULT_MODEL",
    "SHAPES",
    "TRANSCRIPTION",
    "TURN_DETECTION",
    "Kind",
    "TranscriptionSession",
    "defaults",
    "instructions_of",
]

DEFAULT_MODEL = "local-demo"
#: For a brain that has no instructions of its own.
DEFAULT_INSTRUCTIONS = (
    "You are the demo voice of an offline Realtime server. You are not a language model."
)

Kind = Literal["realtime", "transcription"]
Json = dict[str, Any]

_PCM: Json = {"type": "audio/pcm", "rate": 24000}
_SERVER_VAD: Json = {
    "type": "server_vad",
    "threshold": 0.5,
    "prefix_padding_ms": 300,
    "silence_duration_ms": 500,
}
_ANSWERS: Json = {"create_response": True, "interrupt_response": True}

#: Turn detection by kind of session and type; only a conversation has answers.
TURN_DETECTION: dict[Kind, dict[str, Json]] = {
    "realtime": {
        "server_vad": {**_SERVER_VAD, "idle_timeout_ms": None, **_ANSWERS},
        "semantic_vad": {"type": "semantic_vad", "eagerness": "auto", **_ANSWERS},
    },
    "transcription": {
        "server_vad": _SERVER_VAD,
        "semantic_vad": {"type": "semantic_vad", "eagerness": "auto"},
    },
}
TRANSCRIPTION: Json = {"model": None, "language": None, "prompt": None}


class TranscriptionAudio(Sparse):
    """``session.audio`` of a transcription session: there is no output."""

    input: AudioInput | None = None


class TranscriptionSession(Sparse):
    """The object of ``session.update`` for a session that only transcribes."""

    type: Literal["transcription"]
    audio: TranscriptionAudio | None = None
    include: list[Literal["item.input_audio_transcription.logprobs"]] | None = None


SHAPES: dict[Kind, type[Sparse]] = {"realtime": Session, "transcription": TranscriptionSession}


def instructions_of(brain: Brain) -> str:
    """Return what a brain is told in a session that nobody gave instructions."""
    own: str = getattr(brain, "default_instructions", DEFAULT_INSTRUCTIONS)
    return own


def defaults(kind: Kind, model: str, modality: str, lifetime_s: float, instructions: str) -> Json:
    """Return a new session's configuration.

    Parameters
    ----------
    kind : {"realtime", "transcription"}
        A conversation, or transcripts only.
    model : str
        The model that the client asked for.
    modality : {"audio", "text"}
        What answers are.
    lifetime_s : float
        Seconds until it expires.
    instructions : str
        Those of a conversation.
    """
    expires_at = int(time.time() + lifetime_s)
    if kind == "transcription":
        return {
            "type": "transcription",
            "object": "realtime.transcription_session",
            "id": make_id("sess"),
            "expires_at": expires_at,
            "audio": {"input": _input(kind)},
            "include": None,
        }
    return {
        "type": "realtime",
        "object": "realtime.session",
        "id": make_id("sess"),
        "model": model,
        "output_modalities": [modality],
        "instructions": instructions,
        "tools": [],
        "tool_choice": "auto",
        "max_output_tokens": "inf",
        "tracing": None,
        "truncation": "auto",
        "prompt": None,
        "expires_at": expires_at,
        "audio": {
            "input": _input(kind),
            "output": {"format": dict(_PCM), "voice": "marin", "speed": 1.0},
        },
        "include": None,
    }


def _input(kind: Kind) -> Json:
    return {
        "format": dict(_PCM),
        "transcription": None,
        "noise_reduction": None,
        "turn_detection": dict(TURN_DETECTION[kind]["server_vad"]),
    }
