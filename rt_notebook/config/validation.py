"""The last look: a whole object against the API's model, and its mistake in a sentence.

What comes as JSON (a tool, a whole turn detection) is checked here, by the pydantic models.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ..errors import ConfigError
from .beta import BetaResponse, BetaSession
from .hidden import revealed
from .json_values import place
from .options import OPTIONS, Option
from .reading import either, nearest, shown
from .response import Response
from .session import FunctionTool, McpTool, Session, TranscriptionSession

__all__ = ["validate"]

_MODELS: dict[tuple[str, str], type[BaseModel]] = {
    ("session", "ga"): Session,
    ("session", "beta"): BetaSession,
    ("response", "ga"): Response,
    ("response", "beta"): BetaResponse,
}
_TYPES: dict[type, str] = {bool: "true or false", int: "a whole number", float: "a number"}
_SECRETS = {"authorization", "headers"}

Path = tuple[str | int, ...]


def validate(body: dict[str, Any], kind: str, dialect: str) -> None:
    """Check a session or response, in GA's nesting, against the model of its dialect.

    Raises
    ------
    ConfigError
        In one sentence that names the option; secrets are not in it.
    """
    hears = kind == "session" and body.get("type") == "transcription"
    model = TranscriptionSession if hears else _MODELS[kind, dialect]
    plain = revealed(body)
    try:
        taken = model.model_validate(plain).model_dump(mode="json", exclude_unset=True)
    except ValidationError as error:
        sentence = _sentence(error, plain)
    else:
        sentence = _mistyped(plain, taken, ())
    if sentence:
        raise ConfigError(sentence)


def _mistyped(given: Any, taken: Any, path: Path) -> str:
    """Tell of JSON that the models take as another type, ``"0.5"`` as 0.5: the API does not."""
    if isinstance(given, dict) and isinstance(taken, dict):
        parts = ((key, given[key], taken[key]) for key in given if key in taken)
    elif isinstance(given, list) and isinstance(taken, list):
        parts = ((n, *both) for n, both in enumerate(zip(given, taken, strict=False)))
    elif type(given) is type(taken) or (type(given), type(taken)) == (int, float):
        return ""
    else:
        what = _TYPES.get(type(taken), f"a {type(taken).__name__}")
        return f"{_named(path)} takes {what}, got {shown(given)}"
    told = (_mistyped(one, other, (*path, key)) for key, one, other in parts)
    return next(filter(None, told), "")


def _sentence(error: ValidationError, body: dict[str, Any]) -> str:
    located = [(_path(one, body), one) for one in error.errors(include_url=False)]
    # Every branch of a union complains; the one that got furthest was meant, or had a tag.
    path, first = max(located, key=lambda found: (len(found[0]), "tag" in found[1].get("ctx", {})))
    where, kind = _named(path), first["type"]
    if kind == "extra_forbidden":
        near = nearest(str(path[-1]), _keys_beside(path))
        hint = f"; did you mean {near!r}?" if near else ""
        return f"{_named(path[:-1])} has no {path[-1]!r}{hint}"
    if kind == "missing":
        return f"{_named(path[:-1])} lacks {path[-1]!r}"
    if kind == "union_tag_not_found":
        return f"{where} lacks 'type'"
    got = "" if _SECRETS & set(path) else f", got {shown(first['input'])}"
    context = first.get("ctx", {})
    words = context.get("expected") or context.get("expected_tags")
    if words:
        given = context.get("tag")
        return f"{where} takes {_words(words)}" + (f", got {shown(given)}" if given else got)
    message = first["msg"].removeprefix("Value error, ")
    return f"{where}: {message[0].lower()}{message[1:]}{got}"


def _words(listed: Any) -> str:
    names = [name.strip(" '") for name in str(listed).replace(" or ", ",").split(",")]
    return either(names)


def _path(error: ErrorDetails, body: Any) -> Path:
    """Return where an error is; what the JSON does not hold are names of union branches.

    The first step into a branch is its object's type, which may be the name of a key too.
    """
    path: list[str | int] = []
    branch = None
    for step in error["loc"]:
        if step == branch:
            branch = None
        elif _holds(body, step):
            body = body[step]
            branch = body.get("type") if isinstance(body, dict) else None
            path.append(step)
        else:
            branch = None  # the name of a branch without a tag: a key follows
    return (*path, error["loc"][-1]) if error["type"] == "missing" else tuple(path)


def _holds(body: Any, step: int | str) -> bool:
    if isinstance(body, list):
        return isinstance(step, int) and step < len(body)
    return isinstance(body, dict) and step in body


def _option_of(path: Path) -> Option | None:
    """Return the option that a place belongs to: the deepest one above it."""
    above = [o for o in reversed(OPTIONS) if path[: len(o.path)] == o.path]
    return max(above, key=lambda option: len(option.path), default=None)


def _named(path: Path) -> str:
    """Name a place: ``tools[0].name``."""
    option = _option_of(path)
    name, rest = (option.name, path[len(option.path) :]) if option else ("", path)
    return f"{name}{place(rest)}".lstrip(".") or "the configuration"


def _keys_beside(path: Path) -> set[str]:
    """Known names of the keys beside one that is unknown."""
    if path[0] == "tools":
        return {*FunctionTool.model_fields, *McpTool.model_fields}
    depth = len(path) - 1
    return {o.path[depth] for o in OPTIONS if o.path[:depth] == path[:-1] and len(o.path) > depth}
