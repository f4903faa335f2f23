"""A session on the real offline server, written turns only: no sound, no models."""

import asyncio
import os
import signal
import threading

import pytest

from rt_notebook import (
    ConfigError,
    ConnectionLost,
    LocalProtocolError,
    Reply,
    ServerError,
    connect,
)

pytestmark = pytest.mark.slow


def test_a_written_turn_is_answered(session):
    reply = session.say("what is seven plus five", output_modalities=["text"]).wait(20)
    assert reply.status == "completed"
    assert "12" in reply.text or "twelve" in reply.text.lower()
    assert [item.role for item in session.items] == ["user", "assistant"]
    assert reply.usage["output_tokens"] > 0
    assert reply.heard_text == ""


def test_a_reply_can_be_awaited_in_any_loop(session):
    async def cell():
        return (await session.say("hello", output_modalities=["text"])).text

    assert asyncio.run(cell())


def test_ctrl_c_ends_the_waiting_and_the_reply_goes_on(session):
    reply = session.say("tell me a long story", output_modalities=["text"])
    threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
    waiting = Reply(session.conversation, session.log)  # of a response that never comes
    with pytest.raises(KeyboardInterrupt):
        waiting.wait(30)
    assert reply.wait(30).status == "completed"
    assert session.status == "open"


def test_two_requests_are_answered_one_after_the_other(session):
    first = session.say("what is one plus one", output_modalities=["text"])
    second = session.say("what is two plus two", output_modalities=["text"])
    assert second.wait(20).status == first.wait(20).status == "completed"
    assert first.id != second.id
    assert len(session.replies) == 2


def test_a_response_beside_the_conversation_leaves_it_alone(session):
    aside = session.respond(
        conversation="none",
        output_modalities=["text"],
        metadata={"topic": "aside"},
        input=[{"type": "message", "role": "user",
                "content": [{"type": "input_text", "text": "hello"}]}],
    )  # fmt: skip
    assert aside.wait(20).text
    assert aside.response["metadata"]["topic"] == "aside"
    assert session.items == []


def test_configure_is_acknowledged_and_in_force(session):
    session.configure(instructions="Be brief.", turn_detection="none").wait(10)
    assert session.config["instructions"] == "Be brief."
    assert session.turn_detection == "none"


def test_a_refusal_reaches_the_call_that_caused_it(session):
    acknowledgement = session.send({"type": "conversation.item.delete", "item_id": "nothing"})
    with pytest.raises(ServerError) as refusal:
        acknowledgement.wait(10)
    assert refusal.value.event_id == acknowledgement.event["event_id"]


def test_a_wrong_option_sends_nothing(session):
    events = len(session.log)
    with pytest.raises(ConfigError):
        session.configure(speed=9)
    with pytest.raises(ConfigError):
        session.say("hello", voise="marin")
    with pytest.raises(LocalProtocolError):
        session.say("   ")
    assert len(session.log) == events


def test_cancel_ends_a_long_reply(session):
    begun = threading.Event()
    session.on("response.output_audio.delta", lambda event: begun.set())
    reply = session.say("tell me a long story")
    assert begun.wait(20)
    session.cancel()
    assert reply.wait(20).status == "cancelled"
    with pytest.raises(LocalProtocolError, match="nothing to cancel"):
        session.cancel()


def test_a_server_that_dies_fails_the_reply_and_another_one_is_given_what_was_said(session):
    session.say("my name is Ada", output_modalities=["text"]).wait(20)
    speaking = threading.Event()
    session.on("response.output_audio.delta", lambda event: speaking.set())
    reply = session.say("tell me a long story")
    assert speaking.wait(20)
    died = session.backend.server.pid
    os.kill(died, signal.SIGTERM)
    with pytest.raises(ConnectionLost, match="ended with code"):
        reply.wait(20)
    assert reply.status == "failed"
    assert reply.text
    answer = session.say("what is my name", output_modalities=["text"]).wait(60)
    assert "Ada" in answer.text
    assert session.backend.server.pid != died
    assert session.status == "open"


def test_without_reconnect_a_session_ends_with_its_connection():
    session = connect("offline", quiet=True, reconnect=False)
    speaking = threading.Event()
    session.on("response.output_audio.delta", lambda event: speaking.set())
    reply = session.say("tell me a long story")
    assert speaking.wait(20)
    os.kill(session.backend.server.pid, signal.SIGTERM)
    with pytest.raises(ConnectionLost):
        reply.wait(20)
    assert session.status == "lost"
    assert connect("offline", quiet=True).say("hello", output_modalities=["text"]).wait(20).text


def test_callbacks_may_wait_for_replies_themselves(session):
    answers = []
    finished = threading.Event()

    def ask_again(event):
        if not answers:
            answers.append(session.say("hello", output_modalities=["text"]).wait(20).text)
            finished.set()

    session.on("response.done", ask_again)
    session.say("hello", output_modalities=["text"])
    assert finished.wait(30)
    assert answers[0]


def test_a_failing_callback_stops_nobody(session, caplog):
    seen = []
    done = threading.Event()

    def fail(event):
        raise ValueError("mine")

    session.on("response.done", fail)
    stop = session.on("*", lambda event: seen.append(event.type))
    session.on("response.done", lambda event: done.set())
    session.say("hello", output_modalities=["text"]).wait(20)
    assert done.wait(10)
    assert seen[-1] in ("response.done", "rate_limits.updated")
    stop()
    assert "mine" in caplog.text


def test_a_tool_that_the_model_calls_can_be_answered(session):
    city = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    tool = {
        "type": "function",
        "name": "get_weather",
        "description": "Tell the weather in a city.",
        "parameters": city,
    }
    session.configure(tools=[tool], output_modalities=["text"]).wait(10)
    (call,) = session.say("What is the weather in Paris?").wait(20).items
    assert (call.type, call.name) == ("function_call", "get_weather")
    assert "Paris" in call.arguments
    output = {
        "type": "function_call_output",
        "call_id": call.call_id,
        "output": "sunny, 21 degrees",
    }
    session.send({"type": "conversation.item.create", "item": output}).wait(10)
    assert "sunny" in session.respond().wait(20).text


def test_barge_in_is_a_setting_of_turn_detection(session):
    assert session.barge_in
    session.barge_in = False
    session.configure(instructions="Be brief.").wait(10)
    assert not session.barge_in
    detection = session.config["audio"]["input"]["turn_detection"]
    assert (detection["type"], detection["interrupt_response"]) == ("server_vad", False)


def test_barge_in_cannot_be_switched_without_turn_detection(session):
    session.configure(turn_detection="none").wait(10)
    with pytest.raises(ConfigError):
        session.barge_in = False
