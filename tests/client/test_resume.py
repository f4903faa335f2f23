"""One session over several connections: what is restored, asked again, lost, and said."""

import asyncio
import base64
import threading

import pytest

from rt_notebook.client.tool_schema import tool_of
from rt_notebook.client.waiting import Acknowledgement
from rt_notebook.errors import ConnectionLost
from rt_notebook.protocol.endings import DELAYS
from rt_notebook.protocol.events import Event
from rt_notebook.secret import Secret

from .talking import added, item, run
from .wire import Wire

SECOND = bytes(48_000)
WEATHER = {"type": "function", "name": "weather", "parameters": {"type": "object"}}
MCP = {
    "type": "mcp",
    "server_label": "notes",
    "server_url": "https://notes.example/mcp",
    "authorization": Secret("token-of-the-tool-server"),
}


def test_configuration_tools_and_items_are_restored_in_order():
    async def scenario(talk):
        talk.send("session.update", session={"type": "realtime", "tools": [WEATHER, MCP]})
        talk.wire.say({"type": "session.updated", "session": {"type": "realtime"}})
        call = {
            "id": "item_3", "type": "function_call", "status": "completed",
            "name": "weather", "call_id": "call_1", "arguments": "{}",
        }  # fmt: skip
        output = {"id": "item_4", "type": "function_call_output", "call_id": "call_1"}
        talk.wire.say(
            added(item("item_2", "assistant", "output_audio", "Good morning."), "item_1"),
            added(item("item_1", "user", "input_audio", "hello"), None),
            added(call, "item_2"),
            added({**output, "output": "sunny"}, "item_3"),
        )
        await talk.settle()
        await talk.lose()
        told = await talk.answer_restoration()
        update, *creates = told
        assert update["session"]["tools"][1]["authorization"] == "token-of-the-tool-server"
        assert [(e["item"]["id"], e["item"]["type"]) for e in creates] == [
            ("item_1", "message"),
            ("item_2", "message"),
            ("item_3", "function_call"),
            ("item_4", "function_call_output"),
        ]
        assert creates[0]["item"]["content"] == [{"type": "input_text", "text": "hello"}]
        assert creates[1]["item"]["content"] == [{"type": "output_text", "text": "Good morning."}]
        assert (talk.core.status, talk.witness.statuses) == ("open", ["reconnecting", "open"])
        (notice,) = talk.witness.notices
        assert notice[0] == "info"
        assert "4 items restored" in notice[1]
        assert "speech" not in notice[1]

    run(scenario, Wire)


def test_what_was_restored_looks_as_before_and_new_items_follow_it():
    async def scenario(talk):
        talk.wire.say(
            added(item("item_1", "user", "input_audio", "hello"), None),
            added({"id": "item_2", "type": "mcp_list_tools"}, "item_1"),
        )
        await talk.settle()
        await talk.lose()
        await talk.answer_restoration()
        talk.wire.say(added(item("item_3", "user", "input_text", "and now?"), "item_1"))
        await talk.settle()
        conversation = talk.core.machine.conversation
        assert conversation.order == ["item_1", "item_2", "item_3"]
        assert conversation.items["item_1"].parts[0].type == "audio"

    run(scenario, Wire)


def test_items_of_the_client_go_back_as_it_made_them():
    picture = {"type": "input_image", "image_url": "data:image/png;base64,AAAA"}
    made = {"id": "item_1", "type": "message", "role": "user", "content": [picture]}

    async def scenario(talk):
        talk.send("conversation.item.create", item=made)
        talk.wire.say(added({**made, "content": [{"type": "input_image"}]}, None))
        await talk.settle()
        await talk.lose()
        (create,) = await talk.answer_restoration()
        assert create["item"] == made

    run(scenario, Wire)


def test_sound_of_the_client_goes_back_in_the_format_that_is_in_force_by_then():
    def session(format):
        return {"type": "session.updated", "session": {"audio": {"input": {"format": format}}}}

    def sound(audio):
        part = {"type": "input_audio", "audio": base64.b64encode(audio).decode()}
        return {"id": "item_1", "type": "message", "role": "user", "content": [part]}

    def told(create):
        return base64.b64decode(create["item"]["content"][0]["audio"])

    async def scenario(talk):
        talk.send("conversation.item.create", item=sound(SECOND))
        talk.wire.say(added(item("item_1", "user", "input_audio", None), None))
        talk.wire.say(session({"type": "audio/pcmu"}))
        await talk.settle()
        await talk.lose()
        (create,) = await talk.answer_restoration()
        assert told(create) == b"\xff" * 8000  # silence, as G.711 writes it
        talk.wire.say(session({"type": "audio/pcm", "rate": 24000}))
        await talk.settle()
        await talk.lose(attempt=1)
        (create,) = await talk.answer_restoration()
        assert told(create) == SECOND

    run(scenario, Wire, Wire)


