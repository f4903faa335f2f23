"""Token counts as the API's cost guide has them."""

from __future__ import annotations

import base64
import struct

import pytest

from rt_notebook.server.conversation import Item
from rt_notebook.server.usage import (
    Tokens,
    image_tokens,
    input_tokens,
    output_audio_tokens,
    transcription_usage,
    usage_json,
)


def test_the_users_audio_costs_one_token_for_100_ms():
    item = Item({"id": "a", "type": "message", "role": "user", "content": []}, bytearray(48 * 2650))
    assert input_tokens([item], "", []).audio == 27


def test_the_assistants_audio_costs_one_token_for_50_ms():
    assert output_audio_tokens(1000) == 20
    item = Item(
        {"id": "a", "type": "message", "role": "assistant", "content": []}, bytearray(48 * 1000)
    )
    assert input_tokens([item], "", []).audio == 20


def test_instructions_tools_and_text_cost_text_tokens():
    part = {"type": "input_text", "text": "What is the weather in London?"}
    item = Item({"id": "a", "type": "message", "role": "user", "content": [part]})
    alone = input_tokens([item], "", []).text
    assert 0 < alone < input_tokens([item], "Be brief and kind.", []).text
    assert alone < input_tokens([item], "", [{"type": "function", "name": "get_weather"}]).text


@pytest.mark.parametrize(
    ("width", "height", "detail", "tokens"),
    [
        # the examples of the vision guide
        (1024, 1024, "high", 85 + 4 * 170),
        (2048, 4096, "high", 85 + 6 * 170),
        (4096, 8192, "low", 85),
        (16, 9, "auto", 85 + 170),
    ],
)
def test_a_picture_costs_by_its_size(width, height, detail, tokens):
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height)
    uri = f"data:image/png;base64,{base64.b64encode(head).decode()}"
    part = {"type": "input_image", "image_url": uri, "detail": detail}
    assert image_tokens(part) == tokens
    item = Item({"id": "a", "type": "message", "role": "user", "content": [part]})
    assert input_tokens([item], "", []).image == tokens


def test_what_was_read_before_is_cached_in_blocks_of_64():
    # recorded: of 43 text and 96 audio tokens, 0 and 64 were cached
    assert Tokens(43, 96).cached_of(Tokens(15, 87)) == Tokens(0, 64)


def test_the_object_has_the_keys_and_sums_of_the_recordings():
    usage = usage_json(Tokens(43, 96), Tokens(0, 64), Tokens(18, 43))
    assert usage == {
        "total_tokens": 200,
        "input_tokens": 139,
        "output_tokens": 61,
        "input_token_details": {
            "text_tokens": 43,
            "audio_tokens": 96,
            "image_tokens": 0,
            "cached_tokens": 64,
            "cached_tokens_details": {"text_tokens": 0, "audio_tokens": 64, "image_tokens": 0},
        },
        "output_token_details": {"text_tokens": 18, "audio_tokens": 43},
    }


def test_a_transcript_costs_seconds_or_with_the_gpt_4o_models_tokens():
    assert transcription_usage("gpt-live-transcribe", 1200, "Hello.") == {
        "type": "duration",
        "seconds": 2,
    }
    assert transcription_usage("gpt-4o-mini-transcribe", 1200, "Hello.") == {
        "type": "tokens",
        "total_tokens": 14,
        "input_tokens": 12,
        "input_token_details": {"text_tokens": 0, "audio_tokens": 12},
        "output_tokens": 2,
    }
