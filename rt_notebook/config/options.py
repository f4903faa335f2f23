"""One table of flat names: each parameter written once, used everywhere.

A flat name (``turn_detection_threshold``) is what a person types in Python and, in
kebab-case, in a magic. The names are those of PSOpenAI's ``Set-RealtimeSessionConfiguration``
and ``Request-RealtimeSessionResponse`` in snake_case, and the API's own where those have none.
Magics, completion, controls and help are made from this table.
"""

from __future__ import annotations

import difflib
from functools import partial

from ..errors import ConfigError
from .catalogue import MODELS, VOICES
from .hearing import HEARING
from .option import Option
from .reading import Choice, Flag, Name, Number, Text, Tokens, Whole
from .structures import (
    Format,
    Items,
    Logprobs,
    Metadata,
    Modalities,
    Object,
    Shorthand,
    ToolChoice,
    Tools,
)

__all__ = [
    "MODEL_NAMES",
    "OPTIONS",
    "PROMPT_PATH",
    "TRACING_PATH",
    "TRUNCATION_PATH",
    "VOICE_PATH",
    "Option",
    "name_at",
    "option_named",
    "options_for",
]

#: The model is chosen when connecting; completion offers these.
MODEL_NAMES = tuple(model.name for model in MODELS)

_OUT = ("audio", "output")
VOICE_PATH = (*_OUT, "voice")
PROMPT_PATH = ("prompt",)
TRACING_PATH = ("tracing",)
TRUNCATION_PATH = ("truncation",)

_EFFORTS = ("minimal", "low", "medium", "high", "xhigh")


_both = partial(Option, response=True)
_response = partial(Option, session=False, response=True)

