"""What clients may put into the conversation."""

from __future__ import annotations

import base64

import pytest

from rt_notebook.server.client_items import client_item, decoded_audio
from rt_notebook.server.refusals import Refusal

PCM = {"type": "audio/pcm", "rate": 24000}
ULAW = {"type": "audio/pcmu"}


def message(role: str, *parts: dict) -> dict:
    return {"type": "message", "role": role, "content": list(parts)}


def refusal(given: dict) -> Refusal:
    with pytest.raises(Refusal) as caught:
        client_item(given, PCM)
    return caught.value


@pytest.mark.parametrize(
    ("given", "keys"),
    [
        (message("user", {"type": "input_text", "text": "hello"}),
         ["id", "type", "status", "role", "content"]),
        ({"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
         ["id", "type", "status", "name", "call_id", "arguments"]),
        ({"type": "function_call_output", "call_id": "c", "output": "fine"},
         ["id", "type", "call_id", "output"]),
    ],
)  # fmt: skip
def test_items_have_the_keys_of_the_recordings(given, keys):
    assert list(client_item(given, PCM).fields) == keys


def test_the_clients_id_is_kept_and_a_missing_one_is_made():
    given = message("user", {"type": "input_text", "text": "hello"})
    assert client_item({"id": "mine", **given}, PCM).id == "mine"
    assert client_item(given, PCM).id.startswith("item_")


def test_audio_is_kept_beside_the_item_and_not_shown_in_it():
    audio = base64.b64encode(b"\x01\x02\x03\x04").decode()
    item = client_item(message("user", {"type": "input_audio", "audio": audio}), PCM)
    assert item.audio == b"\x01\x02\x03\x04"
    assert item.fields["content"] == [{"type": "input_audio", "transcript": None}]


def test_every_part_is_retrieved_with_its_own_audio_as_it_was_given():
    sounds = ["/////w==", "AAAA", ""]
    parts = [{"type": "input_audio", "audio": sound} for sound in sounds]
    item = client_item(message("user", *parts), ULAW)
    shown = item.with_audio({"input_audio": ULAW})
    assert [part["audio"] for part in shown["content"]] == sounds


def test_audio_is_retrieved_in_the_format_that_the_session_has_by_then():
    audio = base64.b64encode(b"\xff" * 800).decode()
    item = client_item(message("user", {"type": "input_audio", "audio": audio}), ULAW)
    shown = item.with_audio({"input_audio": PCM})
    assert base64.b64decode(shown["content"][0]["audio"]) == bytes(4800)


def test_assistant_audio_cannot_be_populated():
    error = refusal(message("assistant", {"type": "output_audio", "audio": "AAAA"}))
    assert (error.code, error.param) == ("invalid_value", "item.content[0].type")
    assert error.message == "Invalid value: 'output_audio'. Supported values are: 'output_text'."


@pytest.mark.parametrize(
    ("given", "code", "param"),
    [
        ({}, "missing_required_parameter", "item.type"),
        ({"type": "poem"}, "invalid_value", "item.type"),
        ({"type": {"a": "poem"}}, "invalid_value", "item.type"),
        ({"type": "message", "content": []}, "missing_required_parameter", "item.role"),
        (message("wizard"), "invalid_value", "item.role"),
        (message(["user"]), "invalid_type", "item.role"),
        (message("user", {"type": []}), "invalid_value", "item.content[0].type"),
        ({**message("user"), "phase": 5}, "invalid_type", "item.phase"),
        ({"type": "function_call", "call_id": 5, "name": "f", "arguments": "{}"},
         "invalid_type", "item.call_id"),
        ({"type": "message", "role": "user"}, "missing_required_parameter", "item.content"),
        (message("user", {"text": "x"}), "missing_required_parameter", "item.content[0].type"),
        (message("user", {"type": "input_text"}),
         "missing_required_parameter", "item.content[0].text"),
        (message("user", {"type": "input_text", "text": 5}),
         "invalid_type", "item.content[0].text"),
        (message("user", {"type": "input_text", "text": "x", "detail": "low"}),
         "unknown_parameter", "item.content[0].detail"),
        (message("user", {"type": "input_image", "image_url": "https://example.org/a.png"}),
         "invalid_value", "item.content[0].image_url"),
        (message("user", {"type": "input_image", "image_url": "data:image/gif;base64,R0lG"}),
         "invalid_value", "item.content[0].image_url"),
        (message("user", {"type": "input_image", "image_url": "data:image/png;base64,!"}),
         "invalid_value", "item.content[0].image_url"),
        (message("user", {"type": "input_image", "image_url": "data:image/png;base64,AAAA",
                          "detail": "huge"}),
         "invalid_value", "item.content[0].detail"),
        ({"type": "mcp_approval_response", "approval_request_id": "x"},
         "missing_required_parameter", "item.approve"),
        ({"type": "mcp_approval_response", "approval_request_id": "x", "approve": "yes"},
         "invalid_type", "item.approve"),
        ({**message("user"), "mood": "good"}, "unknown_parameter", "item.mood"),
        ({"type": "function_call_output", "output": "x"},
         "missing_required_parameter", "item.call_id"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_by_its_path(given, code, param):
    error = refusal(given)
    assert (error.code, error.param) == (code, param)


@pytest.mark.parametrize("text", ["@@@@", "AAA", "AA=A", "AAAA AAAA"])
def test_what_is_not_base64_is_refused(text):
    with pytest.raises(Refusal, match="Expected base64-encoded audio bytes"):
        decoded_audio(text, PCM)


def test_half_a_sample_is_refused_in_pcm_and_no_half_in_g711():
    odd = base64.b64encode(b"\xff\xff\xff").decode()
    with pytest.raises(Refusal, match="3 bytes, an odd number"):
        decoded_audio(odd, PCM)
    assert decoded_audio(odd, ULAW) == bytes(6)  # µ-law 0xFF is silence
