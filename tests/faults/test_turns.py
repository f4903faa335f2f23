"""Responses and turns that do not go as asked, and audio that is nobody's."""

from __future__ import annotations

import math
import threading

import pytest

from rt_notebook import LocalProtocolError, ServerError
from rt_notebook.background import loop_thread
from rt_notebook.client.observer import Observer

from .matrix import fault
from .stand import TEXT, until

pytestmark = pytest.mark.slow

SAMPLES_PER_MS = 24


class Player(Observer):
    """Plays to a list, and says how much of it was rendered when it is told to be silent."""

    can_play = True

    def __init__(self, core, rendered_ms):
        self.heard, self._core, self._rendered_ms = [], core, rendered_ms

    def play(self, item_id, pcm):
        self.heard.append((item_id, pcm))

    def flush(self, epoch):
        self._core.flushed(epoch, self._rendered_ms * SAMPLES_PER_MS, 0.0)

    def items(self):
        return {item_id for item_id, _ in self.heard}

    def sound(self):
        return b"".join(pcm for _, pcm in self.heard)


def played(session, rendered_ms=0):
    player = Player(session.core, rendered_ms)
    loop_thread().call_soon(session.core.attach, player)
    return player


def errors(session):
    return [entry.event["error"] for entry in session.log if entry.event.type == "error"]


def sent(session, type):
    return [e.event for e in session.log if e.direction == "sent" and e.event.type == type]


def received(session, type):
    return [e.event for e in session.log if e.direction == "received" and e.event.type == type]


def tokens_of(reply):
    """What the server counted: one for every 50 ms that it said."""
    return reply.usage["output_token_details"]["audio_tokens"]


@fault(
    "F16",
    "deltas twice, out of order, of an unknown item, after their end, of a cancelled response",
    "each is played once, in the order of arrival, for they bear no numbers; what belongs to no "
    "response, or to a cancelled one, is not played",
)
def test_audio_of_no_response_is_not_played(faulty):
    session = faulty("stray", "after-done", speaks=True).connect()
    player = played(session)
    reply = session.say("hello").wait(30)
    assert player.items() == {reply.items[0].id}
    assert player.sound() == reply.audio
    assert session.items[-1].id == reply.items[0].id


@fault("F16")
def test_audio_that_came_twice_is_played_and_kept_once(faulty):
    session = faulty("twice", speaks=True).connect()
    player = played(session)
    reply = session.say("hello").wait(30)
    deltas = received(session, "response.output_audio.delta")
    assert len({event["event_id"] for event in deltas}) == len(deltas) > 1
    assert session.core.malformed_events == len(deltas)
    assert player.sound() == reply.audio
    assert tokens_of(reply) == math.ceil(len(reply.audio) / 48 / 50)


@fault("F16")
def test_text_that_came_twice_is_read_once_while_it_comes(faulty):
    session = faulty("twice").connect()
    read = []
    session.on("response.output_text.delta", lambda event: read.append(event["delta"]))
    reply = session.say("repeat after me: one two three", **TEXT).wait(20)
    until(lambda: "".join(read) == reply.text)
    assert reply.text.count("three") == 1


@fault("F16")
def test_audio_out_of_order_is_played_once_as_it_came(faulty):
    session = faulty("swapped@2", speaks=True).connect()
    player = played(session)
    reply = session.say("hello").wait(30)
    came = [session.log.sound(entry.audio) for entry in session.log if entry.audio]
    assert [pcm for _, pcm in player.heard] == came
    assert reply.audio == b"".join(came)
    assert tokens_of(reply) == math.ceil(len(reply.audio) / 48 / 50)


@fault("F16")
def test_a_response_that_goes_on_after_its_cancel_is_not_heard(faulty):
    session = faulty("no-cancel", speaks=True).connect()
    player = played(session)
    reply = session.say("repeat after me: " + "The river is wide and the boat is small. " * 4)
    until(lambda: player.heard)
    session.cancel()
    until(lambda: sent(session, "response.cancel"))
    heard = len(player.heard)
    assert reply.wait(60).status == "completed"
    assert len(received(session, "response.output_audio.delta")) > heard
    assert len(player.heard) == heard


