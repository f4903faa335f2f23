"""How GA and beta spell what is inside an event: sessions, responses, items, errors.

Pairs of pure functions on JSON. What a client *asks* for is refused where beta has no word
for it; what a server *tells* keeps its GA spelling there, so that nothing is lost.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import ConfigError
from .formats import FORMATS, SHORT_NAMES

__all__ = [
    "SESSION_KEYS",
    "asked_response_from_beta",
    "asked_response_to_beta",
    "asked_session_from_beta",
    "asked_session_to_beta",
    "beta_path",
    "error_from_beta",
    "error_to_beta",
    "ga_path",
    "item_from_beta",
    "item_to_beta",
    "sayable",
    "told_response_from_beta",
    "told_response_to_beta",
    "told_session_from_beta",
    "told_session_to_beta",
]

Path = tuple[str, ...]
Translation = Callable[[Any], Any]

_IN, _OUT = ("audio", "input"), ("audio", "output")

#: Beta key → GA path, for the session.
SESSION_KEYS: dict[str, Path] = {
    "modalities": ("output_modalities",),
    "max_response_output_tokens": ("max_output_tokens",),
    "voice": (*_OUT, "voice"),
    "speed": (*_OUT, "speed"),
    "input_audio_format": (*_IN, "format"),
    "output_audio_format": (*_OUT, "format"),
    "input_audio_noise_reduction": (*_IN, "noise_reduction"),
    "input_audio_transcription": (*_IN, "transcription"),
    "turn_detection": (*_IN, "turn_detection"),
}
#: The same for what a client asks of a response …
_ASKED = {
    key: SESSION_KEYS[key]
    for key in ("modalities", "max_response_output_tokens", "voice", "output_audio_format")
}
#: … and for the response that a server tells of: its `max_output_tokens` is GA's (recorded).
_TOLD = {key: SESSION_KEYS[key] for key in ("modalities", "voice", "output_audio_format")}

_GA_ONLY: tuple[Path, ...] = (
    ("truncation",),
    ("reasoning",),
    ("parallel_tool_calls",),
    (*_IN, "noise_reduction", "strength"),
    (*_IN, "transcription", "languages"),
    (*_IN, "transcription", "keywords"),
    (*_IN, "transcription", "delay"),
    (*_OUT, "voice", "id"),
)
_BETA_ONLY: tuple[Path, ...] = (("temperature",),)

_BETA_PARTS = {"output_text": "text", "output_audio": "audio"}
_GA_PARTS = {beta: ga for ga, beta in _BETA_PARTS.items()}


def beta_path(path: Path) -> Path | None:
    """Return where beta has what GA has at `path`, None where it has no word for it."""
    if any(path[: len(only)] == only for only in _GA_ONLY):
        return None
    for key, ga in SESSION_KEYS.items():
        if path[: len(ga)] == ga:
            return (key, *path[len(ga) :])
    return path


def ga_path(path: Path) -> Path | None:
    """Return `path`, None where only beta has something there."""
    return None if path in _BETA_ONLY else path


def sayable(session: Mapping[str, Any], dialect: str) -> dict[str, Any]:
    """Return a session or response, in GA's nesting, as far as a dialect has words for it."""
    rest = copy.deepcopy(dict(session))
    for path in _GA_ONLY if dialect == "beta" else _BETA_ONLY:
        _taken(rest, path)
    said: dict[str, Any] = rest if dialect == "beta" else _with_one_modality(rest)
    return said


# Sessions


def asked_session_to_beta(session: Any) -> Any:
    """Return the ``session`` of a client's ``session.update``, flat and without its type.

    Raises
    ------
    ConfigError
        If it says what beta cannot say.
    """
    return _asked(session, told_session_to_beta)


def told_session_to_beta(session: Any) -> Any:
    """Return the ``session`` of a server's event, flat and without its type."""
    flat = _flattened(session, SESSION_KEYS)
    return {key: flat[key] for key in flat if key != "type"} if isinstance(flat, dict) else flat


def asked_session_from_beta(session: Any) -> Any:
    """Return what a client's ``session.update`` asks for, nested."""
    return _with_one_modality(told_session_from_beta(session))


def told_session_from_beta(session: Any) -> Any:
    """Return the ``session`` of a server's event, nested."""
    return _nested(session, SESSION_KEYS)


# Responses


def asked_response_to_beta(response: Any) -> Any:
    """Return the ``response`` of a client's ``response.create``, flat.

    Raises
    ------
    ConfigError
        If it says what beta cannot say.
    """
    flat = _asked(response, lambda body: _flattened(body, _ASKED))
    return _with_items(flat, "input", item_to_beta)


def told_response_to_beta(response: Any) -> Any:
    """Return the ``response`` of a server's event, flat."""
    return _with_items(_flattened(response, _TOLD), "output", item_to_beta)


def asked_response_from_beta(response: Any) -> Any:
    """Return what a client's ``response.create`` asks for, nested."""
    nested = _with_one_modality(_nested(response, _ASKED))
    return _with_items(nested, "input", item_from_beta)


def told_response_from_beta(response: Any) -> Any:
    """Return the ``response`` of a server's event, nested."""
    return _with_items(_nested(response, _TOLD), "output", item_from_beta)


# Items and errors


def item_to_beta(item: Any) -> Any:
    """Return an item with beta's names of an assistant's parts."""
    return _with_parts(item, _BETA_PARTS)


def item_from_beta(item: Any) -> Any:
    """Return an item with GA's names of an assistant's parts."""
    return _with_parts(item, _GA_PARTS)


