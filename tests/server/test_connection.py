"""Client events and their answers over a real connection, in text."""

from __future__ import annotations

import base64

import pytest
from websockets.exceptions import ConnectionClosedError

from rt_notebook.server.brains.choice import chosen
from rt_notebook.server.speech import Speech

from .conftest import serving
from .http import post
from .test_responses import CALL_LADDER, TEXT_LADDER
from .wire import order, run, wired

WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "Look up the weather for a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
}
TEXT = {"output_modalities": ["text"]}


@run
async def test_a_text_turn_climbs_the_whole_ladder(text_server):
    async with wired(text_server) as wire:
        await wire.configure(**TEXT)
        await wire.say("What is seven plus five?")
        events = await wire.respond()
        assert order(events) == [*TEXT_LADDER, "rate_limits.updated"]
        response = events[-2]["response"]
        text = response["output"][0]["content"][0]["text"]
        assert text.endswith("Seven plus five is twelve.")
        assert response["usage"]["output_token_details"]["text_tokens"] > 0


@run
async def test_a_tool_turn_climbs_both_ladders(text_server):
    async with wired(text_server) as wire:
        await wire.configure(**TEXT, tools=[WEATHER])
        await wire.say("What is the weather in London?")
        events = await wire.respond()
        assert order(events) == [*CALL_LADDER, "rate_limits.updated"]
        call = events[-2]["response"]["output"][0]
        assert (call["name"], call["arguments"]) == ("get_weather", '{"city": "London"}')
        output = {"type": "function_call_output", "call_id": call["call_id"], "output": "Foggy"}
        await wire.send({"type": "conversation.item.create", "item": output})
        added = await wire.one("conversation.item.added")
        assert list(added["item"]) == ["id", "type", "call_id", "output"]
        assert added["previous_item_id"] == call["id"]
        await wire.one("conversation.item.done")
        events = await wire.respond()
        assert order(events) == [*TEXT_LADDER, "rate_limits.updated"]
        assert "Foggy" in events[-2]["response"]["output"][0]["content"][0]["text"]


@run
async def test_the_session_is_greeted_and_nothing_else_follows(text_server):
    # recorded: there is no conversation.created on a GA connection
    async with wired(text_server, query="?model=gpt-realtime") as wire:
        assert wire.events[0]["session"]["model"] == "gpt-realtime"
        await wire.configure(instructions="Be brief.")
        assert len(wire.events) == 2


@run
async def test_metadata_comes_back_with_the_response(text_server):
    async with wired(text_server) as wire:
        await wire.say("hello")
        events = await wire.respond(**TEXT, metadata={"topic": "greeting"})
        done = [event["response"] for event in events if "response" in event]
        assert [response["metadata"] for response in done] == [{"topic": "greeting"}] * 2


@run
async def test_a_response_out_of_band_leaves_the_conversation_alone(text_server):
    async with wired(text_server) as wire:
        item_id = await wire.say("hello")
        part = {"type": "input_text", "text": "What is two plus two?"}
        events = await wire.respond(
            **TEXT,
            conversation="none",
            input=[
                {"type": "item_reference", "id": item_id},
                {"type": "message", "role": "user", "content": [part]},
            ],
        )
        assert not [event for event in events if event["type"].startswith("conversation.")]
        response = events[-2]["response"]
        assert response["conversation_id"] is None
        assert "four" in response["output"][0]["content"][0]["text"]
        await wire.send(
            {"type": "conversation.item.retrieve", "item_id": response["output"][0]["id"]}
        )
        assert (await wire.one("error"))["error"]["code"] == "item_retrieve_invalid_item_id"


@run
async def test_tokens_can_be_limited(text_server):
    async with wired(text_server) as wire:
        await wire.say("Tell me a long story.")
        response = (await wire.respond(**TEXT, max_output_tokens=20))[-2]["response"]
        assert response["status"] == "incomplete"
        assert response["status_details"]["reason"] == "max_output_tokens"
        assert response["output"][0]["status"] == "incomplete"
        assert 20 <= response["usage"]["output_tokens"] <= 25


@run
async def test_what_is_asked_beside_the_conversation_leaves_its_cache(text_server):
    def cached(events):
        return events[-2]["response"]["usage"]["input_token_details"]["cached_tokens"]

    async with wired(text_server) as wire:
        await wire.configure(output_modalities=["text"], instructions="Be brief. " * 100)
        await wire.say("Hello.")
        assert cached(await wire.respond()) == 0
        whole = cached(await wire.respond())
        beside = await wire.respond(conversation="none", input=[], instructions="Say nothing.")
        assert cached(beside) == 0
        assert cached(await wire.respond()) >= whole >= 192