@fault(
    "F18",
    "the server's own response is active when one is asked for",
    "the request waits, and is sent once, after it",
)
def test_a_request_that_came_too_early_is_sent_once_more_after_the_other(faulty):
    session = faulty("own-response").connect()
    reply = session.say("hello", **TEXT).wait(20)
    assert reply.text
    kinds = [e.event.type for e in session.log if e.event.type in ("response.done", "error")]
    assert kinds == ["error", "response.done", "response.done"]
    assert len(sent(session, "response.create")) == 2
    assert len({event["event_id"] for event in sent(session, "response.create")}) == 1


@fault("F19", "a response begins after it was cancelled", "cancelled by its id; nothing is heard")
def test_a_response_that_begins_after_its_cancel_is_cancelled_and_not_heard(faulty):
    session = faulty("late-response:1000", speaks=True).connect()
    player = played(session)
    reply = session.say("tell me a long story")
    until(lambda: sent(session, "response.create"))
    session.cancel()
    assert reply.wait(20).status == "cancelled"
    (cancel,) = sent(session, "response.cancel")
    assert cancel["response_id"] == reply.id
    assert player.heard == []
    assert errors(session) == []


@fault("F20", "0 or 60 ms of audio are committed", "a typed error, and nothing is sent")
@pytest.mark.parametrize("length_ms", [0, 60])
def test_too_little_audio_is_not_committed(faulty, length_ms):
    session = faulty().connect()
    session.configure(turn_detection="none").wait(10)
    if length_ms:
        session.send_audio(bytes(48 * length_ms), pace="fast", commit=False)
        until(lambda: sent(session, "input_audio_buffer.append"))
    with pytest.raises(LocalProtocolError, match=f"got {length_ms} ms"):
        session.commit_audio().wait(10)
    assert sent(session, "input_audio_buffer.commit") == []
    assert errors(session) == []


@fault(
    "F21",
    "the user breaks in at 0 ms, amid an answer, 20 times in a row",
    "truncated at what was played, never at 0, never beyond what was received",
)
@pytest.mark.parametrize("rendered_ms", [0, 40, 60_000])
def test_breaking_in_truncates_at_what_was_played(faulty, rendered_ms):
    session = faulty("false-starts:20@2", speaks=True).connect()
    player = played(session, rendered_ms)
    reply = session.say("hello")
    reply.wait(30)
    until(lambda: len([e for e in session.log if "speech_stopped" in e.event.type]) == 20)
    session.configure(instructions="All is settled.").wait(10)
    truncates = sent(session, "conversation.item.truncate")
    received_ms = sum(len(pcm) for _, pcm in player.heard) // 48
    expected = [min(rendered_ms, received_ms)] if rendered_ms else []
    assert [event["audio_end_ms"] for event in truncates] == expected
    assert errors(session) == []


@fault("F21")
@pytest.mark.parametrize(("rendered_ms", "truncated"), [(0, []), (40, [40]), (60_000, [])])
def test_breaking_in_after_the_answer_was_made_cuts_what_was_not_heard(
    faulty, rendered_ms, truncated
):
    session = faulty("late-starts", speaks=True).connect()
    played(session, rendered_ms)
    session.say("hello").wait(30)
    until(lambda: received(session, "input_audio_buffer.speech_stopped"))
    session.configure(instructions="All is settled.").wait(10)
    truncates = sent(session, "conversation.item.truncate")
    assert [event["audio_end_ms"] for event in truncates] == truncated
    assert errors(session) == []


@fault(
    "F33",
    "a tool raises, hangs, returns 10 MB or no JSON; its arguments are no JSON",
    "the model gets an error, or what fits; the talk goes on; one thread is abandoned at most",
)
def test_arguments_that_are_no_json_are_told_to_the_model(faulty):
    session = faulty("bad-arguments").connect()
    ran = threading.Event()

    def get_weather(city: str) -> str:
        """Tell the weather in a city."""
        ran.set()
        return "sunny"

    session.tool(get_weather, read_only=True)
    session.configure(output_modalities=["text"]).wait(10)
    session.say("What is the weather in Paris?").wait(20)
    (output,) = [item for item in session.items if item.type == "function_call_output"]
    assert "JSON" in output.output
    assert not ran.is_set()
    assert session.say("hello").wait(20).text


def test_a_refusal_of_a_response_reaches_its_reply(faulty):
    session = faulty().connect()
    with pytest.raises(ServerError):
        session.send({"type": "conversation.item.delete", "item_id": "nothing"}).wait(10)
