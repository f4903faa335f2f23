"""The effective configuration of one session: updates apply wholly or not at all."""

from __future__ import annotations

import copy
from typing import Any

from pydantic import ValidationError

from ..audio.pcm import SAMPLE_RATE_HZ
from .beta import DEFAULT_TEMPERATURE, DEFAULT_VOICE, taken_temperature
from .limits import Limits
from .refusals import Refusal, check_kinds, check_one_of, check_types, missing, refusal_of
from .session_defaults import (
    DEFAULT_INSTRUCTIONS,
    DEFAULT_MODEL,
    SHAPES,
    TRANSCRIPTION,
    TURN_DETECTION,
    Kind,
    defaults,
)
from .tool_servers import check_tool_servers

__all__ = ["SessionState"]

Path = tuple[str, ...]

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


class SessionState:
    """What the server holds as the session's configuration, and how it changes.

    Parameters
    ----------
    model : str
        The model that the client asked for in the URL; it cannot change.
    modality : {"audio", "text"}
        What answers are by default; ``"text"`` where no voice is installed.
    kind : {"realtime", "transcription"}
        A conversation, or transcripts only; it cannot change either.
    lifetime_s : float
        Seconds until the session expires.
    dialect : {"ga", "beta"}
        Beta sessions have a temperature.
    instructions : str
        Those that are in force while nobody gives any.
    """

    def __init__(
        self,
        model: str = DEFAULT_MODEL,
        modality: str = "audio",
        kind: Kind = "realtime",
        lifetime_s: float = Limits.lifetime_s,
        dialect: str = "ga",
        instructions: str = DEFAULT_INSTRUCTIONS,
    ) -> None:
        self.kind: Kind = kind
        self.is_beta = dialect == "beta"
        self._defaults = defaults(kind, model, modality, lifetime_s, instructions)
        if self.is_beta and kind == "realtime":
            self._defaults["temperature"] = DEFAULT_TEMPERATURE
            self._defaults["audio"]["output"]["voice"] = DEFAULT_VOICE
        self.config = copy.deepcopy(self._defaults)
        self.heard_voice: Any = None  # of the latest audio; it is frozen from then on

    def update(self, patch: Any, is_answering: bool = False) -> None:
        """Apply the ``session`` object of a ``session.update``, wholly or not at all.

        Parameters
        ----------
        patch : dict
            What the client sent.
        is_answering : bool
            Whether a response is in progress, whose speed cannot change.

        Raises
        ------
        Refusal
            In the API's words; the configuration is what it was.
        """
        self._check_type(patch)
        check_kinds(patch, "session")
        temperature = None
        if self.is_beta and self.kind == "realtime":
            patch, temperature = taken_temperature(patch, "session")
        try:
            changes = SHAPES[self.kind].model_validate(patch).dump()
        except ValidationError as error:
            raise refusal_of(error, patch, "session") from None
        check_types(patch, changes, "session")
        check_tool_servers(changes.get("tools") or [], "session.tools")
        self._check_frozen(changes, is_answering)
        if temperature is not None:
            changes["temperature"] = temperature
        self.config = self._merged(self.config, changes, ())

    def _check_type(self, patch: Any) -> None:
        if not isinstance(patch, dict):
            raise Refusal(
                "Invalid type for 'session': expected an object.", "invalid_type", "session"
            )
        given = patch.get("type")
        if given is None:
            raise missing("session.type")
        check_one_of(given, "session.type", SHAPES)
        if given != self.kind:
            raise Refusal(
                f"Passing a {given} session update event to a {self.kind} session is not allowed.",
                "invalid_value",
                "session.type",
            )

    def _check_frozen(self, changes: dict[str, Any], is_answering: bool) -> None:
        if changes.get("model") not in (None, self.config.get("model")):
            raise Refusal("Cannot update a session's model.", "invalid_value", "session.model")
        tracing = self.config.get("tracing")
        if tracing is not None and changes.get("tracing", tracing) != tracing:
            message = "Cannot update a session's tracing configuration once tracing is enabled."
            raise Refusal(message, "invalid_value", "session.tracing")
        output = (changes.get("audio") or {}).get("output") or {}
        self.check_voice(output.get("voice"), "session.audio.output.voice")
        if is_answering and output.get("speed", self.output["speed"]) != self.output["speed"]:
            message = "Cannot update a session's speed while a response is in progress."
            raise Refusal(message, "invalid_value", "session.audio.output.speed")

    def check_voice(self, voice: Any, param: str) -> None:
        """Refuse another voice than the one that was heard; None asks for none."""
        if self.heard_voice is not None and voice not in (None, self.voice, self.heard_voice):
            message = "Cannot update a conversation's voice if assistant audio is present."
            raise Refusal(message, "cannot_update_voice", param)

    def _merged(self, old: Any, changes: dict[str, Any], path: Path) -> dict[str, Any]:
        result = dict(old or {})
        for name, value in changes.items():
            result[name] = self._value(result.get(name), value, (*path, name))
        return result

    def _value(self, old: Any, value: Any, path: Path) -> Any:
        if value is None or (path == ("instructions",) and not value):
            return None if path in _NULLABLE else copy.deepcopy(self._default(path))
        if path == _TURN_DETECTION_PATH:
            start = TURN_DETECTION[self.kind][value["type"]]
            return {**(old if old and old["type"] == value["type"] else start), **value}
        if path[-1] == "format" and value["type"] == "audio/pcm":
            return {**value, "rate": SAMPLE_RATE_HZ}
        if path == _TRANSCRIPTION_PATH:
            old = old or TRANSCRIPTION
        return self._merged(old, value, path) if path in _MERGED else value

    def _default(self, path: Path) -> Any:
        here: Any = self._defaults
        for name in path:
            here = here.get(name) if isinstance(here, dict) else None
        return here

    @property
    def model(self) -> str:
        """The model of the URL."""
        return str(self._defaults.get("model", DEFAULT_MODEL))

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
    def tools(self) -> list[dict[str, Any]]:
        """``session.tools``; a session that only transcribes has none."""
        found: list[dict[str, Any]] = self.config.get("tools", [])
        return found

    @property
    def turn_detection(self) -> dict[str, Any] | None:
        """``session.audio.input.turn_detection``, None when turns are the client's."""
        found: dict[str, Any] | None = self.input["turn_detection"]
        return found