@pytest.mark.parametrize(
    ("tool_choice", "calls"),
    [("none", False), ("required", True), ({"type": "function", "name": "get_weather"}, True)],
)
def test_tool_choice_forbids_and_forces(text_server, tool_choice, calls):
    @run
    async def talk() -> None:
        async with wired(text_server) as wire:
            await wire.configure(**TEXT, tools=[WEATHER], tool_choice=tool_choice)
            await wire.say("weather in Rome" if tool_choice == "none" else "hello")
            output = (await wire.respond())[-2]["response"]["output"]
            assert (output[0]["type"] == "function_call") == calls

    talk()


@run
async def test_a_long_text_answer_can_be_cancelled(text_server):
    async with wired(text_server) as wire:
        await wire.say("Tell me a story of 5000 words.")
        asked = {"output_modalities": ["text"]}
        await wire.send({"type": "response.create", "response": asked})
        await wire.until("response.output_text.delta")
        await wire.send({"type": "response.cancel"})
        response = (await wire.until("response.done"))[-1]["response"]
        assert response["status_details"] == {"type": "cancelled", "reason": "client_cancelled"}


@run
async def test_items_can_be_placed_retrieved_and_deleted(text_server):
    async with wired(text_server) as wire:
        first = await wire.say("second")
        part = {"type": "input_text", "text": "first"}
        item = {"id": "mine", "type": "message", "role": "system", "content": [part]}
        await wire.send(
            {"type": "conversation.item.create", "previous_item_id": "root", "item": item}
        )
        assert (await wire.one("conversation.item.added"))["previous_item_id"] is None
        await wire.one("conversation.item.done")
        await wire.send({"type": "conversation.item.retrieve", "item_id": "mine"})
        retrieved = (await wire.one("conversation.item.retrieved"))["item"]
        assert retrieved == {**item, "status": "completed"}
        await wire.send({"type": "conversation.item.delete", "item_id": first})
        assert (await wire.one("conversation.item.deleted"))["item_id"] == first


@run
async def test_the_input_buffer_is_cleared(text_server):
    async with wired(text_server) as wire:
        await wire.send({"type": "input_audio_buffer.clear"})
        await wire.one("input_audio_buffer.cleared")


@run
async def test_less_than_100_ms_cannot_be_committed(text_server):
    async with wired(text_server) as wire:
        await wire.configure(audio={"input": {"turn_detection": None}})
        await wire.append(bytes(48 * 60))
        error = await wire.refusal({"type": "input_audio_buffer.commit"})
        assert error["code"] == "input_audio_buffer_commit_empty"
        assert error["message"] == (
            "Error committing input audio buffer: buffer too small. Expected at least 100ms "
            "of audio, but buffer only has 60.00ms of audio."
        )


@run
async def test_committed_silence_becomes_an_item_without_words(text_server):
    async with wired(text_server) as wire:
        await wire.configure(
            audio={"input": {"turn_detection": None, "transcription": {"model": "whisper-1"}}}
        )
        await wire.append(bytes(48 * 1200))
        await wire.send({"type": "input_audio_buffer.commit"})
        events = await wire.until("conversation.item.input_audio_transcription.completed")
        assert order(events) == [
            "input_audio_buffer.committed",
            "conversation.item.added",
            "conversation.item.done",
            "conversation.item.input_audio_transcription.completed",
        ]
        assert len({event.get("item_id") or event["item"]["id"] for event in events}) == 1
        assert events[1]["item"]["content"] == [{"type": "input_audio", "transcript": None}]
        assert events[-1]["transcript"] == ""
        assert events[-1]["usage"] == {"type": "duration", "seconds": 2}


@run
async def test_audio_is_retrieved_in_the_session_s_format(text_server):
    async with wired(text_server) as wire:
        await wire.configure(audio={"input": {"format": {"type": "audio/pcmu"}}})
        part = {"type": "input_audio", "audio": "AP+A", "transcript": "noise"}
        item = {"id": "mine", "type": "message", "role": "user", "content": [part]}
        await wire.send({"type": "conversation.item.create", "item": item})
        await wire.until("conversation.item.done")
        await wire.send({"type": "conversation.item.retrieve", "item_id": "mine"})
        assert (await wire.one("conversation.item.retrieved"))["item"]["content"] == [part]