def test_sound_in_g711_goes_back_as_pcm():
    sound = base64.b64encode(b"\xd5" * 800).decode()  # 100 ms of A-law's silence
    made = {"id": "item_1", "type": "message", "role": "user"}
    made["content"] = [{"type": "input_audio", "audio": sound}]

    async def scenario(talk):
        alaw = {"audio": {"input": {"format": {"type": "audio/pcma"}}}}
        talk.wire.say({"type": "session.updated", "session": alaw})
        await talk.settle()
        talk.send("conversation.item.create", item=made)
        talk.wire.say(added(item("item_1", "user", "input_audio", None), None))
        talk.wire.say({"type": "session.updated", "session": {}})
        await talk.settle()
        await talk.lose()
        (create,) = await talk.answer_restoration()
        assert len(base64.b64decode(create["item"]["content"][0]["audio"])) == 4800

    run(scenario, Wire)


def test_a_reply_that_had_begun_fails_and_one_that_had_not_is_asked_for_once_more():
    async def scenario(talk):
        begun = talk.respond("first")
        talk.begin("resp_1", "first")
        await talk.settle()
        queued = talk.respond("second")
        beside = talk.respond("third", conversation="none")
        await talk.settle()
        await talk.lose(1011, "overloaded")
        with pytest.raises(ConnectionLost, match="1011"):
            begun.wait(0)
        creates = [e["event_id"] for e in await talk.answer_restoration()]
        assert creates == ["third", "second"]
        assert not queued.done
        await talk.lose(attempt=1)
        with pytest.raises(ConnectionLost):
            beside.wait(0)
        assert [e["event_id"] for e in await talk.answer_restoration()] == ["second"]

    run(scenario, Wire, Wire)


def test_what_is_asked_meanwhile_is_sent_after_the_restoration():
    async def scenario(talk):
        talk.wire.say(added(item("item_1", "user", "input_text", "hello"), None))
        await talk.settle()
        talk.wire.end(1006)
        await talk.settle()
        made = {"type": "message", "role": "user", "content": []}
        talk.send("conversation.item.create", item={**made, "id": "item_2"})
        talk.respond()
        await talk.clock.advance(DELAYS[0])
        told = [
            (e["type"], (e.get("item") or {}).get("id")) for e in await talk.answer_restoration()
        ]
        assert told == [
            ("conversation.item.create", "item_1"),
            ("conversation.item.create", "item_2"),
            ("response.create", None),
        ]

    run(scenario, Wire)


CALL = {
    "id": "item_c", "type": "function_call", "call_id": "call_1", "name": "slow",
    "arguments": "{}", "status": "completed",
}  # fmt: skip


def test_a_tool_that_runs_meanwhile_is_answered_on_the_next_connection():
    async def scenario(talk):
        gate = threading.Event()
        update = Acknowledgement(Event(type="session.update", event_id="update"))
        talk.core.tools.add(tool_of(gate.wait, name="slow", read_only=True), update)
        reply = talk.respond()
        await talk.answer_restoration()
        talk.begin()
        done = {"id": "resp_1", "status": "completed", "output": [CALL]}
        talk.wire.say(added(CALL, None), {"type": "response.done", "response": done})
        await talk.settle()
        (thread,) = [one for one in threading.enumerate() if one.name == "rt-tool slow"]
        await talk.lose()
        gate.set()
        await asyncio.to_thread(thread.join, 10)
        told = await talk.answer_restoration()
        assert told[0]["session"]["tools"] == [talk.core.tools["slow"].definition]
        assert [event["type"] for event in told[1:]] == [
            "conversation.item.create", "conversation.item.create", "response.create",
        ]  # fmt: skip
        assert [event["item"]["type"] for event in told[1:3]] == [
            "function_call", "function_call_output",
        ]  # fmt: skip
        assert not reply.done

    run(scenario, Wire)


def test_what_a_server_asked_that_is_gone_is_asked_no_more():
    async def scenario(talk):
        request = {
            "id": "mcpr_1", "type": "mcp_approval_request", "server_label": "notes",
            "name": "write", "arguments": "{}",
        }  # fmt: skip
        talk.wire.say(added(request, None))
        await talk.settle()
        assert len(talk.core.tools.approvals.waiting) == 1
        await talk.lose()
        assert talk.core.tools.approvals.waiting == []

    run(scenario, Wire)


def test_what_hosted_tools_gave_is_known_to_the_next_server():
    async def scenario(talk):
        of_it = {"server_label": "notes", "name": "read", "arguments": "{}"}
        answer = {"type": "mcp_approval_response", "approval_request_id": "mcpr_1"}
        answer |= {"id": "item_1", "approve": True}
        call = {"id": "mcp_1", "type": "mcp_call", **of_it, "approval_request_id": "mcpr_1"}
        talk.wire.say(added({"id": "mcpr_1", "type": "mcp_approval_request", **of_it}, None))
        talk.send("conversation.item.create", item=answer)
        talk.wire.say(
            added(answer, "mcpr_1"),
            added({**call, "output": None, "error": None}, "item_1"),
            {
                "type": "conversation.item.done",
                "previous_item_id": "item_1",
                "item": {**call, "output": "milk", "error": None},
            },
        )
        await talk.settle()
        before = talk.core.machine.conversation.order
        await talk.lose()
        told = [create["item"] for create in await talk.answer_restoration()]
        assert [(item["type"], item["call_id"]) for item in told] == [
            ("function_call", "mcp_1"),
            ("function_call_output", "mcp_1"),
        ]
        assert told[1]["output"] == "milk"
        assert talk.core.machine.conversation.order == before
        ((level, sentence),) = talk.witness.notices
        assert (level, "2 items restored" in sentence, "refused" in sentence) == (
            "info",
            True,
            False,
        )

    run(scenario, Wire)


