"""The GA session object of ``session.update``, as pydantic models.

The models have the API's names and nesting and nothing of their own. They are
*sparse*: a field that nobody set is not sent (`dump`), and a field set to None is
sent as ``null``, which the API reads as "off".
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from .formats import AudioFormat
from .languages import check_language

__all__ = [
    "AudioInput",
    "AudioOutput",
    "CustomVoice",
    "FunctionTool",
    "Include",
    "Language",
    "MaxTokens",
    "McpTool",
    "Modalities",
    "NoiseReduction",
    "Prompt",
    "Reasoning",
    "RetentionRatio",
    "SemanticVad",
    "ServerVad",
    "Session",
    "SessionAudio",
    "Sparse",
    "TokenLimits",
    "Tool",
    "ToolChoice",
    "Tracing",
    "Transcription",
    "TranscriptionAudio",
    "TranscriptionSession",
    "TurnDetection",
]

Modalities = Annotated[list[Literal["audio", "text"]], Field(min_length=1, max_length=1)]
MaxTokens = Annotated[int, Field(ge=1, le=4096)] | Literal["inf"]
Language = Annotated[str, AfterValidator(check_language)]
Include = list[Literal["item.input_audio_transcription.logprobs"]]


class Sparse(BaseModel):
    """A part of the API's JSON in which absent and null mean different things."""

    model_config = ConfigDict(extra="forbid")

    def dump(self) -> dict[str, Any]:
        """Return the JSON object with only the fields that were set."""
        return self.model_dump(mode="json", exclude_unset=True)


class NoiseReduction(Sparse):
    """Noise reduction before voice activity detection; null turns it off."""

    type: Literal["near_field", "far_field"]
    strength: float | None = Field(None, ge=0, le=1)


class Transcription(Sparse):
    """Transcription of the user's audio by a model of its own; null turns it off."""

    model: str | None = None
    language: Language | None = None
    languages: Annotated[list[Language], Field(min_length=1)] | None = None
    prompt: str | None = None
    keywords: list[str] | None = None
    delay: Literal["minimal", "low", "medium", "high", "xhigh"] | None = None


class ServerVad(Sparse):
    """Turns end after a stretch of silence.

    Parameters
    ----------
    threshold : float
        Speech probability in [0, 1] above which a frame is speech.
    prefix_padding_ms, silence_duration_ms : int
        Audio kept before speech, and silence that ends a turn.
    idle_timeout_ms : int or None
        5000 to 30000: speak up when the user stays silent after a reply.
    create_response, interrupt_response : bool
        Answer at the end of a turn; cancel the answer when the user speaks.
    """

    type: Literal["server_vad"] = "server_vad"
    threshold: float = Field(0.5, ge=0, le=1)
    prefix_padding_ms: int = Field(300, ge=0)
    silence_duration_ms: int = Field(500, ge=0)
    idle_timeout_ms: int | None = Field(None, ge=5000, le=30000)
    create_response: bool = True
    interrupt_response: bool = True

    def __init__(self, **fields: Any) -> None:
        super().__init__(**{"type": "server_vad", **fields})


class SemanticVad(Sparse):
    """Turns end when the sentence sounds finished.

    Parameters
    ----------
    eagerness : {"low", "medium", "high", "auto"}
        How soon; the longest waits are 8, 4 and 2 s, auto is medium.
    create_response, interrupt_response : bool
        As in `ServerVad`.
    """

    type: Literal["semantic_vad"] = "semantic_vad"
    eagerness: Literal["low", "medium", "high", "auto"] = "auto"
    create_response: bool = True
    interrupt_response: bool = True

    def __init__(self, **fields: Any) -> None:
        super().__init__(**{"type": "semantic_vad", **fields})


TurnDetection = Annotated[ServerVad | SemanticVad, Field(discriminator="type")]


class AudioInput(Sparse):
    """``session.audio.input``."""

    format: AudioFormat | None = None
    noise_reduction: NoiseReduction | None = None
    transcription: Transcription | None = None
    turn_detection: TurnDetection | None = None


class CustomVoice(Sparse):
    """A voice of one's own, by id."""

    id: str