_SESSION = (
    Option(
        "session_type",
        ("type",),
        "a conversation or transcription only; chosen when connecting",
        Choice(("realtime", "transcription")),
        aliases=("type",),
    ),
    Option(
        "model",
        ("model",),
        "model or deployment; chosen when connecting",
        Name(MODEL_NAMES, "model"),
    ),
)
_SPEECH = (
    _both(
        "instructions", ("instructions",), "what the model is told to be and do; '' clears", Text()
    ),
    _both(
        "output_modalities",
        ("output_modalities",),
        "how it answers; audio brings a transcript",
        Modalities(),
        default="audio",
        aliases=("modalities",),
    ),
    _both(
        "voice",
        VOICE_PATH,
        "who speaks; frozen after the first audio",
        Name(VOICES, "voice", as_object='{"id": …} for one of your own'),
    ),
    Option("speed", (*_OUT, "speed"), "how fast it speaks", Number(0.25, 1.5), default="1.0"),
    _both(
        "output_audio_format",
        (*_OUT, "format"),
        "format of the audio that comes back",
        Format(),
        default="pcm16",
    ),
)
_TOOLS = (
    _both("tools", ("tools",), "what the model may call; [] clears", Tools(), default="[]"),
    _both("tool_choice", ("tool_choice",), "which it calls", ToolChoice(), default="auto"),
    _both(
        "parallel_tool_calls",
        ("parallel_tool_calls",),
        "whether it calls several at once (reasoning models)",
        Flag(),
    ),
)
_MODEL = (
    _both("temperature", ("temperature",), "how freely it speaks", Number(0.6, 1.2), default="0.8"),
    _both(
        "max_output_tokens",
        ("max_output_tokens",),
        "how long an answer may get, tool calls included",
        Tokens(),
        default="inf",
        aliases=("max_response_output_tokens",),
    ),
    _both(
        "reasoning",
        ("reasoning",),
        "reasoning as a whole, or its effort",
        Shorthand("effort", _EFFORTS),
    ),
    _both(
        "reasoning_effort",
        ("reasoning", "effort"),
        "how long it thinks (gpt-realtime-2 and later)",
        Choice(_EFFORTS),
        default="low",
    ),
    _both(
        "prompt",
        PROMPT_PATH,
        "a stored prompt as a whole, or its id; gone on 2026-11-30",
        Shorthand("id", (), any_word=True),
        nullable=True,
    ),
    _both(
        "prompt_id",
        (*PROMPT_PATH, "id"),
        "id of a stored prompt; gone on 2026-11-30",
        Text(empty=False),
    ),
    _both("prompt_version", (*PROMPT_PATH, "version"), "its version", Text(empty=False)),
    _both("prompt_variables", (*PROMPT_PATH, "variables"), "what goes into it", Object()),
    Option(
        "truncation",
        TRUNCATION_PATH,
        "what is dropped when the context is full",
        Shorthand("type", ("auto", "disabled"), literals=("auto", "disabled")),
        default="auto",
    ),
    Option(
        "truncation_retention_ratio",
        (*TRUNCATION_PATH, "retention_ratio"),
        "share of the context that stays when items are dropped",
        Number(0, 1),
        aliases=("retention_ratio",),
    ),
    Option(
        "truncation_token_limits_post_instructions",
        (*TRUNCATION_PATH, "token_limits", "post_instructions"),
        "tokens after the instructions from which on items are dropped",
        Whole(0, unit="tokens"),
    ),
    Option(
        "tracing",
        TRACING_PATH,
        "traces in the provider's dashboard; frozen once on",
        Shorthand("workflow_name", ("auto",), literals=("auto",)),
        default="none",
        nullable=True,
    ),
    Option(
        "tracing_workflow_name", (*TRACING_PATH, "workflow_name"), "the trace's workflow", Text()
    ),
    Option("tracing_group_id", (*TRACING_PATH, "group_id"), "what it is grouped by", Text()),
    Option("tracing_metadata", (*TRACING_PATH, "metadata"), "what is kept with it", Object()),
    Option(
        "include",
        ("include",),
        "log-probabilities of the transcription",
        Logprobs(),
        default="none",
        aliases=("include_logprobs",),
        nullable=True,
    ),
)
_RESPONSE = (
    _response(
        "conversation",
        ("conversation",),
        "none for an answer beside the conversation",
        Name(("auto", "none"), "conversation"),
        default="auto",
    ),
    _response(
        "input",
        ("input",),
        "what is answered instead of the conversation; [] for nothing",
        Items(),
        aliases=("input_object",),
    ),
    _response(
        "metadata",
        ("metadata",),
        "what comes back with the answer",
        Metadata(),
        aliases=("meta_data",),
    ),
)
_EVENT = (
    _both(
        "event_id",
        ("event_id",),
        "names the event in an error that it causes",
        Text(longest=512),
        of_event=True,
    ),
)

OPTIONS: tuple[Option, ...] = (
    *_SPEECH,
    *HEARING,
    *_TOOLS,
    *_MODEL,
    *_RESPONSE,
    *_SESSION,
    *_EVENT,
)

_BY_NAME = {name: option for option in OPTIONS for name in (option.name, *option.aliases)}


def options_for(kind: str) -> list[Option]:
    """Return the options of a kind, in the table's order: session, response or hearing."""
    return [option for option in OPTIONS if getattr(option, kind)]


def option_named(name: str, kind: str = "session") -> Option:
    """Return the option of a flat name.

    Raises
    ------
    ConfigError
        If there is none; the sentence suggests the nearest name.
    """
    option = _BY_NAME.get(name)
    if option is not None and kind == "hearing" and not option.hearing:
        raise ConfigError(f"{name} is for conversations: this session only hears")
    if option is None or not getattr(option, kind):
        known = [n for n, o in _BY_NAME.items() if getattr(o, kind)]
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ConfigError(f"unknown {kind} option {name!r}{hint}")
    return option


def name_at(path: tuple[str, ...]) -> str:
    """Return the flat name of a place in the GA object, as sentences use it."""
    names = [option.name for option in OPTIONS if option.path == path]
    return names[-1] if names else ".".join(path)
