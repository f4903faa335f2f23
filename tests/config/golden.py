"""What each option sends, written by hand from the API's reference (GA) and its beta types.

A row is: flat options, the object in GA, the object in beta. Where one of them refuses, its
place holds a part of the sentence. Nothing here is computed from the table of options.
"""

from __future__ import annotations

from typing import Any

__all__ = ["ALIASES", "CONFLICTS", "RESPONSE_ROWS", "SESSION_ROWS", "heard", "spoken"]

Row = tuple[dict[str, Any], Any, Any]


def heard(**fields: Any) -> dict[str, Any]:
    return {"audio": {"input": fields}}


def spoken(**fields: Any) -> dict[str, Any]:
    return {"audio": {"output": fields}}


def turns(**fields: Any) -> dict[str, Any]:
    return heard(turn_detection=fields)


def written(**fields: Any) -> dict[str, Any]:
    return heard(transcription=fields)


LOGPROBS = "item.input_audio_transcription.logprobs"
FUNCTION = {
    "type": "function",
    "name": "weather",
    "description": "Tells the weather.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}
TOOL_SERVER = {
    "type": "mcp",
    "server_label": "docs",
    "server_url": "https://example.org/mcp",
    "allowed_tools": ["search"],
    "require_approval": {"never": {"tool_names": ["search"]}},
}
TEMPERATURE_IS_GONE = "temperature is not part of the GA API: leave it out, or use dialect='beta'"

SHARED_ROWS: list[Row] = [
    # what a session and a response have in common
    ({"instructions": "Be brief."}, {"instructions": "Be brief."}, {"instructions": "Be brief."}),
    ({"instructions": ""}, {"instructions": ""}, {"instructions": ""}),
    ({"output_modalities": "text"}, {"output_modalities": ["text"]}, {"modalities": ["text"]}),
    (
        {"output_modalities": ["audio"]},
        {"output_modalities": ["audio"]},
        {"modalities": ["text", "audio"]},
    ),
    (
        {"output_modalities": "text,audio"},
        "output_modalities takes audio or text, got both",
        {"modalities": ["text", "audio"]},
    ),
    ({"voice": "marin"}, spoken(voice="marin"), {"voice": "marin"}),
    ({"voice": "Cedar"}, spoken(voice="cedar"), {"voice": "cedar"}),
    ({"voice": "a_new_one"}, spoken(voice="a_new_one"), {"voice": "a_new_one"}),
    (
        {"voice": {"id": "voice_1234"}},
        spoken(voice={"id": "voice_1234"}),
        "the beta dialect has no audio.output.voice.id",
    ),
    (
        {"voice": '{"type": "azure-standard", "name": "en-US-AvaNeural"}'},
        "voice lacks 'id'",
        {"voice": {"type": "azure-standard", "name": "en-US-AvaNeural"}},
    ),
    (
        {"output_audio_format": "pcm16"},
        spoken(format={"type": "audio/pcm", "rate": 24000}),
        {"output_audio_format": "pcm16"},
    ),
    (
        {"output_audio_format": "g711_ulaw"},
        spoken(format={"type": "audio/pcmu"}),
        {"output_audio_format": "g711_ulaw"},
    ),
    (
        {"output_audio_format": "audio/pcma"},
        spoken(format={"type": "audio/pcma"}),
        {"output_audio_format": "g711_alaw"},
    ),
    ({"tools": "[]"}, {"tools": []}, {"tools": []}),
    ({"tools": [FUNCTION]}, {"tools": [FUNCTION]}, {"tools": [FUNCTION]}),
    ({"tools": [TOOL_SERVER]}, {"tools": [TOOL_SERVER]}, {"tools": [TOOL_SERVER]}),
    ({"tool_choice": "auto"}, {"tool_choice": "auto"}, {"tool_choice": "auto"}),
    ({"tool_choice": "none"}, {"tool_choice": "none"}, {"tool_choice": "none"}),
    ({"tool_choice": "required"}, {"tool_choice": "required"}, {"tool_choice": "required"}),
    (
        {"tool_choice": {"type": "function", "name": "weather"}},
        {"tool_choice": {"type": "function", "name": "weather"}},
        {"tool_choice": {"type": "function", "function": {"name": "weather"}}},
    ),
    (
        {"tool_choice": {"name": "weather"}},
        {"tool_choice": {"type": "function", "name": "weather"}},
        {"tool_choice": {"type": "function", "function": {"name": "weather"}}},
    ),
    (
        {"tool_choice": {"server_label": "docs"}},
        {"tool_choice": {"type": "mcp", "server_label": "docs"}},
        {"tool_choice": {"type": "mcp", "server_label": "docs"}},
    ),
    (
        {"tool_choice": '{"type": "function", "function": {"name": "weather"}}'},
        {"tool_choice": {"type": "function", "name": "weather"}},
        {"tool_choice": {"type": "function", "function": {"name": "weather"}}},
    ),
    (
        {"tool_choice": {"type": "mcp", "server_label": "docs", "name": "search"}},
        {"tool_choice": {"type": "mcp", "server_label": "docs", "name": "search"}},
        {"tool_choice": {"type": "mcp", "server_label": "docs", "name": "search"}},
    ),
    (
        {"parallel_tool_calls": "false"},
        {"parallel_tool_calls": False},
        "the beta dialect has no parallel_tool_calls",
    ),
    ({"temperature": 0.7}, TEMPERATURE_IS_GONE, {"temperature": 0.7}),
    ({"temperature": "1.2"}, TEMPERATURE_IS_GONE, {"temperature": 1.2}),
    (
        {"max_output_tokens": 4096},
        {"max_output_tokens": 4096},
        {"max_response_output_tokens": 4096},
    ),
    (
        {"max_output_tokens": -1},
        {"max_output_tokens": "inf"},
        {"max_response_output_tokens": "inf"},
    ),
    (
        {"max_output_tokens": float("inf")},
        {"max_output_tokens": "inf"},
        {"max_response_output_tokens": "inf"},
    ),
    (
        {"reasoning": "low"},
        {"reasoning": {"effort": "low"}},
        "the beta dialect has no reasoning",
    ),
    (
        {"reasoning_effort": "xhigh"},
        {"reasoning": {"effort": "xhigh"}},
        "the beta dialect has no reasoning_effort",
    ),
    ({"prompt": "pmpt_1"}, {"prompt": {"id": "pmpt_1"}}, {"prompt": {"id": "pmpt_1"}}),
    ({"prompt": None}, {"prompt": None}, {"prompt": None}),
    ({"prompt_id": "pmpt_1"}, {"prompt": {"id": "pmpt_1"}}, {"prompt": {"id": "pmpt_1"}}),
    (
        {"prompt_id": "pmpt_1", "prompt_version": "2"},
        {"prompt": {"id": "pmpt_1", "version": "2"}},
        {"prompt": {"id": "pmpt_1", "version": "2"}},
    ),
    (
        {"prompt_id": "pmpt_1", "prompt_variables": '{"city": "Rome"}'},
        {"prompt": {"id": "pmpt_1", "variables": {"city": "Rome"}}},
        {"prompt": {"id": "pmpt_1", "variables": {"city": "Rome"}}},
    ),
    (
        {"prompt_version": "2"},
        "prompt_version='2' needs prompt_id, and none is in force",
        "prompt_version='2' needs prompt_id, and none is in force",
    ),
    (
        {"prompt_variables": {"city": "Rome"}},
        "prompt_variables=an object needs prompt_id",
        "prompt_variables=an object needs prompt_id",
    ),
]

SESSION_ROWS: list[Row] = [
    *SHARED_ROWS,
    ({}, {}, {}),
    ({"session_type": "realtime"}, {}, {}),
    ({"model": "gpt-realtime-2.1"}, {"model": "gpt-realtime-2.1"}, {"model": "gpt-realtime-2.1"}),
    ({"speed": "1.25"}, spoken(speed=1.25), {"speed": 1.25}),
    (
        {"input_audio_format": "audio/pcm"},
        heard(format={"type": "audio/pcm", "rate": 24000}),
        {"input_audio_format": "pcm16"},
    ),
    (
        {"input_audio_format": {"type": "audio/pcmu"}},
        heard(format={"type": "audio/pcmu"}),
        {"input_audio_format": "g711_ulaw"},
    ),
    (
        {"input_audio_format": "g711_alaw"},
        heard(format={"type": "audio/pcma"}),
        {"input_audio_format": "g711_alaw"},
    ),
    # noise reduction
    (
        {"input_audio_noise_reduction": "near_field"},
        heard(noise_reduction={"type": "near_field"}),
        {"input_audio_noise_reduction": {"type": "near_field"}},
    ),
    (
        {"input_audio_noise_reduction": "off"},
        heard(noise_reduction=None),
        {"input_audio_noise_reduction": None},
    ),
    (
        {"input_audio_noise_reduction_type": "far_field"},
        heard(noise_reduction={"type": "far_field"}),
        {"input_audio_noise_reduction": {"type": "far_field"}},
    ),
    (
        {"input_audio_noise_reduction_type": ""},
        heard(noise_reduction=None),
        {"input_audio_noise_reduction": None},
    ),
    (
        {
            "input_audio_noise_reduction_type": "near_field",
            "input_audio_noise_reduction_strength": 0.4,
        },
        heard(noise_reduction={"type": "near_field", "strength": 0.4}),
        "the beta dialect has no input_audio_noise_reduction_strength",
    ),
    (
        {"input_audio_noise_reduction_strength": 0.4},
        "input_audio_noise_reduction_strength=0.4 needs input_audio_noise_reduction_type",
        "the beta dialect has no input_audio_noise_reduction_strength",
    ),
    # transcription
    (
        {"enable_input_audio_transcription": True},
        written(model="gpt-live-transcribe"),
        {"input_audio_transcription": {"model": "whisper-1"}},
    ),
    (
        {"enable_input_audio_transcription": "false"},
        heard(transcription=None),
        {"input_audio_transcription": None},
    ),
    (
        {"input_audio_transcription": "gpt-transcribe"},
        written(model="gpt-transcribe"),
        {"input_audio_transcription": {"model": "gpt-transcribe"}},
    ),
    (
        {"input_audio_transcription": "none"},
        heard(transcription=None),
        {"input_audio_transcription": None},
    ),
    (
        {"input_audio_transcription": {"model": "gpt-transcribe", "keywords": ["Kraków"]}},
        written(model="gpt-transcribe", keywords=["Kraków"]),
        "the beta dialect has no audio.input.transcription.keywords",
    ),
    (
        {"input_audio_transcription_model": "a-new-one"},
        written(model="a-new-one"),
        {"input_audio_transcription": {"model": "a-new-one"}},
    ),
    (
        {"input_audio_transcription_language": "pl"},
        written(model="gpt-live-transcribe", language="pl"),
        {"input_audio_transcription": {"model": "whisper-1", "language": "pl"}},
    ),
    (
        {"input_audio_transcription_languages": "en, pl"},
        written(model="gpt-live-transcribe", languages=["en", "pl"]),
        "the beta dialect has no input_audio_transcription_languages",
    ),
    (
        {"input_audio_transcription_prompt": "names of ships"},
        written(model="gpt-live-transcribe", prompt="names of ships"),
        {"input_audio_transcription": {"model": "whisper-1", "prompt": "names of ships"}},
    ),
    (
        {"input_audio_transcription_keywords": ["Kraków", "Łódź"]},
        written(model="gpt-live-transcribe", keywords=["Kraków", "Łódź"]),
        "the beta dialect has no input_audio_transcription_keywords",
    ),
    (
        {
            "input_audio_transcription_model": "gpt-realtime-whisper",
            "input_audio_transcription_delay": "low",
        },
        written(model="gpt-realtime-whisper", delay="low"),
        "the beta dialect has no input_audio_transcription_delay",
    ),
    # turn detection
    (
        {"enable_turn_detection": True},
        turns(type="server_vad"),
        {"turn_detection": {"type": "server_vad"}},
    ),
    ({"enable_turn_detection": False}, heard(turn_detection=None), {"turn_detection": None}),
    ({"turn_detection": "none"}, heard(turn_detection=None), {"turn_detection": None}),
    ({"turn_detection": None}, heard(turn_detection=None), {"turn_detection": None}),
    (
        {"turn_detection": "semantic_vad"},
        turns(type="semantic_vad"),
        {"turn_detection": {"type": "semantic_vad"}},
    ),
    (
        {"turn_detection": '{"type": "server_vad", "threshold": 0.25}'},
        turns(type="server_vad", threshold=0.25),
        {"turn_detection": {"type": "server_vad", "threshold": 0.25}},
    ),
    (
        {"turn_detection_type": "semantic_vad"},
        turns(type="semantic_vad"),
        {"turn_detection": {"type": "semantic_vad"}},
    ),
    ({"turn_detection_type": "none"}, heard(turn_detection=None), {"turn_detection": None}),
    (
        {"turn_detection_eagerness": "low"},
        turns(type="semantic_vad", eagerness="low"),
        {"turn_detection": {"type": "semantic_vad", "eagerness": "low"}},
    ),
    (
        {"turn_detection_threshold": "0.6"},
        turns(type="server_vad", threshold=0.6),
        {"turn_detection": {"type": "server_vad", "threshold": 0.6}},
    ),
    (
        {"turn_detection_prefix_padding": 200},
        turns(type="server_vad", prefix_padding_ms=200),
        {"turn_detection": {"type": "server_vad", "prefix_padding_ms": 200}},
    ),
    (
        {"turn_detection_silence_duration": "700"},
        turns(type="server_vad", silence_duration_ms=700),
        {"turn_detection": {"type": "server_vad", "silence_duration_ms": 700}},
    ),
    (
        {"turn_detection_idle_timeout": 6000},
        turns(type="server_vad", idle_timeout_ms=6000),
        {"turn_detection": {"type": "server_vad", "idle_timeout_ms": 6000}},
    ),
    (
        {"turn_detection_idle_timeout": "none"},
        turns(type="server_vad", idle_timeout_ms=None),
        {"turn_detection": {"type": "server_vad", "idle_timeout_ms": None}},
    ),
    (
        {"create_response_on_turn_end": "false"},
        turns(type="server_vad", create_response=False),
        {"turn_detection": {"type": "server_vad", "create_response": False}},
    ),
    (
        {"interrupt_response": False},
        turns(type="server_vad", interrupt_response=False),
        {"turn_detection": {"type": "server_vad", "interrupt_response": False}},
    ),
    (
        {"turn_detection_type": "semantic_vad", "create_response_on_turn_end": True},
        turns(type="semantic_vad", create_response=True),
        {"turn_detection": {"type": "semantic_vad", "create_response": True}},
    ),
    # truncation, tracing, include
    ({"truncation": "disabled"}, {"truncation": "disabled"}, "the beta dialect has no truncation"),
    (
        {"truncation": {"type": "retention_ratio", "retention_ratio": 0.5}},
        {"truncation": {"type": "retention_ratio", "retention_ratio": 0.5}},
        "the beta dialect has no truncation",
    ),
    (
        {"truncation_retention_ratio": 0.8},
        {"truncation": {"type": "retention_ratio", "retention_ratio": 0.8}},
        "the beta dialect has no truncation_retention_ratio",
    ),
    (
        {
            "truncation_retention_ratio": 0.8,
            "truncation_token_limits_post_instructions": 5000,
        },
        {
            "truncation": {
                "type": "retention_ratio",
                "retention_ratio": 0.8,
                "token_limits": {"post_instructions": 5000},
            }
        },
        "the beta dialect has no truncation_",
    ),
    (
        {"truncation_token_limits_post_instructions": 5000},
        "needs truncation_retention_ratio, and none is in force",
        "the beta dialect has no truncation_token_limits_post_instructions",
    ),
    ({"tracing": "auto"}, {"tracing": "auto"}, {"tracing": "auto"}),
    ({"tracing": ""}, {"tracing": None}, {"tracing": None}),
    (
        {"tracing_workflow_name": "demo"},
        {"tracing": {"workflow_name": "demo"}},
        {"tracing": {"workflow_name": "demo"}},
    ),
    (
        {"tracing_group_id": "g1"},
        {"tracing": {"group_id": "g1"}},
        {"tracing": {"group_id": "g1"}},
    ),
    (
        {"tracing_metadata": '{"run": 7}'},
        {"tracing": {"metadata": {"run": 7}}},
        {"tracing": {"metadata": {"run": 7}}},
    ),
    (
        {"tracing": "auto", "tracing_group_id": "g1"},
        {"tracing": {"group_id": "g1"}},
        {"tracing": {"group_id": "g1"}},
    ),
    ({"include": True}, {"include": [LOGPROBS]}, {"include": [LOGPROBS]}),
    ({"include": [LOGPROBS]}, {"include": [LOGPROBS]}, {"include": [LOGPROBS]}),
    ({"include": "none"}, {"include": None}, {"include": None}),
]

MESSAGE = {
    "type": "message",
    "role": "user",
    "content": [{"type": "input_text", "text": "support or sales?"}],
}
HISTORY = {
    "type": "message",
    "role": "assistant",
    "content": [{"type": "output_text", "text": "Sales."}],
}
BETA_HISTORY = {**HISTORY, "content": [{"type": "text", "text": "Sales."}]}
REFERENCE = {"type": "item_reference", "id": "item_9"}

RESPONSE_ROWS: list[Row] = [
    *SHARED_ROWS,
    ({}, {}, {}),
    ({"conversation": "none"}, {"conversation": "none"}, {"conversation": "none"}),
    ({"conversation": "auto"}, {"conversation": "auto"}, {"conversation": "auto"}),
    (
        {"conversation": "support"},
        "conversation takes auto or none, got 'support'",
        {"conversation": "support"},
    ),
    ({"input": "[]"}, {"input": []}, {"input": []}),
    ({"input": [MESSAGE]}, {"input": [MESSAGE]}, {"input": [MESSAGE]}),
    ({"input": ["support or sales?"]}, {"input": [MESSAGE]}, {"input": [MESSAGE]}),
    (
        {"input": [REFERENCE, HISTORY]},
        {"input": [REFERENCE, HISTORY]},
        {"input": [REFERENCE, BETA_HISTORY]},
    ),
    (
        {"metadata": {"topic": "x"}},
        {"metadata": {"topic": "x"}},
        {"metadata": {"topic": "x"}},
    ),
    (
        {"metadata": "topic=x, lang=en"},
        {"metadata": {"topic": "x", "lang": "en"}},
        {"metadata": {"topic": "x", "lang": "en"}},
    ),
]

#: Pairs that cannot both be meant, in GA, and what the sentence says.
CONFLICTS: list[tuple[dict[str, Any], str]] = [
    (
        {"enable_turn_detection": False, "turn_detection_threshold": 0.6},
        "turn_detection_threshold=0.6 conflicts with enable_turn_detection=False",
    ),
    (
        {"turn_detection_silence_duration": 300, "turn_detection": "none"},
        "turn_detection_silence_duration=300 conflicts with turn_detection='none'",
    ),
    (
        {"turn_detection_threshold": 0.6, "turn_detection_type": "none"},
        "turn_detection_type='none' conflicts with turn_detection_threshold=0.6",
    ),
    (
        {"enable_turn_detection": True, "turn_detection": None},
        "turn_detection=None conflicts with enable_turn_detection=True",
    ),
    (
        {"enable_turn_detection": False, "turn_detection": "semantic_vad"},
        "turn_detection='semantic_vad' conflicts with enable_turn_detection=False",
    ),
    (
        {"turn_detection": "server_vad", "turn_detection_type": "semantic_vad"},
        "turn_detection_type='semantic_vad' conflicts with turn_detection='server_vad'",
    ),
    (
        {"turn_detection": {"type": "server_vad", "threshold": 0.5}, "threshold": 0.6},
        "threshold=0.6 conflicts with turn_detection=an object",
    ),
    (
        {"turn_detection": "server_vad", "eagerness": "low"},
        "turn_detection_eagerness belongs to semantic_vad",
    ),
    (
        {"turn_detection": "semantic_vad", "threshold": 0.5},
        "turn_detection_threshold belongs to server_vad",
    ),
    (
        {"turn_detection_type": "semantic_vad", "prefix_padding_ms": 300},
        "turn_detection_prefix_padding belongs to server_vad",
    ),
    (
        {"turn_detection_type": "semantic_vad", "silence_duration_ms": 300},
        "turn_detection_silence_duration belongs to server_vad",
    ),
    (
        {"turn_detection_type": "semantic_vad", "idle_timeout_ms": 6000},
        "turn_detection_idle_timeout belongs to server_vad",
    ),
    (
        {"eagerness": "low", "threshold": 0.5},
        "turn_detection_threshold belongs to server_vad",
    ),
    (
        {"enable_input_audio_transcription": False, "input_audio_transcription_language": "en"},
        "input_audio_transcription_language='en' conflicts with "
        "enable_input_audio_transcription=False",
    ),
    (
        {"transcription": "none", "transcription_model": "gpt-transcribe"},
        "transcription_model='gpt-transcribe' conflicts with transcription='none'",
    ),
    (
        {"transcription": "gpt-transcribe", "transcription_model": "gpt-live-transcribe"},
        "transcription_model='gpt-live-transcribe' conflicts with transcription='gpt-transcribe'",
    ),
    (
        {"transcription": "gpt-realtime-whisper", "transcription_prompt": "ships"},
        "gpt-realtime-whisper takes no input_audio_transcription_prompt",
    ),
    (
        {"transcription": "gpt-transcribe", "transcription_delay": "low"},
        "gpt-transcribe takes no input_audio_transcription_delay",
    ),
    (
        {"transcription": "gpt-realtime-whisper", "transcription_languages": "en,pl"},
        "gpt-realtime-whisper takes no input_audio_transcription_languages",
    ),
    (
        {"noise_reduction": "none", "noise_reduction_strength": 0.5},
        "noise_reduction_strength=0.5 conflicts with noise_reduction='none'",
    ),
    (
        {"noise_reduction": "far_field", "noise_reduction_type": "near_field"},
        "noise_reduction_type='near_field' conflicts with noise_reduction='far_field'",
    ),
    (
        {"truncation": "auto", "truncation_retention_ratio": 0.8},
        "truncation_retention_ratio=0.8 conflicts with truncation='auto'",
    ),
    (
        {"tracing": "none", "tracing_group_id": "g1"},
        "tracing_group_id='g1' conflicts with tracing='none'",
    ),
    ({"tracing": "none", "tracing_metadata": {}}, "conflicts with tracing='none'"),
    ({"prompt": "none", "prompt_version": "2"}, "conflicts with prompt='none'"),
    (
        {"prompt": "pmpt_1", "prompt_id": "pmpt_2"},
        "prompt_id='pmpt_2' conflicts with prompt='pmpt_1'",
    ),
    (
        {"reasoning": "low", "reasoning_effort": "high"},
        "reasoning_effort='high' conflicts with reasoning='low'",
    ),
    (
        {"modalities": "text", "output_modalities": "audio"},
        "output_modalities='audio' conflicts with modalities='text'",
    ),
    (
        {"max_output_tokens": 5, "max_response_output_tokens": 6},
        "max_response_output_tokens=6 conflicts with max_output_tokens=5",
    ),
    ({"session_type": "transcription", "voice": "marin"}, "voice is for conversations"),
    ({"session_type": "transcription", "tools": []}, "tools is for conversations"),
    (
        {"session_type": "transcription", "create_response_on_turn_end": False},
        "create_response_on_turn_end is for conversations",
    ),
    (
        {
            "session_type": "transcription",
            "transcription": "gpt-realtime-whisper",
            "turn_detection": "server_vad",
        },
        "gpt-realtime-whisper finds no turns by itself: set turn_detection to none",
    ),
]

#: Alias → the name that the seeds give it, or the API where they have none.
ALIASES = {
    "modalities": "output_modalities",
    "max_response_output_tokens": "max_output_tokens",
    "noise_reduction": "input_audio_noise_reduction",
    "noise_reduction_type": "input_audio_noise_reduction_type",
    "noise_reduction_strength": "input_audio_noise_reduction_strength",
    "transcription": "input_audio_transcription",
    "transcription_model": "input_audio_transcription_model",
    "transcription_language": "input_audio_transcription_language",
    "transcription_languages": "input_audio_transcription_languages",
    "transcription_prompt": "input_audio_transcription_prompt",
    "transcription_keywords": "input_audio_transcription_keywords",
    "transcription_delay": "input_audio_transcription_delay",
    "eagerness": "turn_detection_eagerness",
    "threshold": "turn_detection_threshold",
    "prefix_padding": "turn_detection_prefix_padding",
    "prefix_padding_ms": "turn_detection_prefix_padding",
    "turn_detection_prefix_padding_ms": "turn_detection_prefix_padding",
    "silence_duration": "turn_detection_silence_duration",
    "silence_duration_ms": "turn_detection_silence_duration",
    "turn_detection_silence_duration_ms": "turn_detection_silence_duration",
    "idle_timeout": "turn_detection_idle_timeout",
    "idle_timeout_ms": "turn_detection_idle_timeout",
    "turn_detection_idle_timeout_ms": "turn_detection_idle_timeout",
    "create_response": "create_response_on_turn_end",
    "retention_ratio": "truncation_retention_ratio",
    "include_logprobs": "include",
    "input_object": "input",
    "meta_data": "metadata",
    "type": "session_type",
}
