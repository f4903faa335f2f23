"""What the beta dialect has and GA lacks: the temperature, and details of its events.

Names and nesting are translated by `rt_notebook.config.dialect`; here stands what a server
has to know beside it. Source: recorded beta sessions, where items carry an ``object``,
spoken answers have both modalities, and deltas are not padded.
"""

from __future__ import annotations

from typing import Any

from ..config.dialect import from_wire, to_wire
from ..config.formats import SHORT_NAMES
from .refusals import Refusal, unknown_parameter

__all__ = [
    "DEFAULT_TEMPERATURE",
    "DEFAULT_VOICE",
    "beta_event",
    "beta_session",
    "ga_event",
    "in_one_conversation",
    "taken_temperature",
]

DEFAULT_TEMPERATURE = 0.8
DEFAULT_VOICE = "alloy"  # marin came with GA
_RANGE = (0.6, 1.2)
#: One ``conversation.item.created`` says both.
_GA_ONLY = {"conversation.item.done"}
#: What GA calls otherwise, or nests; of a response's `max_output_tokens` the sources differ.
_GA_PARAMS = (
    "session.audio",
    "session.output_modalities",
    "session.max_output_tokens",
    "response.audio",
    "response.output_modalities",
)

Json = dict[str, Any]


def ga_event(event: Json, dialect: str) -> Json:
    """Return a client's event as GA has it.

    Raises
    ------
    Refusal
        If a beta client uses a word of GA.
    """
    if dialect == "beta":
        for param in _GA_PARAMS:
            part, _, key = param.partition(".")
            given = event.get(part)
            if isinstance(given, dict) and key in given:
                raise unknown_parameter(param)
    return from_wire(event, dialect)


def beta_event(event: Json) -> Json | None:
    """Return a server's GA event as beta has it, None if it has none."""
    if event["type"] in _GA_ONLY:
        return None
    beta = {key: part for key, part in to_wire(event, "beta").items() if key != "obfuscation"}
    if isinstance(beta.get("item"), dict):
        beta = {**beta, "item": _item(beta["item"])}
    if isinstance(beta.get("session"), dict):
        beta = {**beta, "session": _spoken(beta["session"])}
    if isinstance(beta.get("response"), dict):
        output = [_item(item) for item in beta["response"]["output"]]
        beta = {**beta, "response": {**_spoken(beta["response"]), "output": output}}
    if isinstance(beta.get("error"), dict):
        beta = {**beta, "error": _error(beta["error"], event["error"])}
    return beta


def beta_session(config: Json) -> Json:
    """Return a session's GA configuration, flat."""
    event = {"type": "session.created", "session": config}
    session: Json = _spoken(to_wire(event, "beta")["session"])
    return session


def _item(item: Json) -> Json:
    return {"id": item["id"], "object": "realtime.item", **item}


def _error(error: Json, ga: Json) -> Json:
    """Let the sentence name the parameter, and audio formats, as the client does."""
    if ga["code"] == "unknown_parameter" and ga["param"] in _GA_PARAMS:
        return ga  # so the client said
    message = error["message"]
    for old, new in [(ga["param"], error["param"]), *SHORT_NAMES.items()]:
        message = message.replace(f"'{old}'", f"'{new}'")
    return {**error, "message": message}


def _spoken(body: Json) -> Json:
    return (
        {**body, "modalities": ["audio", "text"]} if body.get("modalities") == ["audio"] else body
    )


def in_one_conversation(response: Json) -> Json:
    """Return a response without its conversation's name: beta takes any, and here is only one."""
    named = response.get("conversation")
    if not isinstance(named, str) or named == "none":
        return response
    return {key: part for key, part in response.items() if key != "conversation"}


def taken_temperature(given: Any, param: str) -> tuple[Any, float | None]:
    """Return a configuration without its temperature, and the temperature if it had one.

    Parameters
    ----------
    given : dict
        The ``session`` or ``response`` of a client; anything else passes.
    param : str
        What the client calls it.

    Raises
    ------
    Refusal
        If the temperature is not from 0.6 to 1.2.
    """
    if not isinstance(given, dict) or given.get("temperature") is None:
        return given, None
    value = given["temperature"]
    if isinstance(value, bool) or not isinstance(value, int | float):
        message = f"Invalid type for '{param}.temperature': expected a decimal."
        raise Refusal(message, "invalid_type", f"{param}.temperature")
    if not _RANGE[0] <= value <= _RANGE[1]:
        message = (
            f"Invalid '{param}.temperature': expected {_RANGE[0]} to {_RANGE[1]}, got {value}."
        )
        raise Refusal(message, "invalid_value", f"{param}.temperature")
    return {key: part for key, part in given.items() if key != "temperature"}, float(value)
