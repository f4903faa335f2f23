"""What goes together and what is frozen: the rules between options.

A check sees the whole object in GA's nesting and refuses it in one sentence that names the
option, or lets it pass. Ranges and words of single options are checked in `reading`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import ConfigError
from .catalogue import STORED_PROMPTS, named
from .hearing import TRANSCRIPTION_PATH, TURN_DETECTION_PATH
from .hidden import is_masked
from .nesting import value_at
from .notices import warn_of_end
from .option import ANSWERING
from .options import PROMPT_PATH, TRACING_PATH, VOICE_PATH, name_at
from .reading import nearest, shown

__all__ = ["check_response", "check_session", "foreign_fields", "only_hearing"]

Json = dict[str, Any]

#: Fields that only one type of turn detection has.
_FIELDS_OF = {
    "server_vad": ("threshold", "prefix_padding_ms", "silence_duration_ms", "idle_timeout_ms"),
    "semantic_vad": ("eagerness",),
}
#: What a session that only transcribes does not have.
_HEARING = {"type", "audio", "include"}
#: Source: the openai package on ``turn_detection`` of transcription sessions.
_WITHOUT_TURNS = "gpt-realtime-whisper"


def check_session(
    body: Json, *, dialect: str, effective: Mapping[str, Any], has_audio: bool
) -> None:
    """Check the ``session`` of a ``session.update``; warn of what will end.

    Parameters
    ----------
    body : dict
        In GA's nesting.
    dialect : {"ga", "beta"}
        How the server speaks.
    effective : mapping
        The session in force, empty when there is none.
    has_audio : bool
        Whether the model has answered with audio already.

    Raises
    ------
    ConfigError
        If something does not go together, or is frozen.
    """
    _check_turn_detection(body)
    _check_transcription(body)
    _check_shared(body, dialect, effective, has_audio)
    if body.get("type") == "transcription":
        _check_only_hears(body)
    _check_frozen(body, effective)
    if dialect == "ga":
        _warn_of_ends(body)


def check_response(
    body: Json, *, dialect: str, effective: Mapping[str, Any], has_audio: bool
) -> None:
    """Check the ``response`` of a ``response.create``, as `check_session` does a session."""
    if effective.get("type") == "transcription":
        raise ConfigError(
            "answers are for conversations: this session only hears; open one that talks"
        )
    conversation = body.get("conversation", "auto")
    if dialect == "ga" and conversation not in ("auto", "none"):
        near = nearest(conversation, ("auto", "none"))
        hint = f"; did you mean {near!r}?" if near else ""
        raise ConfigError(f"conversation takes auto or none, got {shown(conversation)}{hint}")
    _check_shared(body, dialect, effective, has_audio)
    if dialect == "ga":
        _warn_of_ends(body)


def foreign_fields(detection: Any, kind: str | None) -> list[tuple[str, str]]:
    """Return the fields of a turn detection that its type does not have, and which type has."""
    named = detection if isinstance(detection, Mapping) else {}
    return [
        (field, other)
        for other, fields in _FIELDS_OF.items()
        for field in fields
        if field in named and other != kind
    ]


def only_hearing(session: Mapping[str, Any]) -> Json:
    """Return what a session that only transcribes can have of another."""
    heard = {key: value for key, value in session.items() if key in _HEARING}
    hearing = dict(value_at(session, ("audio", "input")) or {})
    if isinstance(detection := hearing.get("turn_detection"), Mapping):
        hearing["turn_detection"] = {k: v for k, v in detection.items() if k not in ANSWERING}
    return {**heard, "audio": {"input": hearing}}


def _check_shared(body: Json, dialect: str, effective: Mapping[str, Any], has_audio: bool) -> None:
    if dialect == "ga" and len(body.get("output_modalities", ())) > 1:
        raise ConfigError(
            "output_modalities takes audio or text, got both; audio brings a transcript"
        )
    _check_tools(body.get("tools") or [])
    voice, in_force = value_at(body, VOICE_PATH), value_at(effective, VOICE_PATH)
    if has_audio and voice is not None and in_force is not None and voice != in_force:
        raise ConfigError(
            f"voice is frozen after the first audio: it stays {shown(in_force)}; "
            f"connect again for {shown(voice)}"
        )


def _check_turn_detection(body: Json) -> None:
    detection = value_at(body, TURN_DETECTION_PATH)
    if not isinstance(detection, dict):
        return
    for field, other in foreign_fields(detection, detection["type"]):
        name = name_at((*TURN_DETECTION_PATH, field))
        raise ConfigError(
            f"{name} belongs to {other}, and turn_detection_type is "
            f"{detection['type']}: change the type, or leave {name} out"
        )


def _check_transcription(body: Json) -> None:
    transcription = value_at(body, TRANSCRIPTION_PATH)
    if not isinstance(transcription, dict):
        return
    model = named(transcription["model"])
    for field in model.lacks:
        if field in transcription:
            name = name_at((*TRANSCRIPTION_PATH, field))
            raise ConfigError(
                f"{model.name} takes no {name}: leave it out, or choose another model"
            )


def _check_tools(tools: list[Json]) -> None:
    labels = set()
    for tool in tools:
        if tool.get("type") == "mcp":
            _check_tool_server(tool)
            label = shown(tool.get("server_label"))
            if label in labels:
                raise ConfigError(f"tools has the server_label {label} more than once")
            labels.add(label)


def _check_tool_server(tool: Json) -> None:
    label = f"tool server {shown(tool.get('server_label'))}"
    ways = [key for key in ("server_url", "connector_id", "tunnel_id") if key in tool]
    if len(ways) != 1:
        got = " and ".join(ways) or "none"
        raise ConfigError(f"{label} takes one of server_url, connector_id and tunnel_id, got {got}")
    headers = tool.get("headers")
    names = {str(name).lower() for name in headers} if isinstance(headers, dict) else set()
    if "authorization" in tool and "authorization" in names:
        raise ConfigError(f"{label} has an authorization and an Authorization header: keep one")
    if is_masked(tool):
        raise ConfigError(f"{label} has a hidden secret (•••): give the tools with their secrets")


def _check_only_hears(body: Json) -> None:
    paths: list[tuple[str, ...]] = [(key,) for key in body if key not in _HEARING]
    audio = body.get("audio") or {}
    paths += [("audio", "output", key) for key in audio.get("output") or {}]
    detection = value_at(body, TURN_DETECTION_PATH) or {}
    paths += [(*TURN_DETECTION_PATH, key) for key in ANSWERING if key in detection]
    if paths:
        raise ConfigError(f"{name_at(paths[0])} is for conversations: this session only hears")
    model = value_at(body, (*TRANSCRIPTION_PATH, "model"))
    if model == _WITHOUT_TURNS and detection:
        raise ConfigError(f"{model} finds no turns by itself: set turn_detection to none")


def _check_frozen(body: Json, effective: Mapping[str, Any]) -> None:
    for key in ("type", "model"):
        old, new = effective.get(key), body.get(key)
        if None not in (old, new) and old != new:
            raise ConfigError(
                f"{name_at((key,))} is chosen when connecting: this session has {shown(old)}, "
                f"connect again for {shown(new)}"
            )
    tracing = value_at(effective, TRACING_PATH)
    if "tracing" in body and tracing is not None and body["tracing"] != tracing:
        raise ConfigError("tracing is frozen once it is on: leave it out, or connect again")


def _warn_of_ends(body: Json) -> None:
    models = (body.get("model"), value_at(body, (*TRANSCRIPTION_PATH, "model")))
    ending = [named(model) for model in models if model is not None]
    ending += [STORED_PROMPTS] if isinstance(value_at(body, PROMPT_PATH), dict) else []
    for one in ending:
        warn_of_end(one)
