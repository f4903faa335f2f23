"""What a server's events promise: the types of the fields that the client relies on."""

from __future__ import annotations

from typing import TypeAlias

__all__ = ["FIELDS", "RULES", "RULES_FOR_ALL", "Rule"]

#: What an event must carry for the protocol core to use it: field name → JSON type.
FIELDS: dict[str, dict[str, type]] = {
    "error": {"error": dict},
    "session.created": {"session": dict},
    "session.updated": {"session": dict},
    "conversation.item.added": {"item": dict},
    "conversation.item.created": {"item": dict},
    "conversation.item.done": {"item": dict},
    "conversation.item.retrieved": {"item": dict},
    "conversation.item.deleted": {"item_id": str},
    "conversation.item.truncated": {"item_id": str, "audio_end_ms": int},
    "conversation.item.input_audio_transcription.delta": {"item_id": str},
    "conversation.item.input_audio_transcription.completed": {"item_id": str, "transcript": str},
    "conversation.item.input_audio_transcription.failed": {"item_id": str, "error": dict},
    "input_audio_buffer.speech_started": {"item_id": str, "audio_start_ms": int},
    "input_audio_buffer.speech_stopped": {"item_id": str, "audio_end_ms": int},
    "input_audio_buffer.committed": {"item_id": str},
    "response.created": {"response": dict},
    "response.done": {"response": dict},
    "response.output_item.added": {"response_id": str, "item": dict},
    "response.output_item.done": {"response_id": str, "item": dict},
    "response.content_part.added": {"item_id": str, "content_index": int, "part": dict},
    "response.content_part.done": {"item_id": str, "content_index": int, "part": dict},
    "response.output_text.delta": {"item_id": str, "content_index": int, "delta": str},
    "response.output_text.done": {"item_id": str, "content_index": int, "text": str},
    "response.output_audio.delta": {"item_id": str, "content_index": int, "delta": str},
    "response.output_audio.done": {"item_id": str, "content_index": int},
    "response.output_audio_transcript.delta": {"item_id": str, "content_index": int, "delta": str},
    "response.output_audio_transcript.done": {
        "item_id": str,
        "content_index": int,
        "transcript": str,
    },
    "response.function_call_arguments.delta": {"item_id": str, "delta": str},
    "response.function_call_arguments.done": {"item_id": str, "arguments": str},
    "response.mcp_call_arguments.delta": {"item_id": str, "delta": str},
    "response.mcp_call_arguments.done": {"item_id": str, "arguments": str},
    "response.mcp_call.failed": {"item_id": str},
    "mcp_list_tools.failed": {"item_id": str},
}

_Kinds: TypeAlias = "dict[str, type | _Kinds]"
_SIDE: _Kinds = {"format": {"type": str}, "turn_detection": dict, "transcription": dict}

#: What may be missing or null, and is of this type otherwise; of the objects above, and of all.
OBJECTS: dict[str, _Kinds] = {
    "error": {"code": str, "message": str, "param": str, "event_id": str},
    "item": {
        **dict.fromkeys(("id", "type", "role", "status", "name", "call_id", "arguments"), str),
        "content": list,
    },
    "part": {"type": str, "text": str, "transcript": str},
    "response": {
        "id": str,
        "status": str,
        "status_details": {"type": str, "reason": str, "error": dict},
        "output": list,
        "metadata": dict,
        "usage": dict,
    },
    "session": {"model": str, "tools": list, "audio": {"input": _SIDE, "output": _SIDE}},
}
_ANY: _Kinds = dict.fromkeys(("event_id", "item_id", "previous_item_id", "response_id"), str)

#: A field's name, its type, the rules of what is in it, and whether it must be there.
Rule: TypeAlias = "tuple[str, type, tuple[Rule, ...], bool]"


def _rules(kinds: _Kinds, *, required: bool) -> tuple[Rule, ...]:
    return tuple(
        (name, dict, _rules(kind, required=False), required)
        if isinstance(kind, dict)
        else (name, kind, (), required)
        for name, kind in kinds.items()
    )


def _rules_of(fields: dict[str, type]) -> tuple[Rule, ...]:
    promised = {
        name: OBJECTS.get(name, kind) if kind is dict else kind for name, kind in fields.items()
    }
    others = {name: kind for name, kind in _ANY.items() if name not in fields}
    return _rules(promised, required=True) + _rules(others, required=False)


#: Event type → what is checked, in this order; of a type that is not known, `RULES_FOR_ALL`.
RULES = {type: _rules_of(fields) for type, fields in FIELDS.items()}
RULES_FOR_ALL = _rules_of({})
