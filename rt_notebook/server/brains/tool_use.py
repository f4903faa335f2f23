"""Chooses a function for what was said and fills its arguments, by words alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from . import CallResult
from .number_words import numbers_in

__all__ = ["arguments_for", "best_tool", "spoken_result"]

_ENOUGH = 3  # one word of the name, or three of the description
_NAME_WEIGHT, _ENUM_WEIGHT, _TEXT_WEIGHT = 3, 2, 1
_EMPTY = """a an and are at be by can do does for from get give has have how i in is it its look
make me my of on or please return returns set show tell that the them there this to up use user
want was what whats when where which who will with you your"""
_EMPTY_WORDS = frozenset(_EMPTY.split())
_YES = {"on", "yes", "true", "enable", "enabled", "open", "start"}
_NO = {"off", "no", "not", "false", "disable", "disabled", "close", "stop"}
_NAMED = re.compile(r"\b(?:in|for|of|to|about|named|called|at|from|on)\s+(?:the\s+)?(.+)", re.I)

Json = dict[str, Any]


def best_tool(tools: Sequence[Json], text: str, *, forced: bool = False) -> Json | None:
    """Return the function that fits the words best.

    Parameters
    ----------
    tools : sequence of dict
        Function tools of the API.
    text : str
        What the user said.
    forced : bool
        Return the best even when it does not fit.
    """
    said = _stems(text)
    scored = [(_score(tool, said), -place, tool) for place, tool in enumerate(tools)]
    if not scored:
        return None
    score, _place, tool = max(scored, key=lambda entry: entry[:2])
    return tool if forced or score >= _ENOUGH else None


def _score(tool: Json, said: set[str]) -> int:
    properties = _properties(tool)
    enums = " ".join(str(value) for schema in properties.values() for value in _choices(schema))
    texts = f"{tool.get('description') or ''} {' '.join(properties)}"
    return (
        _NAME_WEIGHT * len(said & _stems(tool["name"]))
        + _ENUM_WEIGHT * len(said & _stems(enums))
        + _TEXT_WEIGHT * len(said & _stems(texts))
    )


def _stems(text: str) -> set[str]:
    """Return the words that carry meaning, without their endings."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).replace("_", " ").lower()
    found = re.findall(r"[a-z]+|\d+", spaced.replace("'", ""))
    return {re.sub(r"(?:ing|ed|es|s)$", "", word) for word in found if word not in _EMPTY_WORDS}


def arguments_for(tool: Json, text: str) -> str:
    """Return the JSON arguments that the words give, filled by the types of the schema.

    Every required property gets a value; others only where the words hold one.
    """
    finder = _Finder(text)
    required = (tool.get("parameters") or {}).get("required", [])
    found = {
        name: finder.value(schema, name in required) for name, schema in _properties(tool).items()
    }
    return json.dumps({name: value for name, value in found.items() if value is not None})


class _Finder:
    """Finds values in words; what it gave once it does not give again."""

    def __init__(self, text: str) -> None:
        self._words = text
        self._numbers = numbers_in(text)
        self._names = _names(text)

    def value(self, given: object, needed: bool) -> Any:
        schema = _plain(given)
        choices = _choices(schema)
        if choices:
            return self._choice(choices, schema.get("default"), needed)
        fallback, kind = schema.get("default"), schema.get("type", "string")
        find: dict[str, Callable[[], Any]] = {
            "integer": self._integer,
            "number": self._number,
            "boolean": self._boolean,
            "array": lambda: self._array(schema),
            "object": lambda: self._object(schema) if needed else None,
        }
        value = find.get(kind, self._string)()
        if value is None and needed:
            return _default(kind, schema) if fallback is None else fallback
        return value

    def _choice(self, choices: list[Any], default: Any, needed: bool) -> Any:
        said = _stems(self._words)
        for choice in choices:
            if _stems(str(choice)) & said or str(choice).lower() in self._words.lower().split():
                return choice
        return (choices[0] if default is None else default) if needed else None

    def _number(self) -> int | float | None:
        return self._numbers.pop(0) if self._numbers else None

    def _integer(self) -> int | None:
        number = self._number()
        return None if number is None else int(number)

    def _boolean(self) -> bool | None:
        said = set(re.findall(r"[a-z]+", self._words.lower()))
        return (not said & _NO) if said & (_YES | _NO) else None

    def _string(self) -> str | None:
        return self._names.pop(0) if self._names else None

    def _array(self, schema: Json) -> list[Any] | None:
        item = self.value(schema.get("items"), needed=False)
        return None if item is None else [item]

    def _object(self, schema: Json) -> Json:
        properties = schema.get("properties") or {}
        required = schema.get("required") or []
        return {name: self.value(properties.get(name), needed=True) for name in required}


def _default(kind: str, schema: Json) -> Any:
    """What a required value is when neither the words nor the schema give one."""
    if kind in ("integer", "number"):
        return max(1, schema.get("minimum", 1))
    defaults: Json = {"boolean": True, "array": []}
    return defaults.get(kind, "")


def _names(text: str) -> list[str]:
    """Return what in a sentence may be a name: quoted, capitalised, after "in", or last."""
    quoted = re.findall(r"[\"“]([^\"”]+)[\"”]", text)
    capitalised = re.findall(r"(?<=[a-z,] )[A-Z][\w'-]*(?: [A-Z][\w'-]*)*", text)
    names = [*quoted, *(name for name in capitalised if name not in ("I", "I'm"))]
    if names:
        return names
    after = _NAMED.search(text)
    words = (after.group(1) if after else text).strip(" .?!,").split()
    return [" ".join(words[:3])] if after else words[-1:]


def _properties(tool: Json) -> dict[str, object]:
    found: dict[str, object] = (tool.get("parameters") or {}).get("properties") or {}
    return found


def _plain(schema: object) -> Json:
    """Return a schema of one type: the first that is not null. ``true`` and lists say nothing."""
    if not isinstance(schema, dict):
        return {}
    branches = [_plain(one) for one in schema.get("anyOf") or schema.get("oneOf") or []]
    plain = {**schema, **next((one for one in branches if one.get("type") != "null"), {})}
    if isinstance(plain.get("type"), list):
        plain["type"] = next((kind for kind in plain["type"] if kind != "null"), "null")
    return plain


def _choices(schema: object) -> list[Any]:
    plain = _plain(schema)
    return [plain["const"]] if "const" in plain else list(plain.get("enum") or [])


def spoken_result(name: str, result: CallResult) -> str:
    """Return a sentence that tells what a function gave back."""
    try:
        value = json.loads(result.output)
    except ValueError:
        value = result.output
    text = _told(value).strip().rstrip(".") or "nothing"
    return f"{name.replace('_', ' ')} says: {text}."


def _told(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key.replace('_', ' ')} {_told(part)}" for key, part in value.items())
    if isinstance(value, list):
        return ", ".join(_told(part) for part in value)
    names = {True: "yes", False: "no", None: "nothing"}
    return names[value] if value is None or isinstance(value, bool) else str(value)
