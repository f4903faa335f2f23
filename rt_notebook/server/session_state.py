"""The effective configuration of one session: defaults, and updates all or nothing.

The key set is that of ``session.created`` in recordings of the real API (GA,
gpt-realtime); the defaults are those of gpt-realtime-2.1 (silence 500 ms, voice marin).
"""

from __future__ import annotations

import copy
import time
from typing import Any

from pydantic import ValidationError

from ..config.session import Session
from .ids import make_id
from .refusals import Refusal, invalid_value, missing, refusal_of

__all__ = ["DEFAULT_MODEL", "SessionState"]

DEFAULT_MODEL = "local-demo"
LIFETIME_S = 3600
DEFAULT_INSTRUCTIONS = (
    "You are the demo voice of an offline Realtime server. You are not a language model."
)

_PCM: dict[str, Any] = {"type": "audio/pcm", "rate": 24000}
_TURN_DETECTION: dict[str, dict[str, Any]] = {
    "server_vad": {
        "type": "server_vad",
        "threshold": 0.5,
        "prefix_padding_ms": 300,
        "silence_duration_ms": 500,
        "idle_timeout_ms": None,
        "create_response": True,
        "interrupt_response": True,
    },
    "semantic_vad": {
        "type": "semantic_vad",
        "eagerness": "auto",
        "create_response": True,
        "interrupt_response": True,
    },
}
_TRANSCRIPTION: dict[str, Any] = {"model": None, "language": None, "prompt": None}

#: Where null means off; anywhere else it brings the default back.
_NULLABLE = {
    ("tracing",),
    ("prompt",),
    ("include",),
    ("audio", "input", "transcription"),
    ("audio", "input", "noise_reduction"),
    ("audio", "input", "turn_detection"),
}
#: Objects that an update merges into; other values are replaced as a whole.
_MERGED = {
    ("audio",),
    ("audio", "input"),
    ("audio", "output"),
    ("audio", "input", "transcription"),
    ("audio", "input", "noise_reduction"),
}
_TURN_DETECTION_PATH = ("audio", "input", "turn_detection")
_TRANSCRIPTION_PATH = ("audio", "input", "transcription")

Path = tuple[str, ...]


class SessionState:
    """What the server holds as the session's configuration, and how it changes.

    Parameters
    ----------
    model : str
        The model that the client asked for in the URL; it cannot change.
    modality : {"audio", "text"}
        What answers are by default; ``"text"`` where no voice is installed.
    """

    def __init__(self, model: str = DEFAULT_MODEL, modality: str = "audio") -> None:
        self._defaults = _defaults(model, modality)
        self.config = copy.deepcopy(self._defaults)
        self.audio_was_sent = False  # the voice is frozen from then on

    def update(self, patch: Any) -> None:
        """Apply the ``session`` object of a ``session.update``, wholly or not at all.

        Raises
        ------
        Refusal
            In the API's words; the configuration is what it was.
        """
        _check_type(patch)
        try:
            changes = Session.model_validate(patch).dump()
        except ValidationError as error:
            raise refusal_of(error, patch, "session") from None
        self._check_frozen(changes)
        self.config = self._merged(self.config, changes, ())

    def _check_frozen(self, changes: dict[str, Any]) -> None:
        if changes.get("model") not in (None, self.config["model"]):
            raise Refusal("Cannot update a session's model.", "invalid_value", "session.model")
        voice = ((changes.get("audio") or {}).get("output") or {}).get("voice")
        if self.audio_was_sent and voice not in (None, self.voice):
            raise Refusal(
                "Cannot update a conversation's voice if assistant audio is present.",
                "cannot_update_voice",
                "session.audio.output.voice",
            )

    def _merged(self, old: Any, changes: dict[str, Any], path: Path) -> dict[str, Any]:
        result = dict(old or {})
        for name, value in changes.items():
            result[name] = self._value(result.get(name), value, (*path, name))
        return result

    def _value(self, old: Any, value: Any, path: Path) -> Any:
        if value is None or (path == ("instructions",) and not value):
            return None if path in _NULLABLE else copy.deepcopy(self._default(path))
        if path == _TURN_DETECTION_PATH:
            same = old if old and old["type"] == value["type"] else _TURN_DETECTION[value["type"]]
            return {**same, **value}
        if path == _TRANSCRIPTION_PATH:
            old = old or _TRANSCRIPTION
        return self._merged(old, value, path) if path in _MERGED else value

    def _default(self, path: Path) -> Any:
        here: Any = self._defaults
        for name in path:
            here = here.get(name) if isinstance(here, dict) else None
        return here

    @property
    def model(self) -> str:
        """The model of the URL."""
        return str(self.config["model"])

    @property
    def input(self) -> dict[str, Any]:
        """``session.audio.input``."""
        found: dict[str, Any] = self.config["audio"]["input"]
        return found

    @property
    def output(self) -> dict[str, Any]:
        """``session.audio.output``."""
        found: dict[str, Any] = self.config["audio"]["output"]
        return found

    @property
    def voice(self) -> Any:
        """A voice's name, or an object with its id."""
        return self.output["voice"]

    @property
    def turn_detection(self) -> dict[str, Any] | None:
        """``session.audio.input.turn_detection``, None when turns are the client's."""
        found: dict[str, Any] | None = self.input["turn_detection"]
        return found


def _check_type(patch: Any) -> None:
    if not isinstance(patch, dict):
        raise missing("session")
    if "type" not in patch:
        raise missing("session.type")
    if patch["type"] == "transcription":
        raise Refusal(
            "Passing a transcription session update event to a realtime session is not allowed.",
            "invalid_value",
            "session.type",
        )
    if patch["type"] != "realtime":
        raise invalid_value(patch["type"], "session.type", ["realtime", "transcription"])


def _defaults(model: str, modality: str) -> dict[str, Any]:
    return {
        "type": "realtime",
        "object": "realtime.session",
        "id": make_id("sess"),
        "model": model,
        "output_modalities": [modality],
        "instructions": DEFAULT_INSTRUCTIONS,
        "tools": [],
        "tool_choice": "auto",
        "max_output_tokens": "inf",
        "tracing": None,
        "truncation": "auto",
        "prompt": None,
        "expires_at": int(time.time()) + LIFETIME_S,
        "audio": {
            "input": {
                "format": dict(_PCM),
                "transcription": None,
                "noise_reduction": None,
                "turn_detection": dict(_TURN_DETECTION["server_vad"]),
            },
            "output": {"format": dict(_PCM), "voice": "marin", "speed": 1.0},
        },
        "include": None,
    }
