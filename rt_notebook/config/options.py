"""One table of flat names: each parameter written once, used everywhere.

A flat name (``turn_detection_threshold``) is what a person types in Python and, in
kebab-case, in a magic. Its *path* is where the value lies in the GA ``session`` object of
``session.update``, or in the ``response`` object of ``response.create``. Magics, completion
and help are made from this table.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from ..errors import ConfigError
from .catalogue import DEFAULT_TRANSCRIPTION_MODEL, MODELS, TRANSCRIPTION_MODELS, VOICES

__all__ = [
    "MODEL_NAMES",
    "OPTIONS",
    "TRANSCRIPTION_PATH",
    "TURN_DETECTION_PATH",
    "Option",
    "option_named",
    "options_for",
]

_OFF = {"", "none", "off", "false", "null"}
_TRUE = {"true", "on", "yes", "1"}
_FALSE = {"false", "off", "no", "0"}


def _text(value: Any) -> Any:
    return value


def _number(value: Any) -> Any:
    return float(value) if isinstance(value, str) else value


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, str) else value


def _flag(value: Any) -> Any:
    if isinstance(value, str) and value.lower() in _TRUE | _FALSE:
        return value.lower() in _TRUE
    return value


def _tokens(value: Any) -> Any:
    """``-1`` and ``inf`` mean no limit."""
    if value in (-1, "-1", "inf", float("inf")):
        return "inf"
    return _whole(value)


def _modalities(value: Any) -> Any:
    return value.replace(",", " ").split() if isinstance(value, str) else value


def _json(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in "[{":
        return json.loads(value)
    return value


def _dumped(value: Any) -> Any:
    return value.dump() if isinstance(value, BaseModel) and hasattr(value, "dump") else value


@dataclass(frozen=True)
class Option:
    """One parameter.

    Parameters
    ----------
    name : str
        Flat name in snake_case.
    path : tuple of str
        Where the value lies in the GA object.
    help : str
        What it does, with range and default.
    read : callable
        Makes the API's value of what was typed, or passes it through.
    choices : tuple of str
        Offered by completion; other values may be allowed.
    nullable : bool
        Whether ``none``, ``off`` and ``false`` mean null.
    session, response : bool
        Which of the two objects has it.
    aliases : tuple of str
        Other flat names for the same thing.
    """

    name: str
    path: tuple[str, ...]
    help: str
    read: Callable[[Any], Any] = _text
    choices: tuple[str, ...] = ()
    nullable: bool = False
    session: bool = True
    response: bool = False
    aliases: tuple[str, ...] = field(default=())

    @property
    def flag(self) -> str:
        """The option of a magic: ``--turn-detection-threshold``."""
        return "--" + self.name.replace("_", "-")

    def value(self, given: Any) -> Any:
        """Return the API's value of what a person gave.

        Raises
        ------
        ConfigError
            If it cannot be read as what this option takes.
        """
        if self.nullable and (given is None or given is False or _is_off(given)):
            return None
        try:
            return self.read(_dumped(given))
        except ConfigError:
            raise
        except (ValueError, TypeError):
            raise ConfigError(f"{self.flag}: cannot read {given!r}; {self.help}") from None


def _is_off(value: Any) -> bool:
    return isinstance(value, str) and value.lower() in _OFF


def _turn_detection(value: Any) -> Any:
    return {"type": value} if isinstance(value, str) else value


def _transcription(value: Any) -> Any:
    if value is True or (isinstance(value, str) and value.lower() in _TRUE):
        return {"model": DEFAULT_TRANSCRIPTION_MODEL}
    return {"model": value} if isinstance(value, str) else value


def _noise_reduction(value: Any) -> Any:
    return {"type": value} if isinstance(value, str) else value


_IN = ("audio", "input")
_OUT = ("audio", "output")
TURN_DETECTION_PATH = (*_IN, "turn_detection")
TRANSCRIPTION_PATH = (*_IN, "transcription")
_NOISE = (*_IN, "noise_reduction")

OPTIONS: tuple[Option, ...] = (
    Option(
        "instructions",
        ("instructions",),
        "what the model is told to be and do; '' clears",
        response=True,
    ),
    Option(
        "output_modalities",
        ("output_modalities",),
        "audio (brings a transcript) or text",
        _modalities,
        ("audio", "text"),
        response=True,
        aliases=("modalities",),
    ),
    Option(
        "voice",
        (*_OUT, "voice"),
        "name of the voice; frozen after the first audio",
        _json,
        VOICES,
        response=True,
    ),
    Option("speed", (*_OUT, "speed"), "0.25 to 1.5, default 1.0", _number),
    Option(
        "input_audio_noise_reduction_type",
        _NOISE,
        "near_field (headset), far_field (laptop) or none",
        _noise_reduction,
        ("near_field", "far_field", "none"),
        nullable=True,
        aliases=("noise_reduction",),
    ),
    Option(
        "input_audio_transcription",
        TRANSCRIPTION_PATH,
        "true, false, or the model that transcribes what the user says",
        _transcription,
        (*(model.name for model in TRANSCRIPTION_MODELS), "none"),
        nullable=True,
        aliases=("transcription", "enable_input_audio_transcription"),
    ),
    Option(
        "input_audio_transcription_model",
        (*TRANSCRIPTION_PATH, "model"),
        "the model that transcribes what the user says",
        choices=tuple(model.name for model in TRANSCRIPTION_MODELS),
    ),
    Option(
        "input_audio_transcription_language",
        (*TRANSCRIPTION_PATH, "language"),
        "ISO-639-1, such as en",
    ),
    Option(
        "input_audio_transcription_prompt",
        (*TRANSCRIPTION_PATH, "prompt"),
        "words that guide the transcription",
    ),
    Option(
        "turn_detection",
        TURN_DETECTION_PATH,
        "server_vad, semantic_vad, or none for push-to-talk",
        _turn_detection,
        ("server_vad", "semantic_vad", "none"),
        nullable=True,
        aliases=("turn_detection_type",),
    ),
    Option(
        "turn_detection_eagerness",
        (*TURN_DETECTION_PATH, "eagerness"),
        "low, medium, high or auto (semantic_vad)",
        choices=("low", "medium", "high", "auto"),
        aliases=("eagerness",),
    ),
    Option(
        "turn_detection_threshold",
        (*TURN_DETECTION_PATH, "threshold"),
        "0 to 1, default 0.5 (server_vad)",
        _number,
        aliases=("threshold",),
    ),
    Option(
        "turn_detection_prefix_padding",
        (*TURN_DETECTION_PATH, "prefix_padding_ms"),
        "ms kept before speech, default 300 (server_vad)",
        _whole,
        aliases=("prefix_padding_ms",),
    ),
    Option(
        "turn_detection_silence_duration",
        (*TURN_DETECTION_PATH, "silence_duration_ms"),
        "ms of silence that end a turn, default 500 (server_vad)",
        _whole,
        aliases=("silence_duration_ms",),
    ),
    Option(
        "turn_detection_idle_timeout",
        (*TURN_DETECTION_PATH, "idle_timeout_ms"),
        "5000 to 30000 ms, or none (server_vad)",
        _whole,
        nullable=True,
    ),
    Option(
        "create_response_on_turn_end",
        (*TURN_DETECTION_PATH, "create_response"),
        "true to answer when a turn ends, false to wait for %rt_respond",
        _flag,
        ("true", "false"),
    ),
    Option(
        "interrupt_response",
        (*TURN_DETECTION_PATH, "interrupt_response"),
        "true to let speech interrupt the answer",
        _flag,
        ("true", "false"),
    ),
    Option("tools", ("tools",), "list of tools as JSON; [] clears", _json, response=True),
    Option(
        "tool_choice",
        ("tool_choice",),
        "auto, none, required, or a tool as JSON",
        _json,
        ("auto", "none", "required"),
        response=True,
    ),
    Option(
        "max_output_tokens",
        ("max_output_tokens",),
        "1 to 4096, or -1 or inf for no limit",
        _tokens,
        response=True,
    ),
    Option(
        "truncation",
        ("truncation",),
        "auto, disabled, or a retention ratio as JSON",
        _json,
        ("auto", "disabled"),
    ),
    Option(
        "conversation",
        ("conversation",),
        "auto, or none for an answer beside the conversation",
        choices=("auto", "none"),
        session=False,
        response=True,
    ),
    Option(
        "input",
        ("input",),
        "items to answer instead of the conversation; [] for none",
        _json,
        session=False,
        response=True,
    ),
    Option(
        "metadata",
        ("metadata",),
        "up to 16 pairs of text, as JSON",
        _json,
        session=False,
        response=True,
    ),
)

#: The model is chosen when connecting; completion offers these.
MODEL_NAMES = tuple(model.name for model in MODELS)

_BY_NAME = {name: option for option in OPTIONS for name in (option.name, *option.aliases)}


def options_for(kind: str) -> list[Option]:
    """Return the options of ``"session"`` or ``"response"``, in the table's order."""
    return [option for option in OPTIONS if getattr(option, kind)]


def option_named(name: str, kind: str = "session") -> Option:
    """Return the option of a flat name.

    Raises
    ------
    ConfigError
        If there is none; the sentence suggests the nearest name.
    """
    option = _BY_NAME.get(name)
    if option is None or not getattr(option, kind):
        known = [n for n, o in _BY_NAME.items() if getattr(o, kind)]
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ConfigError(f"unknown {kind} option {name!r}{hint}")
    return option
