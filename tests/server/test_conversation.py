"""Items in order, and what may be done to them."""

from __future__ import annotations

import base64

import pytest

from rt_notebook.server.conversation import Conversation, Item
from rt_notebook.server.refusals import Refusal


def item(item_id: str, **fields) -> Item:
    return Item({"id": item_id, "type": "message", "role": "user", "content": [], **fields})


def spoken(item_id: str, ms: int) -> Item:
    part = {"type": "output_audio", "transcript": "Once upon a time"}
    answer = item(item_id, role="assistant", content=[part])
    answer.audio += bytes(48 * ms)
    return answer


def ids(conversation: Conversation) -> list[str]:
    return [item.id for item in conversation]


def refusal(action, *args) -> Refusal:
    with pytest.raises(Refusal) as caught:
        action(*args)
    return caught.value


def test_items_go_where_they_are_asked_to_and_name_the_item_before():
    conversation = Conversation()
    assert conversation.add(item("b")) is None
    assert conversation.add(item("d")) == "b"
    assert conversation.add(item("a"), "root") is None
    assert conversation.add(item("c"), "b") == "b"
    assert ids(conversation) == ["a", "b", "c", "d"]


def test_an_unknown_place_or_a_taken_id_changes_nothing():
    conversation = Conversation()
    conversation.add(item("a"))
    assert "'x' does not exist" in refusal(conversation.add, item("b"), "x").message
    assert "'a' already exists" in refusal(conversation.add, item("a")).message
    assert ids(conversation) == ["a"]


def test_a_deleted_item_is_gone():
    conversation = Conversation()
    conversation.add(item("a"))
    conversation.delete("a")
    assert ids(conversation) == []
    assert refusal(conversation.delete, "a").code == "item_delete_invalid_item_id"


def test_truncation_cuts_the_audio_and_drops_the_transcript():
    conversation, answer = Conversation(), spoken("a", 2000)
    conversation.add(answer)
    conversation.truncate("a", 0, 1500)
    assert answer.duration_ms == 1500
    assert answer.fields["content"] == [{"type": "output_audio", "transcript": ""}]


def test_truncation_at_the_very_end_is_allowed():
    conversation = Conversation()
    conversation.add(spoken("a", 1850))
    conversation.truncate("a", 0, 1850)


def test_truncation_beyond_the_end_is_refused_in_the_words_of_the_api():
    conversation = Conversation()
    conversation.add(spoken("a", 1850))
    error = refusal(conversation.truncate, "a", 0, 4850)
    assert error.code == "invalid_value"
    assert error.message == "Audio content of 1850ms is already shorter than 4850ms"


def test_only_spoken_output_can_be_truncated():
    conversation = Conversation()
    conversation.add(item("user"))
    conversation.add(
        item("text", role="assistant", content=[{"type": "output_text", "text": "Hi"}])
    )
    for item_id in ("user", "text"):
        error = refusal(conversation.truncate, item_id, 0, 0)
        assert error.message == "Only model output audio messages can be truncated"


def test_an_unknown_item_cannot_be_truncated():
    error = refusal(Conversation().truncate, "x", 0, 0)
    assert error.code == "item_truncate_invalid_item_id"


def test_an_item_is_shown_with_audio_only_when_it_is_retrieved():
    answer = spoken("a", 1)
    assert "audio" not in answer.fields["content"][0]
    shown = answer.with_audio({"output_audio": {"type": "audio/pcm", "rate": 24000}})
    assert shown["content"][0]["audio"] == "A" * 64  # 48 zero bytes
    assert "audio" not in answer.fields["content"][0]


def test_spoken_output_is_retrieved_in_the_format_of_the_output():
    shown = spoken("a", 100).with_audio({"output_audio": {"type": "audio/pcmu"}})
    assert base64.b64decode(shown["content"][0]["audio"]) == b"\xff" * 800  # silence at 8 kHz
