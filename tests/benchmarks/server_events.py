"""Server events of the GA dialect, as far as a scripted server needs them."""

from __future__ import annotations

import base64
import itertools
from typing import Any

__all__ = [
    "audio_delta",
    "response_begins",
    "response_ends",
    "speech_started",
    "speech_stopped",
    "transcript_delta",
]

_numbers = itertools.count()

Event = dict[str, Any]


def response_begins(number: int) -> list[Event]:
    """Response `number` with one assistant item, up to its audio."""
    response, item = f"resp_{number}", f"item_{number}"
    message = {"id": item, "type": "message", "role": "assistant", "content": []}
    place = {"response_id": response, "item_id": item, "output_index": 0, "content_index": 0}
    return [
        _event("response.created", response={"id": response, "status": "in_progress"}),
        _event("response.output_item.added", response_id=response, output_index=0, item=message),
        _event("conversation.item.added", previous_item_id=None, item=message),
        _event("response.content_part.added", **place, part={"type": "audio", "transcript": ""}),
    ]


def audio_delta(number: int, pcm: bytes | str) -> Event:
    """Audio of response `number`: PCM16, or its base64."""
    delta = pcm if isinstance(pcm, str) else base64.b64encode(pcm).decode()
    return _event(
        "response.output_audio.delta",
        response_id=f"resp_{number}",
        item_id=f"item_{number}",
        output_index=0,
        content_index=0,
        delta=delta,
    )


def transcript_delta(number: int, text: str) -> Event:
    """A piece of what response `number` says."""
    return _event(
        "response.output_audio_transcript.delta",
        response_id=f"resp_{number}",
        item_id=f"item_{number}",
        output_index=0,
        content_index=0,
        delta=text,
    )


def response_ends(number: int, status: str) -> list[Event]:
    """The end of response `number`: "completed" or "cancelled"."""
    response, item = f"resp_{number}", f"item_{number}"
    place = {"response_id": response, "item_id": item, "output_index": 0, "content_index": 0}
    return [
        _event("response.output_audio.done", **place),
        _event("response.done", response={"id": response, "status": status, "output": []}),
    ]


def speech_started(number: int) -> Event:
    """The user speaks over response `number`."""
    return _event("input_audio_buffer.speech_started", audio_start_ms=0, item_id=f"item_u{number}")


def speech_stopped(number: int) -> Event:
    """The user is done."""
    return _event("input_audio_buffer.speech_stopped", audio_end_ms=0, item_id=f"item_u{number}")


def _event(type: str, **fields: Any) -> Event:
    return {"type": type, "event_id": f"event_{next(_numbers)}", **fields}
