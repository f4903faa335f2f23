"""The ladder of one response, rung by rung, as recorded."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from rt_notebook.server.conversation import Conversation, Item
from rt_notebook.server.response_options import ResponseOptions
from rt_notebook.server.responses import Response
from tests.server_events import check_event

from .wire import audio_of, order

PCM = {"type": "audio/pcm", "rate": 24000}

# Hand-written from openai_ws__text_in_audio_out_turn.
AUDIO_LADDER = [
    "response.created",
    "response.output_item.added",
    "conversation.item.added",
    "response.content_part.added",
    "response.output_audio_transcript.delta",
    "response.output_audio.delta",
    "response.output_audio.done",
    "response.output_audio_transcript.done",
    "response.content_part.done",
    "conversation.item.done",
    "response.output_item.done",
    "response.done",
]
# Hand-written from openai_ws__message_history_seeding.
TEXT_LADDER = [
    "response.created",
    "response.output_item.added",
    "conversation.item.added",
    "response.content_part.added",
    "response.output_text.delta",
    "response.output_text.done",
    "response.content_part.done",
    "conversation.item.done",
    "response.output_item.done",
    "response.done",
]
# Hand-written from parity_ws__text_tool_round and azure_ws__tool_call_round.
CALL_LADDER = [
    "response.created",
    "response.output_item.added",
    "conversation.item.added",
    "response.function_call_arguments.delta",
    "response.function_call_arguments.done",
    "conversation.item.done",
    "response.output_item.done",
    "response.done",
]


class Recorded:
    """A response, its conversation and the events it sent."""

    def __init__(self, modality: str = "audio", **options: Any) -> None:
        self.events: list[dict[str, Any]] = []
        self.conversation = Conversation()
        self.conversation.add(Item({"id": "user_1", "type": "message", "role": "user"}))
        asked = {
            "instructions": "",
            "tools": [],
            "tool_choice": "auto",
            "max_output_tokens": "inf",
            "audio_format": PCM,
            "voice": "marin",
            **options,
        }
        self.response = Response(self._emit, ResponseOptions(modality, **asked), self.conversation)
        self.response.begin()

    def _emit(self, type: str, **fields: Any) -> None:
        event = {"type": type, "event_id": f"event_{len(self.events)}", **copy.deepcopy(fields)}
        check_event(event)
        self.events.append(event)

    def last(self, kind: str) -> dict[str, Any]:
        return [event for event in self.events if event["type"] == kind][-1]


def test_a_spoken_answer_has_the_ladder_of_the_recordings():
    recorded = Recorded()
    recorded.response.write("Hi")
    recorded.response.sound(bytes(4800))
    recorded.response.end()
    assert order(recorded.events) == AUDIO_LADDER


def test_a_written_answer_has_the_ladder_of_the_recordings():
    recorded = Recorded("text")
    recorded.response.write("Hi")
    recorded.response.write(" there")
    recorded.response.end()
    assert order(recorded.events) == TEXT_LADDER
    assert recorded.last("response.output_text.done")["text"] == "Hi there"


def test_a_function_call_has_no_content_parts():
    recorded = Recorded()
    recorded.response.call("get_weather", '{"city": "London"}')
    recorded.response.end()
    assert order(recorded.events) == CALL_LADDER
    done = recorded.last("response.function_call_arguments.done")
    assert (done["name"], done["arguments"]) == ("get_weather", '{"city": "London"}')
    deltas = [e["delta"] for e in recorded.events if e["type"].endswith("arguments.delta")]
    assert "".join(deltas) == '{"city": "London"}'


def test_a_message_and_a_call_are_two_items_of_one_response():
    recorded = Recorded("text")
    recorded.response.write("One moment.")
    recorded.response.call("get_weather", "{}")
    recorded.response.end()
    output = recorded.last("response.done")["response"]["output"]
    assert [item["type"] for item in output] == ["message", "function_call"]
    added = [e for e in recorded.events if e["type"] == "response.output_item.added"]
    assert [event["output_index"] for event in added] == [0, 1]


def test_parts_have_short_names_and_items_long_ones():
    recorded = Recorded()
    recorded.response.write("Hi")
    recorded.response.sound(bytes(4800))
    recorded.response.end()
    part = {"type": "audio", "transcript": "Hi"}
    assert recorded.last("response.content_part.done")["part"] == part
    item = recorded.last("conversation.item.done")["item"]
    assert item["content"] == [{"type": "output_audio", "transcript": "Hi"}]
    assert "object" not in item


def test_items_follow_the_item_before_them():
    recorded = Recorded("text")
    recorded.response.write("Hi")
    recorded.response.end()
    for kind in ("conversation.item.added", "conversation.item.done"):
        assert recorded.last(kind)["previous_item_id"] == "user_1"


def test_an_interrupted_answer_closes_every_rung_as_incomplete():
    recorded = Recorded()
    recorded.response.write("Once")
    recorded.response.sound(bytes(4800))
    recorded.response.end("cancelled", "turn_detected")
    assert order(recorded.events) == AUDIO_LADDER
    assert recorded.last("response.output_item.done")["item"]["status"] == "incomplete"
    response = recorded.last("response.done")["response"]
    assert response["status"] == "cancelled"
    assert response["status_details"] == {"type": "cancelled", "reason": "turn_detected"}


def test_an_answer_interrupted_before_its_first_word_is_empty_and_costs_nothing():
    # recorded (beta, semantic_kernel_1): output [] and every count zero
    recorded = Recorded()
    recorded.response.end("cancelled", "turn_detected")
    assert order(recorded.events) == ["response.created", "response.done"]
    response = recorded.last("response.done")["response"]
    assert response["output"] == []
    assert response["usage"]["total_tokens"] == 0


def test_what_is_truncated_while_it_is_spoken_stays_cut():
    recorded = Recorded()
    recorded.response.write("Once upon")
    recorded.response.sound(bytes(48 * 1000))
    item_id = recorded.conversation.last_id
    recorded.conversation.truncate(item_id, 0, 500)
    recorded.response.write(" a time")
    recorded.response.sound(bytes(48 * 1000))
    recorded.response.end("cancelled", "client_cancelled")
    part = {"type": "output_audio", "transcript": ""}
    assert recorded.last("conversation.item.done")["item"]["content"] == [part]
    assert recorded.last("response.output_item.done")["item"]["content"] == [part]
    assert recorded.last("response.done")["response"]["output"][0]["content"] == [part]
    assert recorded.conversation.retrieve(item_id).duration_ms == 500
    # the deltas that were sent add up to what the transcript's end tells
    done = recorded.last("response.output_audio_transcript.done")
    assert done["transcript"] == "Once upon a time"


def test_a_response_ends_once():
    recorded = Recorded("text")
    recorded.response.end("cancelled", "client_cancelled")
    recorded.response.end()
    assert order(recorded.events) == ["response.created", "response.done"]


def test_outside_of_the_conversation_there_are_no_conversation_events():
    recorded = Recorded("text", in_conversation=False, metadata={"topic": "x"})
    recorded.response.write("Hi")
    recorded.response.end()
    ladder = [kind for kind in TEXT_LADDER if not kind.startswith("conversation.")]
    assert order(recorded.events) == ladder
    for kind in ("response.created", "response.done"):
        response = recorded.last(kind)["response"]
        assert response["conversation_id"] is None
        assert response["metadata"] == {"topic": "x"}
    assert recorded.conversation.last_id == "user_1"


def test_the_response_object_has_the_keys_of_the_recordings():
    recorded = Recorded("text")
    recorded.response.end()
    for kind, usage in (("response.created", False), ("response.done", True)):
        response = recorded.last(kind)["response"]
        assert set(response) == {
            "object", "id", "status", "status_details", "output", "conversation_id",
            "output_modalities", "max_output_tokens", "audio", "usage", "metadata",
        }  # fmt: skip
        assert (response["usage"] is not None) == usage


def test_word_deltas_are_padded_and_audio_deltas_are_not():
    recorded = Recorded()
    recorded.response.write(" Hello")
    recorded.response.sound(bytes(4800))
    words = recorded.last("response.output_audio_transcript.delta")
    assert len(words["delta"] + words["obfuscation"]) == 16  # recorded: " Hello" has 10 more
    assert "obfuscation" not in recorded.last("response.output_audio.delta")


@pytest.mark.parametrize("kind", ["audio/pcmu", "audio/pcma"])
def test_g711_output_has_one_byte_for_each_of_8000_samples(kind):
    recorded = Recorded(audio_format={"type": kind})
    for _ in range(10):
        recorded.response.sound(bytes(4800))
    recorded.response.end()
    assert abs(len(audio_of(recorded.events)) - 8000) <= 1


def test_output_is_counted_and_full_at_the_limit():
    recorded = Recorded(max_output_tokens=30)
    assert not recorded.response.is_full
    recorded.response.sound(bytes(48 * 1500))  # 1.5 s are 30 tokens
    assert recorded.response.is_full
    recorded.response.end("incomplete", "max_output_tokens")
    response = recorded.last("response.done")["response"]
    assert response["status_details"] == {"type": "incomplete", "reason": "max_output_tokens"}
    assert response["usage"]["output_token_details"]["audio_tokens"] == 30


def test_no_more_tokens_are_written_than_may_be():
    recorded = Recorded("text", max_output_tokens=5)
    for word in ("Once", " upon", " a", " time"):  # 1, 2, 1 and 2 tokens, at 4 letters each
        recorded.response.write(word)
    assert recorded.response.is_full
    recorded.response.end("incomplete", "max_output_tokens")
    assert recorded.last("response.output_text.done")["text"] == "Once upon a tim"
    assert recorded.last("response.done")["response"]["usage"]["output_tokens"] == 5


def test_no_more_sound_is_sent_than_may_be():
    recorded = Recorded(max_output_tokens=4)
    recorded.response.write("Once upon")  # 3 tokens
    recorded.response.sound(bytes(4800))  # 100 ms are 2 tokens
    recorded.response.end("incomplete", "max_output_tokens")
    assert len(audio_of(recorded.events)) == 2400
    assert recorded.last("response.done")["response"]["usage"]["output_tokens"] == 4


def test_a_call_that_does_not_fit_is_cut_and_incomplete():
    recorded = Recorded(max_output_tokens=5)
    recorded.response.call("get_weather", '{"city": "London"}')
    assert recorded.response.is_full
    recorded.response.end("incomplete", "max_output_tokens")
    [call] = recorded.last("response.done")["response"]["output"]
    assert (call["status"], call["arguments"]) == ("incomplete", '{"city": ')  # 20 letters in all
    done = recorded.last("response.function_call_arguments.done")
    assert done["arguments"] == '{"city": '
    assert recorded.last("response.done")["response"]["usage"]["output_tokens"] == 5


def test_a_call_whose_name_alone_does_not_fit_has_no_arguments():
    recorded = Recorded(max_output_tokens=1)
    recorded.response.call("get_weather", "{}")
    recorded.response.end("incomplete", "max_output_tokens")
    [call] = recorded.last("response.done")["response"]["output"]
    assert (call["name"], call["arguments"]) == ("get_weather", "")
    assert recorded.last("response.done")["response"]["usage"]["output_tokens"] == 1
