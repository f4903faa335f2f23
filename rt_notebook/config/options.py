"""One table of flat names: each parameter written once, used everywhere.

A flat name (``turn_detection_threshold``) is what a person types in Python and, in
kebab-case, in a magic. Its *path* is where the value lies in the GA ``session`` object of
``session.update``, or in the ``response`` object of ``response.create``. Magics, completion
and help are made from this table.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from ..errors import ConfigError
from .catalogue import DEFAULT_TRANSCRIPTION_MODEL, MODELS, TRANSCRIPTION_MODELS, VOICES

__all__ = ["OPTIONS", "Option", "option_named", "options_for", "to_response", "to_session"]

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
_VAD = (*_IN, "turn_detection")
_ASR = (*_IN, "transcription")
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
        _ASR,
        "true, false, or the model that transcribes what the user says",
        _transcription,
        (*(model.name for model in TRANSCRIPTION_MODELS), "none"),
        nullable=True,
        aliases=("transcription", "enable_input_audio_transcription"),
    ),
    Option(
        "input_audio_transcription_model",
        (*_ASR, "model"),
        "the model that transcribes what the user says",
        choices=tuple(model.name for model in TRANSCRIPTION_MODELS),
    ),
    Option("input_audio_transcription_language", (*_ASR, "language"), "ISO-639-1, such as en"),
    Option(
        "input_audio_transcription_prompt", (*_ASR, "prompt"), "words that guide the transcription"
    ),
    Option(
        "turn_detection",
        _VAD,
        "server_vad, semantic_vad, or none for push-to-talk",
        _turn_detection,
        ("server_vad", "semantic_vad", "none"),
        nullable=True,
        aliases=("turn_detection_type",),
    ),
    Option(
        "turn_detection_eagerness",
        (*_VAD, "eagerness"),
        "low, medium, high or auto (semantic_vad)",
        choices=("low", "medium", "high", "auto"),
        aliases=("eagerness",),
    ),
    Option(
        "turn_detection_threshold",
        (*_VAD, "threshold"),
        "0 to 1, default 0.5 (server_vad)",
        _number,
        aliases=("threshold",),
    ),
    Option(
        "turn_detection_prefix_padding",
        (*_VAD, "prefix_padding_ms"),
        "ms kept before speech, default 300 (server_vad)",
        _whole,
        aliases=("prefix_padding_ms",),
    ),
    Option(
        "turn_detection_silence_duration",
        (*_VAD, "silence_duration_ms"),
        "ms of silence that end a turn, default 500 (server_vad)",
        _whole,
        aliases=("silence_duration_ms",),
    ),
    Option(
        "turn_detection_idle_timeout",
        (*_VAD, "idle_timeout_ms"),
        "5000 to 30000 ms, or none (server_vad)",
        _whole,
        nullable=True,
    ),
    Option(
        "create_response_on_turn_end",
        (*_VAD, "create_response"),
        "true to answer when a turn ends, false to wait for %rt_respond",
        _flag,
        ("true", "false"),
    ),
    Option(
        "interrupt_response",
        (*_VAD, "interrupt_response"),
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
_PARENT_DEFAULTS = {_VAD: {"type": "server_vad"}, _ASR: {"model": DEFAULT_TRANSCRIPTION_MODEL}}


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


def to_session(
    flat: Mapping[str, Any], effective: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the ``session`` object of a ``session.update`` for flat names.

    Parameters
    ----------
    flat : mapping
        Flat name → value; only what is named is sent.
    effective : mapping, optional
        The session that the server last acknowledged: a lone part, such as a threshold,
        goes with the type in force.

    Raises
    ------
    ConfigError
        In one sentence, naming the option and what it takes.
    """
    from .session import Session

    return _checked(Session, {"type": "realtime", **_nested(flat, "session", effective)})


def to_response(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Return the ``response`` object of a ``response.create`` for flat names.

    Raises
    ------
    ConfigError
        In one sentence, naming the option and what it takes.
    """
    from .response import Response

    return _checked(Response, _nested(flat, "response", None))


def _nested(
    flat: Mapping[str, Any], kind: str, effective: Mapping[str, Any] | None
) -> dict[str, Any]:
    body: dict[str, Any] = {}
    given = [(option_named(name, kind), value) for name, value in flat.items()]
    for option, value in sorted(given, key=lambda pair: len(pair[0].path)):
        _set(body, option.path, option.value(value), option)
    for path, default in _PARENT_DEFAULTS.items():
        part = _get(body, path)
        if isinstance(part, dict):
            key = next(iter(default))
            in_force = _get(effective or {}, path)
            known = (
                {key: in_force[key]} if isinstance(in_force, dict) and key in in_force else default
            )
            part.update({**known, **part})
    return body


def _set(body: dict[str, Any], path: tuple[str, ...], value: Any, option: Option) -> None:
    for key in path[:-1]:
        body = body.setdefault(key, {})
        if body is None:
            raise ConfigError(f"{option.flag} conflicts with turning {key.replace('_', ' ')} off")
    body[path[-1]] = value


def _get(body: Mapping[str, Any], path: Iterable[str]) -> Any:
    value: Any = body
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _checked(model: type[BaseModel], body: dict[str, Any]) -> dict[str, Any]:
    try:
        model.model_validate(body)
    except ValidationError as error:
        raise ConfigError(_sentence(error)) from None
    return body


def _sentence(error: ValidationError) -> str:
    """Say the first thing that is wrong in the words of the flat names."""
    first = error.errors()[0]
    # A union adds the member's tag to the location ("server_vad"): it is no key.
    keys = tuple(part for part in first["loc"] if isinstance(part, str))
    option = max(
        (o for o in OPTIONS if set(o.path) <= set(keys)), key=lambda o: len(o.path), default=None
    )
    if first["type"] == "extra_forbidden" and option is not None:
        return f"{keys[-1]!r} does not go with {option.flag} as it is set"
    name = option.flag if option else ".".join(keys)
    hint = f" ({option.help})" if option else ""
    return f"{name}: {first['msg'][0].lower()}{first['msg'][1:]}, got {first['input']!r}{hint}"
