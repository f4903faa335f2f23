"""What another server is given of an item: the same words, in the content types it takes."""

import pytest

from rt_notebook.protocol.item import Item, Part
from rt_notebook.protocol.restoring import creatable, restored_item


def message(role, type, text, **rest):
    return Item("item_1", "message", role, "completed", [Part(type, text, final=True)], **rest)


@pytest.mark.parametrize(
    ("role", "type", "restored"),
    [
        ("user", "text", "input_text"),
        ("user", "audio", "input_text"),
        ("system", "text", "input_text"),
        ("assistant", "text", "output_text"),
        ("assistant", "audio", "output_text"),
    ],
)
def test_words_go_back_as_text_whoever_said_them_and_however(role, type, restored):
    assert restored_item(message(role, type, "hello")) == {
        "id": "item_1",
        "type": "message",
        "role": role,
        "content": [{"type": restored, "text": "hello"}],
    }


def test_of_an_answer_that_was_cut_goes_back_what_was_heard():
    item = restored_item(message("assistant", "audio", "one two three four"), heard_text="one two")
    assert item["content"] == [{"type": "output_text", "text": "one two"}]
    assert restored_item(message("assistant", "audio", "one two"), heard_text="") is None


def test_speech_without_a_transcript_goes_back_as_sound():
    item = restored_item(message("user", "audio", ""), audio=lambda: "AAAA")
    assert item["content"] == [{"type": "input_audio", "audio": "AAAA"}]
    assert restored_item(message("user", "audio", "")) is None
    assert restored_item(message("assistant", "audio", ""), audio=lambda: "AAAA") is None


def test_a_call_and_its_output_go_back_with_the_id_that_ties_them():
    call = Item(
        "item_1", "function_call", "tool", "completed", [], "weather", "call_1", '{"city":"Paris"}'
    )
    assert restored_item(call) == {
        "id": "item_1",
        "type": "function_call",
        "name": "weather",
        "call_id": "call_1",
        "arguments": '{"city":"Paris"}',
    }
    output = Item("item_2", "function_call_output", "tool", "completed", call_id="call_1")
    output.output = "sunny"
    assert restored_item(output) == {
        "id": "item_2",
        "type": "function_call_output",
        "call_id": "call_1",
        "output": "sunny",
    }


def test_a_call_that_was_never_finished_does_not_go_back():
    call = Item("item_1", "function_call", "tool", "interrupted", [], "weather", "call_1", '{"ci')
    assert restored_item(call) is None


def test_what_the_server_makes_itself_does_not_go_back():
    assert restored_item(Item("item_1", "mcp_list_tools", "tool", "completed")) is None


@pytest.mark.parametrize(("state", "error"), [("completed", ""), ("failed", "no such harbour")])
def test_a_hosted_call_goes_back_as_a_call_and_its_output(state, error):
    call = Item("mcp_" + "1" * 28, "mcp_call", "tool", state, name="tide", arguments="{}")
    call.output, call.error = "" if error else "high", error
    made = [restored_item(one) for one in creatable(call)]
    assert made == [
        {
            "id": "mcp_" + "1" * 28,
            "type": "function_call",
            "name": "tide",
            "call_id": "mcp_" + "1" * 28,
            "arguments": "{}",
        },
        {
            "id": "mcp_" + "1" * 24 + "_out",
            "type": "function_call_output",
            "call_id": "mcp_" + "1" * 28,
            "output": error or "high",
        },
    ]


def test_a_hosted_call_that_never_ended_does_not_go_back():
    call = Item("mcp_1", "mcp_call", "tool", "interrupted", name="tide", arguments="{}")
    assert [restored_item(one) for one in creatable(call)] == [None]
