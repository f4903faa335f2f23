"""The GA object of ``response.create``: what one response does differently."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from .formats import AudioFormat
from .session import (
    CustomVoice,
    MaxTokens,
    Modalities,
    Prompt,
    Reasoning,
    Sparse,
    Tool,
    ToolChoice,
)

__all__ = ["MAX_METADATA_PAIRS", "Response", "ResponseAudio", "ResponseAudioOutput"]

MAX_METADATA_PAIRS = 16

MetadataKey = Annotated[str, Field(max_length=64)]
MetadataValue = Annotated[str, Field(max_length=512)]
Metadata = Annotated[dict[MetadataKey, MetadataValue], Field(max_length=MAX_METADATA_PAIRS)]


class ResponseAudioOutput(Sparse):
    """``response.audio.output``; unlike the session's it has no speed."""

    format: AudioFormat | None = None
    voice: str | CustomVoice | None = None


class ResponseAudio(Sparse):
    """``response.audio``."""

    output: ResponseAudioOutput | None = None


class Response(Sparse):
    """The object of ``response.create``; what is unset comes from the session.

    Source: API reference ``RealtimeResponseCreateParams`` (GA).
    """

    conversation: Literal["auto", "none"] | None = None
    input: list[dict[str, Any]] | None = None
    instructions: str | None = None
    output_modalities: Modalities | None = None
    audio: ResponseAudio | None = None
    tools: list[Tool] | None = None
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    reasoning: Reasoning | None = None
    max_output_tokens: MaxTokens | None = None
    metadata: Metadata | None = None
    prompt: Prompt | None = None
