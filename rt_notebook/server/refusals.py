"""What the server refuses, in the words and codes of the API's ``error`` event.

Source: ``error`` objects of real sessions; the codes are the API's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import ValidationError

__all__ = [
    "Refusal",
    "check_kinds",
    "check_one_of",
    "check_types",
    "invalid_value",
    "missing",
    "refusal_of",
    "unknown_parameter",
]

_TYPE_NAMES: dict[type, str] = {
    bool: "a boolean",
    int: "an integer",
    float: "a decimal",
    str: "a string",
}


_LONGEST, _LONGEST_VALUE = 1000, 100  # of what a client sent, this much is sent back


class Refusal(Exception):
    """A client event that is not carried out; nothing of it was.

    Parameters
    ----------
    message : str
        The API's sentence.
    code, param : str or None
        The API's error code, and the parameter that is at fault.
    """

    def __init__(self, message: str, code: str | None = None, param: str | None = None) -> None:
        super().__init__(message)
        self.message = _cut(message, _LONGEST)
        self.code = code
        self.param = param and _cut(param, _LONGEST)

    def to_json(self, event_id: str | None) -> dict[str, Any]:
        """Return the ``error`` object, with the id of the client event that caused it."""
        return {
            "type": "invalid_request_error",
            "code": self.code,
            "message": self.message,
            "param": self.param,
            "event_id": event_id,
        }


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[:length]}…"


def unknown_parameter(param: str) -> Refusal:
    """Return the refusal of a key that the API does not have."""
    return Refusal(f"Unknown parameter: '{param}'.", "unknown_parameter", param)


def missing(param: str) -> Refusal:
    """Return the refusal of an event that lacks a parameter."""
    return Refusal(f"Missing required parameter: '{param}'.", "missing_required_parameter", param)


def invalid_value(value: object, param: str, supported: Iterable[str]) -> Refusal:
    """Return the refusal of a value that is not one of the supported ones."""
    listed = listing([f"'{name}'" for name in supported])
    shown = _cut(str(value), _LONGEST_VALUE)
    message = f"Invalid value: '{shown}'. Supported values are: {listed}."
    return Refusal(message, "invalid_value", param)


def check_kinds(given: dict[str, Any], param: str) -> None:
    """Refuse a ``tool_choice`` or ``truncation`` that does not say of which kind it is.

    The configuration models know it by themselves; the API wants it said.
    """
    for name in ("tool_choice", "truncation"):
        value = given.get(name)
        if isinstance(value, dict) and value.get("type") is None:
            raise missing(f"{param}.{name}.type")


def check_one_of(value: object, param: str, supported: Iterable[str]) -> None:
    """Refuse what is not one of the supported values, whatever JSON it is."""
    names = list(supported)
    if value not in names:
        raise invalid_value(value, param, names)


def listing(names: Sequence[str]) -> str:
    """Return names as English lists them: ``a``, ``a and b``, ``a, b, and c``."""
    if len(names) < 3:
        return " and ".join(names)
    return f"{', '.join(names[:-1])}, and {names[-1]}"


def refusal_of(error: ValidationError, given: object, root: str) -> Refusal:
    """Return the API's refusal for what a configuration model objects to.

    Parameters
    ----------
    error : ValidationError
        From a model of `rt_notebook.config`.
    given : object
        The JSON that was validated: its keys tell path elements from pydantic's own.
    root : str
        What the client calls `given`, such as ``"session"``.
    """
    located = [
        (_path(one["loc"], given, root, lacks_last=one["type"] == "missing"), one)
        for one in error.errors(include_url=False)
    ]
    # Of a union every branch complains; the one that got furthest is the one that was meant.
    param, first = max(located, key=lambda found: found[0].count(".") + found[0].count("["))
    kind = first["type"]
    if kind == "extra_forbidden":
        return unknown_parameter(param)
    if kind == "missing":
        return missing(param)
    if kind == "union_tag_not_found":
        return missing(f"{param}.type")
    if kind in ("literal_error", "union_tag_invalid"):
        context = first["ctx"]
        expected = str(context.get("expected") or context["expected_tags"])
        supported = [name.strip(" '") for name in expected.replace(" or ", ",").split(",")]
        return invalid_value(_shown(first["input"], context), param, supported)
    message = f"Invalid value for '{param}': {first['msg'][0].lower()}{first['msg'][1:]}."
    return Refusal(message, "invalid_value", param)


def _shown(value: object, context: dict[str, Any]) -> object:
    return context.get("tag", value) if isinstance(value, dict) else value


def _path(location: Sequence[int | str], given: object, root: str, *, lacks_last: bool) -> str:
    """Return ``session.audio.input``; elements that `given` lacks are names of union branches."""
    path, here = root, given
    for index, step in enumerate(location):
        if isinstance(here, dict) and step in here:
            path, here = f"{path}.{step}", here[step]
        elif isinstance(here, list) and isinstance(step, int) and step < len(here):
            path, here = f"{path}[{step}]", here[step]
        elif lacks_last and isinstance(here, dict) and index == len(location) - 1:
            path = f"{path}.{step}"
    return path


def check_types(given: Any, read: Any, param: str) -> None:
    """Refuse JSON that the configuration models read as another type: ``"1.2"`` for 1.2.

    Parameters
    ----------
    given, read : JSON
        What the client sent, and what the models made of it.
    param : str
        What the client calls it.
    """
    if isinstance(given, dict) and isinstance(read, dict):
        for key in given.keys() & read.keys():
            check_types(given[key], read[key], f"{param}.{key}")
    elif isinstance(given, list) and isinstance(read, list):
        for index, (one, other) in enumerate(zip(given, read, strict=False)):
            check_types(one, other, f"{param}[{index}]")
    elif type(given) is not type(read) and (type(given), type(read)) != (int, float):
        names = [_TYPE_NAMES.get(type(value), "another type") for value in (read, given)]
        message = f"Invalid type for '{param}': expected {names[0]}, but got {names[1]} instead."
        raise Refusal(message, "invalid_type", param)
