"""What the configuration in force says, where this side goes by it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = [
    "PCM",
    "client_ends_turns",
    "input_format",
    "interrupts",
    "output_format",
    "transcribes",
    "turn_detection",
]

PCM = "audio/pcm"


def transcribes(session: Mapping[str, Any]) -> bool:
    """Whether what the user says is transcribed."""
    return bool(_part(session, "input", "transcription"))


def turn_detection(session: Mapping[str, Any]) -> str:
    """Return ``server_vad``, ``semantic_vad``, or ``none`` where the client ends turns."""
    return str(_part(session, "input", "turn_detection").get("type", "none"))


def client_ends_turns(session: Mapping[str, Any]) -> bool:
    """Whether nothing but a commit ends the user's turn."""
    return turn_detection(session) == "none"


def interrupts(session: Mapping[str, Any]) -> bool:
    """Whether the user's speech ends the answer that sounds."""
    return _part(session, "input", "turn_detection").get("interrupt_response") is not False


def input_format(session: Mapping[str, Any]) -> str:
    """Return GA's name of the format in which a session takes audio."""
    return str(_part(session, "input", "format").get("type", PCM))


def output_format(session: Mapping[str, Any]) -> str:
    """Return GA's name of the format in which a session answers."""
    return str(_part(session, "output", "format").get("type", PCM))


def _part(session: Mapping[str, Any], side: str, name: str) -> Mapping[str, Any]:
    audio = session.get("audio")
    found = audio.get(side) if isinstance(audio, Mapping) else None
    part = found.get(name) if isinstance(found, Mapping) else None
    return part if isinstance(part, Mapping) else {}
