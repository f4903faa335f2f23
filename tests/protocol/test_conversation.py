"""The conversation as the server has it, whatever order its events come in."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rt_notebook.protocol.conversation import Conversation
from rt_notebook.protocol.events import Event

DELTA = "conversation.item.input_audio_transcription.delta"
SPEECH = Event(type="input_audio_buffer.speech_started", item_id="u", audio_start_ms=0)


def added(item_id, previous, role="user", type="conversation.item.added", **item):
    item = {"id": item_id, "type": "message", "role": role, "content": [], **item}
    return Event(type=type, event_id="e", previous_item_id=previous, item=item)


def talk(*events):
    conversation = Conversation()
    for event in events:
        conversation.receive(event)
    return conversation


def test_null_is_first_and_an_item_stands_behind_its_predecessor():
    conversation = talk(added("b", None), added("c", "b"), added("a", None))
    assert conversation.order == ["a", "b", "c"]


def test_an_item_inserted_in_the_middle_stands_there():
    conversation = talk(added("a", None), added("c", "a"), added("b", "a"))
    assert conversation.order == ["a", "b", "c"]


@given(st.permutations(range(6)))
def test_a_chain_has_one_order_whatever_comes_first(arrival):
    chain = [added(f"i{n}", f"i{n - 1}" if n else None) for n in range(6)]
    conversation = talk(*(chain[n] for n in arrival))
    assert conversation.order == [f"i{n}" for n in range(6)]


def test_a_done_event_does_not_move_an_item():
    """Recorded: item.done says previous_item_id null for a reply that stands second."""
    conversation = talk(
        added("u", None),
        added("a", "u", role="assistant"),
        added("a", None, role="assistant", type="conversation.item.done"),
    )
    assert conversation.order == ["u", "a"]


def test_a_picture_has_its_place_in_what_an_item_says():
    picture = {"type": "input_image", "image_url": "data:image/png;base64,AA=="}
    question = {"type": "input_text", "text": "What is this?"}
    both = talk(
        added("u1", None, content=[question, picture]), added("u2", "u1", content=[picture])
    )
    assert [item.text for item in both] == ["What is this? (picture)", "(picture)"]


def test_a_deleted_item_leaves_its_followers_where_they_were():
    conversation = talk(
        added("a", None), added("b", "a"), added("c", "b"),
        Event(type="conversation.item.deleted", item_id="b"),
    )  # fmt: skip
    assert conversation.order == ["a", "c"]


def test_an_item_that_was_deleted_while_it_was_made_stays_away():
    gone = added("b", None, role="assistant", type="conversation.item.done")
    conversation = talk(
        added("a", None), added("b", "a", role="assistant"),
        Event(type="conversation.item.deleted", item_id="b"),
        gone, added("c", "a"),
    )  # fmt: skip
    assert conversation.order == ["a", "c"]


def test_an_item_that_is_made_again_under_the_id_of_a_deleted_one_is_there():
    deleted = Event(type="conversation.item.deleted", item_id="a")
    assert talk(added("a", None), deleted, added("a", None)).order == ["a"]


def test_predecessors_in_a_ring_end_in_arrival_order():
    conversation = talk(added("a", "b"), added("b", "a"))
    assert conversation.order == ["a", "b"]


def test_a_user_item_stands_from_the_start_of_speech():
    conversation = talk(
        added("a", None, role="assistant"),
        SPEECH,
    )
    assert conversation.order == ["a", "u"]
    assert conversation.items["u"].state == "listening"


def test_a_late_transcript_lands_in_its_place():
    conversation = talk(
        added("u1", None, content=[{"type": "input_audio", "transcript": None}]),
        added("a1", "u1", role="assistant"),
        added("u2", "a1", content=[{"type": "input_audio", "transcript": None}]),
        Event(
            type="conversation.item.input_audio_transcription.completed",
            item_id="u1", content_index=0, transcript="first",
        ),
    )  # fmt: skip
    assert [item.text for item in conversation] == ["first", "", ""]
    assert not conversation.items["u1"].awaits_transcript
    assert conversation.items["u2"].awaits_transcript


def test_transcript_pieces_may_come_before_the_item():
    """gpt-realtime-whisper transcribes during speech, before the item is added."""
    conversation = talk(
        SPEECH,
        Event(type=DELTA, item_id="u", content_index=0, delta="good "),
        Event(type=DELTA, item_id="u", content_index=0, delta="morning"),
        added("u", None, content=[{"type": "input_audio", "transcript": None}]),
    )  # fmt: skip
    assert conversation.items["u"].text == "good morning"


def test_a_failed_transcription_says_why_and_ends_the_waiting():
    conversation = talk(
        added("u", None, content=[{"type": "input_audio", "transcript": None}]),
        Event(
            type="conversation.item.input_audio_transcription.failed",
            item_id="u", content_index=0, error={"message": "no model"},
        ),
    )  # fmt: skip
    assert conversation.items["u"].error == "no model"
    assert not conversation.items["u"].awaits_transcript


def test_items_of_a_response_beside_the_conversation_stay_out_of_it():
    conversation = talk(
        Event(type="response.output_item.added", response_id="r", output_index=0,
              item={"id": "x", "type": "message", "role": "assistant", "content": []}),
        Event(type="response.output_text.delta", item_id="x", content_index=0, delta="aside"),
    )  # fmt: skip
    assert conversation.order == []
    assert conversation.items["x"].text == "aside"


def test_a_speech_start_that_came_to_nothing_can_be_forgotten():
    conversation = talk(
        Event(type="input_audio_buffer.speech_started", item_id="u", audio_start_ms=0)
    )
    conversation.forget_unspoken("u")
    assert conversation.order == []


def recorded(shared, name):
    lines = (shared / "recordings" / name).read_text(encoding="utf-8").splitlines()[1:]
    records = [json.loads(line) for line in lines]
    return [Event(record["ev"]) for record in records if record["dir"] == "s"]


def test_three_recorded_spoken_turns_alternate(shared):
    name = "openai_ws__input_audio_retention_segments_three_server_vad_turns.jsonl"
    conversation = talk(*recorded(shared, name))
    assert [item.role for item in conversation] == ["user", "assistant"] * 3
    assert all(item.text and item.state == "completed" for item in conversation)


def test_a_recorded_tool_round_is_call_output_and_answer(shared):
    conversation = talk(*recorded(shared, "azure_ws__tool_call_round.jsonl"))
    assert [(item.type, item.role) for item in conversation] == [
        ("message", "user"),
        ("function_call", "tool"),
        ("function_call_output", "tool"),
        ("message", "assistant"),
    ]
    assert json.loads(conversation.items[conversation.order[1]].arguments)


# Hosted (MCP) tools: items as the API's reference has them


def hosted(**item):
    conversation = Conversation()
    item = {"id": "m", "server_label": "docs", **item}
    event = Event(type="conversation.item.done", event_id="e", previous_item_id=None, item=item)
    conversation.receive(event)
    return conversation


@pytest.mark.parametrize(
    ("item", "text", "error"),
    [
        (
            {"type": "mcp_list_tools", "tools": [{"name": "search"}, {"name": "fetch"}]},
            "docs: search, fetch",
            "",
        ),
        (
            {"type": "mcp_approval_request", "name": "search", "arguments": '{"q": 1}'},
            'docs.search({"q": 1})',
            "",
        ),
        ({"type": "mcp_approval_response", "approve": True}, "allowed", ""),
        ({"type": "mcp_approval_response", "approve": False}, "not allowed", ""),
        (
            {"type": "mcp_call", "name": "search", "arguments": "{}", "output": "two pages"},
            "docs.search({}) → two pages",
            "",
        ),
        (
            {
                "type": "mcp_call",
                "name": "search",
                "arguments": "{}",
                "error": {"type": "tool_execution_error", "message": "no network"},
            },
            "docs.search({})",
            "no network",
        ),
    ],
)
def test_an_item_of_a_hosted_tool_says_what_was_called_and_what_came_of_it(item, text, error):
    (shown,) = hosted(**item)
    assert (shown.role, shown.text, shown.error) == ("tool", text, error)
    assert shown.state == ("failed" if error else "completed")


def test_the_arguments_of_a_hosted_call_come_in_pieces():
    conversation = hosted(type="mcp_call", name="search", status="in_progress")
    for delta in ('{"q":', " 1}"):
        conversation.receive(
            Event(type="response.mcp_call_arguments.delta", event_id="e", item_id="m", delta=delta)
        )
    assert conversation.items["m"].text == 'docs.search({"q": 1})'


@pytest.mark.parametrize("type", ["mcp_list_tools.failed", "response.mcp_call.failed"])
def test_a_hosted_tool_that_fails_says_so(type):
    conversation = hosted(type=type.split(".")[-2], status="in_progress")
    conversation.receive(Event(type=type, event_id="e", item_id="m"))
    item = conversation.items["m"]
    assert item.state == "failed"
    assert item.error