class AudioOutput(Sparse):
    """``session.audio.output``; the voice is frozen after the first audio."""

    format: AudioFormat | None = None
    voice: str | CustomVoice | None = None
    speed: float | None = Field(None, ge=0.25, le=1.5)


class SessionAudio(Sparse):
    """``session.audio``."""

    input: AudioInput | None = None
    output: AudioOutput | None = None


class FunctionTool(Sparse):
    """A function that the model may ask the client to call."""

    type: Literal["function"] = "function"
    name: str = Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")
    description: str | None = None
    parameters: dict[str, Any] | None = None


class ToolFilter(Sparse):
    """Some of a server's tools: by their names, by whether they only read, or both."""

    tool_names: list[str] | None = None
    read_only: bool | None = None


class Approval(Sparse):
    """Which tools a user must approve, and which not."""

    always: ToolFilter | None = None
    never: ToolFilter | None = None


class McpTool(Sparse):
    """A hosted tool server. `authorization` and `headers` hold secrets: never show them."""

    type: Literal["mcp"] = "mcp"
    server_label: str
    server_url: str | None = None
    connector_id: str | None = None
    tunnel_id: str | None = None
    server_description: str | None = None
    authorization: str | None = None
    headers: dict[str, str] | None = None
    allowed_tools: list[str] | ToolFilter | None = None
    require_approval: Literal["always", "never"] | Approval | None = None
    defer_loading: bool | None = None
    allowed_callers: list[Literal["direct", "programmatic"]] | None = None


Tool = Annotated[FunctionTool | McpTool, Field(discriminator="type")]


class ToolChoiceFunction(Sparse):
    """Force one function."""

    type: Literal["function"] = "function"
    name: str


class ToolChoiceMcp(Sparse):
    """Force a tool server, or one tool of it."""

    type: Literal["mcp"] = "mcp"
    server_label: str
    name: str | None = None


ToolChosen = Annotated[ToolChoiceFunction | ToolChoiceMcp, Field(discriminator="type")]
ToolChoice = Literal["none", "auto", "required"] | ToolChosen


class Reasoning(Sparse):
    """How long reasoning models think."""

    effort: Literal["minimal", "low", "medium", "high", "xhigh"]


class Prompt(Sparse):
    """A stored prompt. The API shuts these down on 2026-11-30."""

    id: str
    version: str | None = None
    variables: dict[str, Any] | None = None


class Tracing(Sparse):
    """Names under which the provider's trace appears."""

    workflow_name: str | None = None
    group_id: str | None = None
    metadata: dict[str, Any] | None = None


class TokenLimits(Sparse):
    """``truncation.token_limits``."""

    post_instructions: int = Field(ge=0)


class RetentionRatio(Sparse):
    """Drop old items down to this share of the context, in one go."""

    type: Literal["retention_ratio"] = "retention_ratio"
    retention_ratio: float = Field(ge=0, le=1)
    token_limits: TokenLimits | None = None


class Session(Sparse):
    """The object of ``session.update`` for a conversation (``type: "realtime"``).

    Every field is optional and unset: the server keeps what is not named.
    Source: API reference ``RealtimeSessionCreateRequest`` (GA).
    """

    type: Literal["realtime"] = "realtime"
    model: str | None = None
    instructions: str | None = None
    output_modalities: Modalities | None = None
    audio: SessionAudio | None = None
    include: Include | None = None
    tools: list[Tool] | None = None
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    reasoning: Reasoning | None = None
    max_output_tokens: MaxTokens | None = None
    truncation: Literal["auto", "disabled"] | RetentionRatio | None = None
    tracing: Literal["auto"] | Tracing | None = None
    prompt: Prompt | None = None

    def __init__(self, **fields: Any) -> None:
        super().__init__(**{"type": "realtime", **fields})


class TranscriptionAudio(Sparse):
    """``session.audio`` of a session that only hears."""

    input: AudioInput | None = None


class TranscriptionSession(Sparse):
    """The object of ``session.update`` for a session that only transcribes.

    Source: API reference ``RealtimeTranscriptionSessionCreateRequest`` (GA).
    """

    type: Literal["transcription"] = "transcription"
    audio: TranscriptionAudio | None = None
    include: Include | None = None

    def __init__(self, **fields: Any) -> None:
        super().__init__(**{"type": "transcription", **fields})
