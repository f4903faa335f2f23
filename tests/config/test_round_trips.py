"""Configurations of every kind: nothing is lost between flat names, GA and beta."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rt_notebook import Preset
from rt_notebook.config.dialect import from_wire, to_wire
from rt_notebook.config.flat import response_create, session_update, to_flat

from .sdk import check_client_event

pytestmark = pytest.mark.filterwarnings("ignore::rt_notebook.DeprecationNotice")

# Few and awkward values: what is tested is where they go, not what they are.
WORDS = st.sampled_from(["", "ships", "Łódź\n\t", "none", "[", '{"a": 1}', "-1", "•••"])
NAMES = st.sampled_from(["a", "gpt-next", "x_1", "marin2"])
MS = st.integers(0, 60_000)
SHARE = st.floats(0, 1)
OBJECTS = st.dictionaries(NAMES, WORDS | st.integers(-9, 9) | st.none(), max_size=3)
FORMATS = st.sampled_from(["pcm16", "g711_ulaw", "g711_alaw"])
EFFORTS = st.sampled_from(["minimal", "low", "medium", "high", "xhigh"])
FUNCTIONS = st.builds(
    lambda name: {"type": "function", "name": name, "parameters": {"type": "object"}}, NAMES
)
CHOICES = st.sampled_from(["auto", "none", "required"]) | st.builds(
    lambda name: {"type": "function", "name": name}, NAMES
)

ONE_WAY = {
    "instructions": WORDS,
    "output_modalities": st.sampled_from([["audio"], ["text"]]),
    "voice": NAMES,
    "output_audio_format": FORMATS,
    "tools": st.lists(FUNCTIONS, max_size=2),
    "tool_choice": CHOICES,
    "max_output_tokens": st.integers(1, 4096) | st.just("inf"),
    "prompt": st.none(),
}
GA_ONLY = {
    "parallel_tool_calls": st.booleans(),
    "reasoning_effort": EFFORTS,
}


def some(fields: dict[str, Any], **needed: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(needed, optional=fields)


def turns() -> st.SearchStrategy[dict[str, Any]]:
    flags = {"create_response_on_turn_end": st.booleans(), "interrupt_response": st.booleans()}
    server = {
        "turn_detection_threshold": SHARE,
        "turn_detection_prefix_padding": MS,
        "turn_detection_silence_duration": MS,
        "turn_detection_idle_timeout": st.none() | st.integers(5000, 30000),
    }
    eagerness = {"turn_detection_eagerness": st.sampled_from(["low", "medium", "high", "auto"])}
    return st.one_of(
        st.just({}),
        st.just({"turn_detection": None}),
        some({**server, **flags}, turn_detection_type=st.just("server_vad")),
        some({**eagerness, **flags}, turn_detection_type=st.just("semantic_vad")),
    )


def transcriptions(ga: bool) -> st.SearchStrategy[dict[str, Any]]:
    parts = {
        "input_audio_transcription_language": st.sampled_from(["en", "pl", "zh"]),
        "input_audio_transcription_prompt": WORDS,
    }
    more = {
        "input_audio_transcription_languages": st.lists(
            st.sampled_from(["en", "pl"]), min_size=1, max_size=2
        ),
        "input_audio_transcription_keywords": st.lists(NAMES, max_size=2),
        "input_audio_transcription_delay": EFFORTS,
    }
    model = {"input_audio_transcription_model": NAMES}
    return st.one_of(
        st.just({}),
        st.just({"input_audio_transcription": None}),
        some({**parts, **(more if ga else {})}, **model),
    )


def noise_reductions(ga: bool) -> st.SearchStrategy[dict[str, Any]]:
    strength = {"input_audio_noise_reduction_strength": SHARE} if ga else {}
    kinds = st.sampled_from(["near_field", "far_field"])
    return st.one_of(
        st.just({}),
        st.just({"input_audio_noise_reduction": None}),
        some(strength, input_audio_noise_reduction_type=kinds),
    )


def tracings() -> st.SearchStrategy[dict[str, Any]]:
    parts = some(
        {"tracing_group_id": WORDS, "tracing_metadata": OBJECTS}, tracing_workflow_name=WORDS
    )
    return st.one_of(st.just({}), st.sampled_from([{"tracing": "auto"}, {"tracing": None}]), parts)


def truncations(ga: bool) -> st.SearchStrategy[dict[str, Any]]:
    if not ga:
        return st.just({})
    limits = {"truncation_token_limits_post_instructions": st.integers(0, 30_000)}
    return st.one_of(
        st.just({}),
        st.sampled_from([{"truncation": "auto"}, {"truncation": "disabled"}]),
        some(limits, truncation_retention_ratio=SHARE),
    )


def sessions(*, ga: bool) -> st.SearchStrategy[dict[str, Any]]:
    """Sessions in flat names; without `ga`, only what beta can say too."""
    fields = {
        **ONE_WAY,
        **(GA_ONLY if ga else {}),
        "speed": st.floats(0.25, 1.5),
        "input_audio_format": FORMATS,
        "include": st.none() | st.just(["item.input_audio_transcription.logprobs"]),
    }
    parts = (
        some(fields),
        turns(),
        transcriptions(ga),
        noise_reductions(ga),
        tracings(),
        truncations(ga),
    )
    return st.tuples(*parts).map(lambda found: {k: v for one in found for k, v in one.items()})


def responses(*, ga: bool) -> st.SearchStrategy[dict[str, Any]]:
    item = st.builds(
        lambda text: {
            "type": "message",
            "role": "assistant",
            "content": [{"type": "output_text", "text": text}],
        },
        WORDS,
    )
    fields = {
        **ONE_WAY,
        **(GA_ONLY if ga else {}),
        "conversation": st.sampled_from(["auto", "none"]),
        "input": st.lists(item, max_size=2),
        "metadata": st.dictionaries(NAMES, WORDS, max_size=3),
    }
    return some(fields)


@settings(max_examples=40)
@given(sessions(ga=True))
def test_a_session_loses_nothing_between_flat_names_and_ga(flat):
    event = session_update(**flat)
    assert to_flat(event["session"]) == {"session_type": "realtime", **flat}
    assert session_update(**to_flat(event["session"])) == event
    assert session_update(**Preset(**flat)) == event


@settings(max_examples=40)
@given(responses(ga=True))
def test_a_response_loses_nothing_between_flat_names_and_ga(flat):
    event = response_create(**flat)
    assert to_flat(event["response"], "response") == flat
    check_client_event(event)


@settings(max_examples=40)
@given(sessions(ga=False), responses(ga=False))
def test_ga_loses_nothing_in_beta_that_both_can_say(session, response):
    for ga, beta in (
        (session_update(**session), session_update("beta", **session)),
        (response_create(**response), response_create("beta", **response)),
    ):
        assert to_wire(ga, "beta") == beta
        assert from_wire(beta, "beta") == ga


# Every key that the API has, by hand from its reference.

LEAF: dict[str, Any] = {}
ANYTHING = None
VAD = {
    "type": LEAF,
    "threshold": LEAF,
    "prefix_padding_ms": LEAF,
    "silence_duration_ms": LEAF,
    "idle_timeout_ms": LEAF,
    "create_response": LEAF,
    "interrupt_response": LEAF,
    "eagerness": LEAF,
}
TRANSCRIPTION = {
    "model": LEAF,
    "language": LEAF,
    "languages": LEAF,
    "prompt": LEAF,
    "keywords": LEAF,
    "delay": LEAF,
}
NOISE = {"type": LEAF, "strength": LEAF}
FORMAT = {"type": LEAF, "rate": LEAF}
SHARED = {
    "instructions": LEAF,
    "tools": ANYTHING,
    "tool_choice": ANYTHING,
    "prompt": {"id": LEAF, "version": LEAF, "variables": ANYTHING},
}
GA_SESSION = {
    **SHARED,
    "type": LEAF,
    "output_modalities": LEAF,
    "max_output_tokens": LEAF,
    "parallel_tool_calls": LEAF,
    "reasoning": {"effort": LEAF},
    "include": LEAF,
    "tracing": {"workflow_name": LEAF, "group_id": LEAF, "metadata": ANYTHING},
    "truncation": {
        "type": LEAF,
        "retention_ratio": LEAF,
        "token_limits": {"post_instructions": LEAF},
    },
    "audio": {
        "input": {
            "format": FORMAT,
            "noise_reduction": NOISE,
            "transcription": TRANSCRIPTION,
            "turn_detection": VAD,
        },
        "output": {"format": FORMAT, "voice": LEAF, "speed": LEAF},
    },
}
BETA_SESSION = {
    **SHARED,
    "modalities": LEAF,
    "max_response_output_tokens": LEAF,
    "include": LEAF,
    "tracing": {"workflow_name": LEAF, "group_id": LEAF, "metadata": ANYTHING},
    "input_audio_format": LEAF,
    "output_audio_format": LEAF,
    "voice": LEAF,
    "speed": LEAF,
    "input_audio_noise_reduction": {"type": LEAF},
    "input_audio_transcription": {"model": LEAF, "language": LEAF, "prompt": LEAF},
    "turn_detection": VAD,
}


def unknown_keys(value: Any, known: Any) -> list[str]:
    if known is ANYTHING or not isinstance(value, dict):
        return []
    found = [key for key in value if key not in known]
    return found + [
        k for key in value if key in known for k in unknown_keys(value[key], known[key])
    ]


@settings(max_examples=40)
@given(sessions(ga=True), sessions(ga=False))
def test_no_session_has_a_key_that_the_api_does_not_know(ga, beta):
    event = session_update(**ga)
    assert unknown_keys(event["session"], GA_SESSION) == []
    check_client_event(event)
    assert unknown_keys(session_update("beta", **beta)["session"], BETA_SESSION) == []