def test_a_commit_that_was_not_taken_fails_with_the_answer_to_it():
    async def scenario(talk):
        talk.core.append_audio(SECOND)
        commit = talk.send("input_audio_buffer.commit")
        reply = talk.respond()
        await talk.lose()
        for waiting in (commit, reply):
            with pytest.raises(ConnectionLost):
                waiting.wait(0)
        assert await talk.answer_restoration() == []

    run(scenario, Wire)


def test_a_talk_that_goes_on_after_each_loss_may_be_lost_any_number_of_times():
    losses = 2 * len(DELAYS)

    async def scenario(talk):
        for number in range(losses):
            await talk.lose()
            heard = {"item_id": f"item_{number}", "audio_start_ms": 0}
            talk.wire.say({"type": "input_audio_buffer.speech_started", **heard})
            await talk.settle()
        assert (talk.core.status, len(talk.dials)) == ("open", losses)

    run(scenario, *[Wire] * losses)


def test_two_seconds_of_speech_are_held_and_the_rest_is_dropped_and_counted():
    async def scenario(talk):
        talk.wire.end(1006)
        await talk.settle()
        for first in (1, 2, 3, 4):
            talk.core.append_audio(bytes([first, 0]) * 24_000)
        await talk.clock.advance(DELAYS[0])
        told = await talk.answer_restoration()
        assert [event["type"] for event in told] == ["input_audio_buffer.append"] * 2
        assert [event["audio"][:4] for event in told] == ["AwAD", "BAAE"]
        assert "2.0 s of your speech lost" in talk.witness.notices[0][1]

    run(scenario, Wire)


def test_speech_that_no_item_holds_yet_counts_as_lost_and_silence_does_not():
    async def scenario(talk):
        talk.core.append_audio(SECOND * 3)
        talk.wire.say(
            {"type": "input_audio_buffer.speech_started", "item_id": "i", "audio_start_ms": 1500}
        )
        await talk.settle()
        await talk.lose()
        await talk.answer_restoration()
        assert "1.5 s of your speech lost" in talk.witness.notices[0][1]
        assert talk.core.machine.conversation.order == []
        talk.core.append_audio(SECOND)
        await talk.lose(attempt=1)
        await talk.answer_restoration()
        assert "speech" not in talk.witness.notices[1][1]

    run(scenario, Wire, Wire)


def test_what_was_said_and_not_transcribed_goes_back_as_sound():
    async def scenario(talk):
        talk.core.append_audio(SECOND)
        talk.core.append_audio(bytes([7, 0]) * 12_000)
        for kind, place in (("started", "audio_start_ms"), ("stopped", "audio_end_ms")):
            ms = 1000 if kind == "started" else 1500
            event = {"type": f"input_audio_buffer.speech_{kind}", "item_id": "item_1", place: ms}
            talk.wire.say(event)
        talk.wire.say({"type": "input_audio_buffer.committed", "item_id": "item_1"})
        talk.wire.say(added(item("item_1", "user", "input_audio", None), None))
        await talk.settle()
        await talk.lose()
        (create,) = await talk.answer_restoration()
        (part,) = create["item"]["content"]
        assert part["type"] == "input_audio"
        assert len(part["audio"]) == 24_000 // 3 * 4
        assert part["audio"].startswith("BwAHAAcA")

    run(scenario, Wire)


def test_an_answer_of_the_former_connection_is_never_truncated_on_the_new_one():
    async def scenario(talk):
        talk.witness.can_play = True
        talk.begin()
        of_item = {"response_id": "resp_1", "item_id": "item_1", "content_index": 0}
        raw = {"id": "item_1", "type": "message", "role": "assistant", "status": "in_progress"}
        talk.wire.say(
            added(raw, None),
            {"type": "response.output_audio.delta", **of_item, "delta": "AAAA" * 6400},
            {"type": "response.output_audio_transcript.delta", **of_item, "delta": "Good day."},
        )
        await talk.settle()
        await talk.lose()
        told = await talk.answer_restoration()
        assert [event["item"]["content"][0]["text"] for event in told] == ["Good day."]
        talk.core.interrupt()
        talk.core.flushed(0, 4800, 0.0)
        assert talk.wire.outbox.empty
        assert talk.core.machine.conversation.items["item_1"].state == "interrupted"

    run(scenario, Wire)
