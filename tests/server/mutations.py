"""Valid client events, and what mutation makes of them."""

from __future__ import annotations

import copy
import random
from typing import Any

from .wire import Event

__all__ = ["VALID", "mutated"]


def user_message(*parts: Event) -> Event:
    return {"type": "message", "role": "user", "content": list(parts)}


WEATHER = {"type": "function", "name": "get_weather", "parameters": {"type": "object"}}
TOOL_SERVER = {
    "type": "mcp",
    "server_label": "mail",
    "connector_id": "connector_gmail",
    "allowed_tools": ["read"],
    "require_approval": {"never": {"tool_names": ["read"]}},
}
#: Events that are valid, to be mutated.
VALID: list[Event] = [
    {
        "type": "session.update",
        "event_id": "e1",
        "session": {
            "type": "realtime",
            "instructions": "Be brief.",
            "output_modalities": ["text"],
            "tools": [WEATHER, TOOL_SERVER],
            "tool_choice": {"type": "function", "name": "get_weather"},
            "max_output_tokens": 100,
            "truncation": {"type": "retention_ratio", "retention_ratio": 0.5},
            "audio": {
                "input": {
                    "format": {"type": "audio/pcm", "rate": 24000},
                    "noise_reduction": {"type": "near_field"},
                    "transcription": {"model": "whisper-1", "language": "en"},
                    "turn_detection": {"type": "server_vad", "threshold": 0.5},
                },
                "output": {"format": {"type": "audio/pcmu"}, "voice": "marin", "speed": 1.2},
            },
        },
    },
    {"type": "input_audio_buffer.append", "audio": "AAAAAAAA"},
    {"type": "input_audio_buffer.commit"},
    {
        "type": "conversation.item.create",
        "previous_item_id": "root",
        "item": user_message({"type": "input_text", "text": "Hello."}),
    },
    {
        "type": "conversation.item.create",
        "item": user_message(
            {"type": "input_image", "image_url": "data:image/png;base64,AAAA", "detail": "low"}
        ),
    },
    {
        "type": "conversation.item.create",
        "item": {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
    },
    {
        "type": "conversation.item.create",
        "item": {"type": "function_call_output", "call_id": "c", "output": "x"},
    },
    {
        "type": "conversation.item.create",
        "item": {"type": "mcp_approval_response", "approval_request_id": "x", "approve": True},
    },
    {"type": "conversation.item.retrieve", "item_id": "x"},
    {"type": "conversation.item.delete", "item_id": "x"},
    {
        "type": "conversation.item.truncate",
        "item_id": "x",
        "content_index": 0,
        "audio_end_ms": 100,
    },
    {
        "type": "response.create",
        "response": {
            "conversation": "none",
            "output_modalities": ["text"],
            "metadata": {"topic": "x"},
            "tools": [WEATHER],
            "max_output_tokens": 10,
            "input": [
                {"type": "item_reference", "id": "x"},
                user_message({"type": "input_text", "text": "Hello."}),
            ],
            "audio": {"output": {"voice": "marin"}},
        },
    },
    {"type": "response.cancel", "response_id": "x"},
]
ODD: list[Any] = [
    None, True, 0, -1, 5, 1e308, 2**70, "", "x", "x" * 5000, "\ud83d", "\0", [], {}, [[]],
    [None], {"type": None}, {"": {}}, "root", "none", "inf",
]  # fmt: skip


def mutated(event: Event, dice: random.Random) -> Event:
    """Return the event with some of its values, at any depth, made odd or taken away."""
    event = copy.deepcopy(event)
    for _ in range(dice.randint(1, 3)):
        where: Any = event
        while True:
            keys = list(where) if isinstance(where, dict) else list(range(len(where)))
            if not keys:
                break
            key = dice.choice(keys)
            if isinstance(where[key], dict | list) and dice.random() < 0.8:
                where = where[key]
                continue
            change(where, key, dice)
            break
    return event


def change(where: Any, key: Any, dice: random.Random) -> None:
    kind = dice.random()
    if kind < 0.15:
        del where[key]
    elif kind < 0.25 and isinstance(where, dict):
        where[f"{key}_"] = dice.choice(ODD)
    elif kind < 0.35 and isinstance(where, list):
        where.append(copy.deepcopy(where[key]))
    else:
        where[key] = copy.deepcopy(dice.choice(ODD))
