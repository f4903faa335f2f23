"""Items that a client gives: checked, and brought into the shape that the server keeps."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

from ..protocol.events import MalformedEvent, decode_audio
from .conversation import Item
from .ids import make_id
from .refusals import Refusal, check_one_of, missing, unknown_parameter
from .wire_audio import decode_input, sample_rate_hz

__all__ = ["client_item", "decoded_audio"]

#: What each role may say: part type → the field that carries it.
_PARTS: dict[str, dict[str, str]] = {
    "user": {"input_text": "text", "input_audio": "audio", "input_image": "image_url"},
    "system": {"input_text": "text"},
    "assistant": {"output_text": "text"},
}
_PART_KEYS: dict[str, set[str]] = {
    "input_text": {"type", "text"},
    "input_audio": {"type", "audio", "transcript"},
    "input_image": {"type", "image_url", "detail"},
    "output_text": {"type", "text"},
}
_DETAILS = ("auto", "low", "high")
_PICTURE = re.compile(r"data:image/(?:png|jpe?g);base64,", re.I)
_COMMON_KEYS = {"id", "type", "object", "status"}
_EXTRA_KEYS: dict[str, set[str]] = {
    "message": {"role", "content", "phase"},
    "function_call": {"call_id", "name", "arguments"},
    "function_call_output": {"call_id", "output"},
    "mcp_approval_response": {"approval_request_id", "approve", "reason"},
}

Json = dict[str, Any]


def client_item(given: Json, audio_format: Json, param: str = "item") -> Item:
    """Return the item that a client's JSON describes.

    Parameters
    ----------
    given : dict
        The ``item`` of ``conversation.item.create``, or one of ``response.input``.
    audio_format : dict
        The session's input format, in which its audio comes.
    param : str
        What the client calls it, for refusals.

    Raises
    ------
    Refusal
        If it has an unknown key, lacks one, or holds what its role cannot say.
    """
    kind = given.get("type")
    if kind is None:
        raise missing(f"{param}.type")
    check_one_of(kind, f"{param}.type", _BUILDERS)
    for key in given:
        if key not in _COMMON_KEYS | _EXTRA_KEYS[kind]:
            raise unknown_parameter(f"{param}.{key}")
    item_id = _text(given, "id", param) if given.get("id") else make_id("item")
    return _BUILDERS[kind](item_id, given, audio_format, param)


def decoded_audio(text: str, audio_format: Json, param: str = "audio") -> bytes:
    """Return the PCM16 of a base64 audio field in the session's input format.

    Raises
    ------
    Refusal
        If it is not base64, or PCM that ends in the middle of a sample.
    """
    try:
        audio = decode_audio(text)
    except MalformedEvent:
        audio = None
    is_pcm = audio_format["type"] == "audio/pcm"
    if audio is None or (is_pcm and len(audio) % 2):
        expected = "mono PCM16 at 24kHz" if is_pcm else f"mono {audio_format['type']} at 8kHz"
        got = "text that is not base64" if audio is None else f"{len(audio)} bytes, an odd number"
        message = f"Invalid '{param}'. Expected base64-encoded audio bytes ({expected}), got {got}."
        raise Refusal(message, "invalid_value", param)
    return decode_input(audio, audio_format)


def _message(item_id: str, given: Json, audio_format: Json, param: str) -> Item:
    role = _text(given, "role", param)
    check_one_of(role, f"{param}.role", _PARTS)
    parts = given.get("content")
    if not isinstance(parts, list):
        raise missing(f"{param}.content")
    item = Item({"id": item_id, "type": "message", "status": "completed", "role": role})
    if phase := _text_or_none(given, "phase", param):
        item.fields["phase"] = phase
    item.fields["content"] = [
        _part(item, part, audio_format, f"{param}.content[{index}]")
        for index, part in enumerate(parts)
    ]
    return item


def _part(item: Item, part: Any, audio_format: Json, param: str) -> Json:
    kind = part.get("type") if isinstance(part, dict) else None
    if kind is None:
        raise missing(f"{param}.type")
    allowed = _PARTS[item.fields["role"]]
    check_one_of(kind, f"{param}.type", allowed)
    for key in part:
        if key not in _PART_KEYS[kind]:
            raise unknown_parameter(f"{param}.{key}")
    carried = _text(part, allowed[kind], param)
    if kind == "input_image":
        _check_picture(part, param)
    if kind != "input_audio":
        return {"type": kind, **{key: part[key] for key in part if key != "type"}}
    item.part_starts.append(len(item.audio))
    item.audio += decoded_audio(carried, audio_format, f"{param}.audio")
    item.sample_rate_hz = sample_rate_hz(audio_format)
    return {"type": kind, "transcript": _text_or_none(part, "transcript", param)}


def _check_picture(part: Json, param: str) -> None:
    """Refuse what is no PNG or JPEG in base64: the API takes no others."""
    uri, name = part["image_url"], f"{param}.image_url"
    head = _PICTURE.match(uri)
    try:
        is_picture = head is not None and bool(base64.b64decode(uri[head.end() :], validate=True))
    except ValueError:
        is_picture = False
    if not is_picture:
        expected = "Expected a base64-encoded data URL with an image MIME type"
        example = "(e.g. 'data:image/png;base64,aW1nIGJ5dGVzIGhlcmU=')"
        message = f"Invalid '{name}'. {expected} {example}, of a PNG or JPEG."
        raise Refusal(message, "invalid_value", name)
    if part.get("detail") is not None:
        check_one_of(part["detail"], f"{param}.detail", _DETAILS)


def _function_call(item_id: str, given: Json, _format: Json, param: str) -> Item:
    return Item(
        {
            "id": item_id,
            "type": "function_call",
            "status": "completed",
            "name": _text(given, "name", param),
            "call_id": _text_or_none(given, "call_id", param) or make_id("call", 16),
            "arguments": _text(given, "arguments", param),
        }
    )


def _function_call_output(item_id: str, given: Json, _format: Json, param: str) -> Item:
    return Item(
        {
            "id": item_id,
            "type": "function_call_output",
            "call_id": _text(given, "call_id", param),
            "output": _text(given, "output", param),
        }
    )


def _approval(item_id: str, given: Json, _format: Json, param: str) -> Item:
    name = f"{param}.approve"
    if given.get("approve") is None:
        raise missing(name)
    if not isinstance(given["approve"], bool):
        raise Refusal(f"Invalid type for '{name}': expected a boolean.", "invalid_type", name)
    return Item(
        {
            "id": item_id,
            "type": "mcp_approval_response",
            "approval_request_id": _text(given, "approval_request_id", param),
            "approve": given["approve"],
            "reason": _text_or_none(given, "reason", param),
        }
    )


def _text(given: Json, key: str, param: str) -> str:
    value = given.get(key)
    if value is None:
        raise missing(f"{param}.{key}")
    if not isinstance(value, str):
        name = f"{param}.{key}"
        raise Refusal(f"Invalid type for '{name}': expected a string.", "invalid_type", name)
    return value


def _text_or_none(given: Json, key: str, param: str) -> str | None:
    return None if given.get(key) is None else _text(given, key, param)


_BUILDERS: dict[str, Callable[[str, Json, Json, str], Item]] = {
    "message": _message,
    "function_call": _function_call,
    "function_call_output": _function_call_output,
    "mcp_approval_response": _approval,
}
