"""Items of a conversation as a client creates them: messages, function calls, their outputs.

Source: API event ``conversation.item.create``. An assistant's audio cannot be given back:
what it said goes in as text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..audio import pcm
from ..errors import ConfigError, LocalProtocolError
from ..protocol.events import encode_audio
from .pictures import data_uri
from .upload import read
from .wire_audio import encoded

__all__ = ["ROLES", "item_from"]

ROLES = ("user", "assistant", "system")
_DETAILS = ("auto", "low", "high")
_MIN_MS = 100  # what the API takes as an utterance

Json = dict[str, Any]


def item_from(
    text: str | None = None,
    *,
    role: str = "user",
    image: Any = None,
    detail: str | None = None,
    audio: Any = None,
    transcript: str | None = None,
    name: str | None = None,
    arguments: Any = None,
    call_id: str | None = None,
    output: Any = None,
    audio_format: str = "audio/pcm",
) -> Json:
    """Return the item that is meant by what is given.

    Parameters
    ----------
    text, role
        A message of ``user``, ``assistant`` or ``system``.
    image, detail
        A picture in a user's message (see `pictures.data_uri`), and how closely it is
        looked at: ``auto``, ``low`` or ``high``.
    audio, transcript
        Sound in a user's message, as `RealtimeSession.send_audio` takes it, and its words.
    name, arguments, call_id
        A call of a function; arguments as JSON text or as what JSON can say.
    output, call_id
        What a called function returned, as text or as what JSON can say.
    audio_format : str
        The session's input format, in which the sound is sent.

    Raises
    ------
    ConfigError
        If something is missing, out of place or unreadable.
    """
    if name is not None or output is not None:
        _alone(text=text, image=image, audio=audio)
        if name is not None and output is not None:
            raise ConfigError("an item is a call (name) or its output, not both: leave one out")
        if name is not None:
            return _call(name, arguments, call_id)
        return _output(output, call_id)
    if role not in ROLES:
        raise ConfigError(f"role takes user, assistant or system, got {role!r}")
    parts = _parts(text, role, image, detail, audio, transcript, audio_format)
    if not parts:
        raise LocalProtocolError("there is nothing in the item: give text, image, audio or output")
    return {"type": "message", "role": role, "content": parts}


def _parts(
    text: str | None,
    role: str,
    image: Any,
    detail: str | None,
    audio: Any,
    transcript: str | None,
    audio_format: str,
) -> list[Json]:
    if role != "user" and (image is not None or audio is not None):
        raise ConfigError(f"the API takes images and audio from the user, not from the {role}")
    parts = []
    if text:
        parts.append({"type": "output_text" if role == "assistant" else "input_text", "text": text})
    if image is not None:
        parts.append(_picture(image, detail))
    if audio is not None:
        parts.append(_sound(audio, transcript, audio_format))
    return parts


def _picture(image: Any, detail: str | None) -> Json:
    part = {"type": "input_image", "image_url": data_uri(image)}
    if detail is None:
        return part
    if detail not in _DETAILS:
        raise ConfigError(f"detail takes auto, low or high, got {detail!r}")
    return {**part, "detail": detail}


def _sound(audio: Any, transcript: str | None, audio_format: str) -> Json:
    sound = read(audio)
    if (length_ms := pcm.duration_ms(sound)) < _MIN_MS:
        raise ConfigError(f"the audio lasts {length_ms:.0f} ms; the API takes 100 ms or more")
    part = {"type": "input_audio", "audio": encode_audio(encoded(sound, audio_format))}
    return part if transcript is None else {**part, "transcript": transcript}


def _call(name: str, arguments: Any, call_id: str | None) -> Json:
    item = {"type": "function_call", "name": name, "arguments": _json_text(arguments or {})}
    return item if call_id is None else {**item, "call_id": call_id}


def _output(output: Any, call_id: str | None) -> Json:
    if not call_id:
        raise ConfigError("an output answers a call: give its call_id")
    return {"type": "function_call_output", "call_id": call_id, "output": _json_text(output)}


def _json_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    try:
        plain = dict(value) if isinstance(value, Mapping) else value
        return json.dumps(plain, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError):
        kind = type(value).__name__
        raise ConfigError(f"arguments and output are text or JSON, got {kind}") from None


def _alone(**parts: Any) -> None:
    for name, value in parts.items():
        if value is not None:
            raise ConfigError(f"a function's call or output has no {name}: leave it out")