@pytest.mark.slow
@run
async def test_a_client_that_does_not_read_is_dropped(text_server):
    async with wired(text_server) as wire:
        audio = base64.b64encode(bytes(6_000_000)).decode()
        part = {"type": "input_audio", "audio": audio, "transcript": "noise"}
        item = {"id": "big", "type": "message", "role": "user", "content": [part]}
        await wire.send({"type": "conversation.item.create", "item": item})
        await wire.until("conversation.item.done")

        async def ask_without_reading(event: dict) -> None:
            await wire.send(*[event] * 30)
            while True:
                await wire.socket.recv()

        with pytest.raises(ConnectionClosedError):
            await ask_without_reading({"type": "conversation.item.retrieve", "item_id": "big"})


@run
async def test_an_update_that_is_refused_changes_nothing(text_server):
    async with wired(text_server) as wire:
        before = await wire.configure()
        session = {"type": "realtime", "instructions": "new", "voice": "alloy"}
        await wire.refusal({"type": "session.update", "session": session})
        assert await wire.configure() == before


@run
async def test_several_calls_come_in_one_response(text_server):
    async with wired(text_server) as wire:
        await wire.configure(**TEXT, tools=[WEATHER])
        await wire.say("What is the weather in Paris and in London?")
        events = await wire.respond()
        ladder = [kind for kind in order(events) if kind != "rate_limits.updated"]
        assert ladder == [CALL_LADDER[0], *CALL_LADDER[1:-1], *CALL_LADDER[1:-1], CALL_LADDER[-1]]
        calls = events[-2]["response"]["output"]
        assert [call["arguments"] for call in calls] == ['{"city": "Paris"}', '{"city": "London"}']
        for call in calls:
            output = {"type": "function_call_output", "call_id": call["call_id"], "output": "Dry"}
            await wire.send({"type": "conversation.item.create", "item": output})
            await wire.until("conversation.item.done")
        text = (await wire.respond())[-2]["response"]["output"][0]["content"][0]["text"]
        assert text.count("Dry") == 2


@run
async def test_one_call_comes_at_a_time_where_the_session_says_so(text_server):
    async with wired(text_server) as wire:
        session = await wire.configure(**TEXT, tools=[WEATHER], parallel_tool_calls=False)
        assert session["parallel_tool_calls"] is False
        await wire.say("What is the weather in Paris and in London?")
        assert len((await wire.respond())[-2]["response"]["output"]) == 1


@run
async def test_a_picture_is_acknowledged(text_server):
    async with wired(text_server) as wire:
        head = "iVBORw0KGgoAAAANSUhEUgAAABAAAAAJCAYAAAA="  # of a PNG: 16 by 9
        picture = {"type": "input_image", "image_url": f"data:image/png;base64,{head}"}
        item = {"type": "message", "role": "user", "content": [picture]}
        await wire.send({"type": "conversation.item.create", "item": item})
        added = await wire.one("conversation.item.added")
        assert added["item"]["content"] == [picture]
        await wire.one("conversation.item.done")
        response = (await wire.respond(**TEXT))[-2]["response"]
        assert "PNG image of 16 by 9 pixels" in response["output"][0]["content"][0]["text"]
        assert response["usage"]["input_token_details"]["image_tokens"] == 85 + 170


@run
async def test_a_name_given_in_instructions_is_known(text_server):
    async with wired(text_server) as wire:
        await wire.configure(**TEXT, instructions="Your name is Ada.")
        await wire.say("What is your name?")
        text = (await wire.respond())[-2]["response"]["output"][0]["content"][0]["text"]
        assert text.startswith("My name is Ada.")


@run
async def test_pcm_without_a_rate_is_24_khz(text_server):
    async with wired(text_server) as wire:
        session = await wire.configure(audio={"input": {"format": {"type": "audio/pcm"}}})
        assert session["audio"]["input"]["format"] == {"type": "audio/pcm", "rate": 24000}


def test_a_language_model_is_not_told_that_it_is_none():
    with serving(Speech(), brain=chosen(["chat", "http://127.0.0.1:9/v1"])) as url:
        _status, minted, _headers = post(url, "/v1/realtime/client_secrets", {})

        @run
        async def talk() -> None:
            async with wired(url) as wire:
                told = wire.events[0]["session"]["instructions"]
                assert told == minted["session"]["instructions"]
                assert told.startswith("You are a helpful assistant")
                assert (await wire.configure(instructions=""))["instructions"] == told

        talk()


@run
async def test_the_demo_brain_s_sessions_say_that_it_is_no_language_model(text_server):
    async with wired(text_server) as wire:
        assert "not a language model" in wire.events[0]["session"]["instructions"]
