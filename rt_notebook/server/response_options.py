"""What one response is asked to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from .conversation import Item

__all__ = ["ResponseOptions"]


@dataclass(frozen=True)
class ResponseOptions:
    """What one response is asked to be: the session's settings and the request's own."""

    modality: str
    instructions: str
    tools: list[dict[str, Any]]
    tool_choice: Any
    max_output_tokens: int | Literal["inf"]
    audio_format: dict[str, Any]
    voice: Any
    speed: float = 1.0
    metadata: dict[str, str] | None = None
    in_conversation: bool = True
    input: list[Item] | None = None
    parallel_tool_calls: bool = True
    temperature: float | None = None  # of the beta dialect
