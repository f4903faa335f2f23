"""What the configuration in force says, where the state machine goes by it."""

from __future__ import annotations

from typing import Any

__all__ = ["input_format", "interrupts", "output_is_pcm", "transcribes"]


def input_format(session: dict[str, Any]) -> Any:
    """Return the format in which the user's audio goes out, None where none is said."""
    return _side(session, "input").get("format")


def transcribes(session: dict[str, Any]) -> bool:
    """Whether what the user says is transcribed."""
    return bool(_side(session, "input").get("transcription"))


def interrupts(session: dict[str, Any]) -> bool:
    """Whether the user's speech ends the answer that sounds."""
    detection = _side(session, "input").get("turn_detection")
    return not (isinstance(detection, dict) and detection.get("interrupt_response") is False)


def output_is_pcm(session: dict[str, Any]) -> bool:
    """Whether answers come as PCM16."""
    format = _side(session, "output").get("format") or {}
    return str(format.get("type", "audio/pcm")) == "audio/pcm"


def _side(session: dict[str, Any], side: str) -> dict[str, Any]:
    audio = session.get("audio")
    found = audio.get(side) if isinstance(audio, dict) else None
    return found if isinstance(found, dict) else {}
