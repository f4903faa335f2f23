"""From flat names to the API's JSON: sparse, checked, refused in one sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from ..errors import ConfigError
from .catalogue import DEFAULT_TRANSCRIPTION_MODEL
from .options import OPTIONS, TRANSCRIPTION_PATH, TURN_DETECTION_PATH, Option, option_named
from .response import Response
from .session import Session

__all__ = ["to_response", "to_session"]

#: What a lone part goes with when nothing is in force.
_PARENT_DEFAULTS = {
    TURN_DETECTION_PATH: {"type": "server_vad"},
    TRANSCRIPTION_PATH: {"model": DEFAULT_TRANSCRIPTION_MODEL},
}


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
    return _checked(Session, {"type": "realtime", **_nested(flat, "session", effective)})


def to_response(flat: Mapping[str, Any]) -> dict[str, Any]:
    """Return the ``response`` object of a ``response.create`` for flat names.

    Raises
    ------
    ConfigError
        In one sentence, naming the option and what it takes.
    """
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
