"""Token counts: audio by its length, pictures by their size, text by a simple estimate.

Source: the API's cost guide: one token for 100 ms of the user's audio and for 50 ms of
the assistant's; about four letters for a token of text. Pictures as the vision guide counts
them: 85 tokens, and in high detail 170 for every tile of 512 pixels.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .brains.pictures import size_of
from .conversation import Item

__all__ = [
    "Tokens",
    "image_tokens",
    "input_tokens",
    "output_audio_ms",
    "output_audio_tokens",
    "text_tokens",
    "transcription_usage",
    "usage_json",
    "within_tokens",
]

_LETTERS_PER_TOKEN = 4
_USER_MS_PER_TOKEN = 100
_ASSISTANT_MS_PER_TOKEN = 50
_TOKENS_PER_ITEM = 3  # role and separators
_TOKENS_PER_PICTURE, _TOKENS_PER_TILE, _TILE = 85, 170, 512
_LONGEST_SIDE, _SHORTEST_SIDE = 2048, 768  # what a picture is scaled down to
_CACHE_BLOCK = 64  # cached counts in recordings are multiples of it


@dataclass(frozen=True)
class Tokens:
    """How many tokens of text, of audio and of pictures."""

    text: int = 0
    audio: int = 0
    image: int = 0

    @property
    def total(self) -> int:
        """All together."""
        return self.text + self.audio + self.image

    def cached_of(self, earlier: Tokens) -> Tokens:
        """Return how many of these a cache that saw `earlier` would know."""
        return Tokens(
            _blocks(min(self.text, earlier.text)),
            _blocks(min(self.audio, earlier.audio)),
            _blocks(min(self.image, earlier.image)),
        )


def _blocks(tokens: int) -> int:
    return tokens - tokens % _CACHE_BLOCK


def text_tokens(text: str) -> int:
    """Estimate the tokens of a text."""
    return math.ceil(len(text) / _LETTERS_PER_TOKEN)


def within_tokens(text: str, tokens: int) -> str:
    """Return as much of the beginning of a text as so many tokens hold."""
    return text[: max(0, tokens) * _LETTERS_PER_TOKEN]


def output_audio_ms(tokens: int) -> int:
    """Return how much spoken output so many tokens hold."""
    return max(0, tokens) * _ASSISTANT_MS_PER_TOKEN


def output_audio_tokens(duration_ms: float) -> int:
    """Return the tokens of spoken output."""
    return math.ceil(duration_ms / _ASSISTANT_MS_PER_TOKEN)


def input_tokens(items: Iterable[Item], instructions: str, tools: list[Any]) -> Tokens:
    """Count what a response reads: instructions, tools and every item."""
    text = text_tokens(instructions) + (text_tokens(json.dumps(tools)) if tools else 0)
    audio = image = 0
    for item in items:
        text += _TOKENS_PER_ITEM + text_tokens(_written(item))
        audio += _heard(item)
        image += sum(map(image_tokens, _pictures(item)))
    return Tokens(text, audio, image)


def image_tokens(picture: dict[str, Any]) -> int:
    """Estimate the tokens of an ``input_image`` part; "auto" detail is high."""
    size = size_of(picture["image_url"])
    if size is None or picture.get("detail") == "low":
        return _TOKENS_PER_PICTURE
    scale = min(1, _LONGEST_SIDE / max(*size, 1), _SHORTEST_SIDE / max(min(size), 1))
    across, down = (math.ceil(side * scale / _TILE) for side in size)
    return _TOKENS_PER_PICTURE + _TOKENS_PER_TILE * across * down


def _pictures(item: Item) -> list[dict[str, Any]]:
    return [part for part in item.fields.get("content", []) if part["type"] == "input_image"]


def _written(item: Item) -> str:
    parts = [part.get("text") or "" for part in item.fields.get("content", [])]
    return "".join([*parts, *(str(item.fields.get(key, "")) for key in ("arguments", "output"))])


def _heard(item: Item) -> int:
    per_token = _ASSISTANT_MS_PER_TOKEN if item.is_assistant_audio else _USER_MS_PER_TOKEN
    return math.ceil(item.duration_ms / per_token)


def usage_json(read: Tokens, cached: Tokens, written: Tokens) -> dict[str, Any]:
    """Return the ``usage`` object of ``response.done``."""
    return {
        "total_tokens": read.total + written.total,
        "input_tokens": read.total,
        "output_tokens": written.total,
        "input_token_details": {
            "text_tokens": read.text,
            "audio_tokens": read.audio,
            "image_tokens": read.image,
            "cached_tokens": cached.total,
            "cached_tokens_details": {
                "text_tokens": cached.text,
                "audio_tokens": cached.audio,
                "image_tokens": cached.image,
            },
        },
        "output_token_details": {"text_tokens": written.text, "audio_tokens": written.audio},
    }


def transcription_usage(model: str, duration_ms: float, text: str) -> dict[str, Any]:
    """Return the ``usage`` of a transcript: tokens for the gpt-4o models, seconds for others."""
    if not model.startswith("gpt-4o"):
        return {"type": "duration", "seconds": math.ceil(duration_ms / 1000)}
    heard, written = math.ceil(duration_ms / _USER_MS_PER_TOKEN), text_tokens(text)
    return {
        "type": "tokens",
        "total_tokens": heard + written,
        "input_tokens": heard,
        "input_token_details": {"text_tokens": 0, "audio_tokens": heard},
        "output_tokens": written,
    }