def error_to_beta(error: Any) -> Any:
    """Return an error about ``session.voice`` for one about ``session.audio.output.voice``."""
    return _with_param(error, {".".join(path): key for key, path in SESSION_KEYS.items()})


def error_from_beta(error: Any) -> Any:
    """Return an error about ``session.audio.output.voice`` for one about ``session.voice``."""
    return _with_param(error, {key: ".".join(path) for key, path in SESSION_KEYS.items()})


# Flat and nested


def _flattened(body: Any, table: Mapping[str, Path]) -> Any:
    """Move what `table` names from GA's nesting to beta's keys; the rest stays."""
    if not isinstance(body, dict):
        return body
    rest, flat = _copied(body), {}
    for key, path in table.items():
        for value in _taken(rest, path):
            flat[key] = _format_to_beta(value) if key.endswith("_format") else value
    if "tool_choice" in rest:
        rest["tool_choice"] = _choice_to_beta(rest["tool_choice"])
    return {**rest, **flat}


def _nested(body: Any, table: Mapping[str, Path]) -> Any:
    """Move beta's keys to GA's nesting; the rest stays."""
    if not isinstance(body, dict):
        return body
    nested = _copied(body)
    for key, path in table.items():
        if key in nested and _has_room(nested, path):
            value = nested.pop(key)
            _put(nested, path, _format_from_beta(value) if key.endswith("_format") else value)
    if "tool_choice" in nested:
        nested["tool_choice"] = _choice_from_beta(nested["tool_choice"])
    return nested


def _copied(body: dict[str, Any]) -> dict[str, Any]:
    """A copy down to ``audio.input`` and ``audio.output``, which is how deep things move."""
    copied = dict(body)
    if isinstance(audio := copied.get("audio"), dict):
        copied["audio"] = {k: dict(v) if isinstance(v, dict) else v for k, v in audio.items()}
    return copied


def _taken(body: Any, path: Path) -> list[Any]:
    """Take the value at `path` out of `body`, and objects that this empties: [] or [value]."""
    key, deeper = path[0], path[1:]
    if not isinstance(body, dict) or key not in body:
        return []
    if not deeper:
        return [body.pop(key)]
    found = _taken(body[key], deeper)
    if found and not body[key]:
        del body[key]
    return found


def _has_room(body: dict[str, Any], path: Path) -> bool:
    here: Any = body
    for key in path[:-1]:
        here = here.get(key, {})
        if not isinstance(here, dict):
            return False
    return path[-1] not in here


def _put(body: dict[str, Any], path: Path, value: Any) -> None:
    for key in path[:-1]:
        body = body.setdefault(key, {})
    body[path[-1]] = value


def _asked(body: Any, translate: Translation) -> Any:
    if not isinstance(body, dict):
        return body
    for path in _GA_ONLY:
        if _has(body, path):
            name = ".".join(path)
            raise ConfigError(f"the beta dialect has no {name}: leave it out, or use dialect='ga'")
    flat = translate(body)
    if flat.get("modalities") == ["audio"]:
        flat["modalities"] = ["text", "audio"]  # beta refuses audio alone
    return flat


def _has(body: Any, path: Path) -> bool:
    for key in path:
        if not isinstance(body, dict) or key not in body:
            return False
        body = body[key]
    return True


# Values


def _with_one_modality(body: Any) -> Any:
    """What beta calls text and audio, GA calls audio: it always brings a transcript."""
    both = (["text", "audio"], ["audio", "text"])
    if isinstance(body, dict) and body.get("output_modalities") in both:
        return {**body, "output_modalities": ["audio"]}
    return body


def _with_items(body: Any, key: str, translate: Translation) -> Any:
    if isinstance(body, dict) and isinstance(body.get(key), list):
        return {**body, key: [translate(item) for item in body[key]]}
    return body


def _with_parts(item: Any, names: Mapping[str, str]) -> Any:
    """Rename the parts of an assistant's message; other roles have the same names in both."""
    if not isinstance(item, dict) or item.get("role") != "assistant":
        return item
    content = item.get("content")
    if not isinstance(content, list):
        return item
    return {**item, "content": [_with_type(part, names) for part in content]}


def _with_type(part: Any, names: Mapping[str, str]) -> Any:
    kind = part.get("type") if isinstance(part, dict) else None
    return {**part, "type": names[kind]} if isinstance(kind, str) and kind in names else part


def _format_to_beta(value: Any) -> Any:
    kind = value.get("type") if isinstance(value, dict) else None
    return SHORT_NAMES.get(kind, kind) if isinstance(kind, str) else value


def _format_from_beta(value: Any) -> Any:
    """A name that GA does not have (Voice Live has some) becomes a type of its own."""
    if not isinstance(value, str):
        return value
    return FORMATS[value].model_dump() if value in SHORT_NAMES.values() else {"type": value}


def _choice_to_beta(choice: Any) -> Any:
    """Name a function as beta does: ``{type, function: {name}}``."""
    if isinstance(choice, dict) and choice.get("type") == "function" and "name" in choice:
        return {"type": "function", "function": {"name": choice["name"]}}
    return choice


def _choice_from_beta(choice: Any) -> Any:
    function = choice.get("function") if isinstance(choice, dict) else None
    if isinstance(function, dict) and set(choice) == {"type", "function"}:
        return {**function, "type": choice["type"]}
    return choice


def _with_param(error: Any, names: Mapping[str, str]) -> Any:
    param = error.get("param") if isinstance(error, dict) else None
    if not isinstance(param, str):
        return error
    root, _, path = param.partition(".")
    for old, new in names.items():
        if root in ("session", "response") and f"{path}.".startswith(f"{old}."):
            return {**error, "param": f"{root}.{new}{path[len(old) :]}"}
    return error
