"""A talk over two connections: live, saved and replayed it is the same, and its turns are right."""

import asyncio
import math
from decimal import Decimal

import pytest

import rt_notebook as rt
from rt_notebook.analysis.turns import turns
from rt_notebook.client.replay import replay_recording
from rt_notebook.protocol.events import encode_audio
from rt_notebook.protocol.heard import heard_items
from rt_notebook.record import layout
from rt_notebook.record.packing import pack

from ..analysis.talk import tone, usage
from .talking import Witness, added, item, talking
from .wire import Wire

SESSION = {
    "type": "realtime",
    "model": "gpt-realtime-2.1",
    "audio": {"input": {"turn_detection": {"type": "server_vad", "silence_duration_ms": 500}}},
}
SECOND_OF_SAMPLES = 24_000


class Page(Witness):
    can_play = True


async def answer(talk, number, text, ms, *, previous, ends=True):
    """Let the server answer: response `r`, item `a`, its words and so much sound."""
    about = {"response_id": f"r{number}", "item_id": f"a{number}", "content_index": 0}
    made = item(f"a{number}", "assistant", "output_audio", text)
    talk.wire.say(
        {"type": "response.output_item.added", "response_id": f"r{number}", "item": made},
        added(made, previous),
        {"type": "response.output_audio.delta", "delta": encode_audio(tone(ms)), **about},
    )
    if ends:
        done = {"id": f"r{number}", "status": "completed", "usage": usage(10, 0, 5, 20)}
        talk.wire.say(
            {"type": "response.output_audio.done", **about},
            {"type": "response.done", "response": done},
        )
    await talk.settle()


async def speak(talk, item_id, previous):
    """Say something of 300 ms, which ends at 700 ms of what this server has heard."""
    for start in range(0, 700, 100):
        talk.core.append_audio(tone(100) if 100 <= start < 400 else bytes(4800))
        await talk.clock.advance(0.1)
    told = {"item_id": item_id}
    talk.wire.say(
        {"type": "input_audio_buffer.speech_started", "audio_start_ms": 100, **told},
        {"type": "input_audio_buffer.speech_stopped", "audio_end_ms": 700, **told},
        {"type": "input_audio_buffer.committed", "previous_item_id": previous, **told},
        added(item(item_id, "user", "input_audio", None), previous),
    )
    await talk.settle()


async def reconnected_talk(talk):
    """One turn is heard, one breaks off, one is asked twice, and one is spoken after that."""
    talk.core.attach(Page())
    talk.wire.say({"type": "session.updated", "session": SESSION})
    await speak(talk, "u1", None)
    talk.wire.say({"type": "response.created", "response": {"id": "r1"}})
    await answer(talk, 1, "It is noon.", 1000, previous="u1")
    await talk.clock.advance(1)
    talk.core.played(0, SECOND_OF_SAMPLES, 0.0)
    talk.send("conversation.item.create", item=item("u2", "user", "input_text", "And then?"))
    talk.wire.say(added(item("u2", "user", "input_text", "And then?"), "a1"))
    await talk.settle()
    talk.respond("second")
    talk.begin("r2", "second")
    await answer(talk, 2, "one two three four", 2000, previous="u2", ends=False)
    await talk.clock.advance(1)
    talk.core.played(0, 2 * SECOND_OF_SAMPLES, 0.0)
    talk.respond("beside", conversation="none")
    await talk.settle()
    await talk.lose()
    await talk.answer_restoration()
    talk.begin("r3", "beside")
    talk.wire.say({"type": "response.done", "response": {"id": "r3", "status": "completed"}})
    await talk.settle()
    await speak(talk, "u4", "a2")
    talk.core.flushed(0, 2 * SECOND_OF_SAMPLES + 2400, 0.0)
    talk.wire.say({"type": "response.created", "response": {"id": "r4"}})
    await answer(talk, 4, "Good night.", 1000, previous="u4")
    await talk.clock.advance(1)
    talk.core.played(1, SECOND_OF_SAMPLES, 0.0)


@pytest.fixture(scope="module")
def live():
    async def main():
        async with talking(Wire()) as talk:
            await reconnected_talk(talk)
            return talk.core

    return asyncio.run(main())


@pytest.fixture(scope="module")
def path(live, tmp_path_factory):
    path = tmp_path_factory.mktemp("talk") / "reconnected.rtsession"
    pack(path, live.log, layout.manifest(model="gpt-realtime-2.1"))
    return path


@pytest.fixture(scope="module")
def again(path):
    return replay_recording(rt.open(path), speed=math.inf).wait(20)


def test_saved_and_replayed_every_event_is_the_live_one(live, path, again, tmp_path):
    assert list(rt.open(path).log) == list(live.log)
    assert list(again.log) == list(live.log)
    assert pack(tmp_path / "again", again.log, rt.open(path).manifest) is None
    assert (tmp_path / "again").read_bytes() == path.read_bytes()


def test_the_log_tells_where_the_connection_ended_and_what_restored_it(live):
    types = [entry.event.type for entry in live.log if entry.direction == "client"]
    assert types == ["client.disconnected", "client.reconnected"]
    entries = list(live.log)
    first, last = (n for n, entry in enumerate(entries) if entry.direction == "client")
    assert "1006" in entries[first].event["reason"]
    sent = [entry.event for entry in entries[first:last] if entry.direction == "sent"]
    assert [event["item"]["id"] for event in sent] == ["u1", "a1", "u2", "a2"]
    assert entries[last + 1].event["event_id"] == "beside"


def test_items_and_what_was_heard_are_the_same_live_saved_and_replayed(live, path, again):
    machine = live.machine
    assert machine.conversation.order == ["u1", "a1", "u2", "a2", "u4", "a4"]
    heard = heard_items(machine.conversation, machine.ledger)
    assert [(one.item_id, one.state) for one in heard.values()] == [
        ("a1", "heard"),
        ("a2", "cut"),
        ("a4", "heard"),
    ]
    for talk in (rt.open(path), again):
        assert talk.items == list(machine.conversation)
        assert talk.heard == heard
        assert talk.machine.active_response is None


def test_each_turn_has_what_was_said_in_it_and_nothing_that_was_restored(live):
    rows = turns(live.log)
    assert [(turn.item_ids, turn.response_ids) for turn in rows] == [
        (("u1",), ("r1",)),
        (("u2",), ("r2",)),
        ((), ("r3",)),
        (("u4",), ("r4",)),
    ]
    assert [turn.interrupted for turn in rows] == [False, True, False, False]
    assert [turn.heard for turn in rows] == ["It is noon.", "one two", None, "Good night."]


def test_the_cost_and_the_waits_are_those_of_each_turn(live, path, again):
    rows = turns(live.log)
    # 10 text in at $4, 5 text out at $24, 20 audio out at $64 a million
    price = Decimal("0.00144")
    assert [turn.dollars for turn in rows] == [price, None, None, price]
    waits = [turn.latency.end_of_speech_to_stop_ms for turn in rows]
    # the last of the sound was sent 400 ms before the server said so, on either connection
    assert waits == [pytest.approx(400), None, None, pytest.approx(400)]
    for talk in (rt.open(path), again):
        assert [turn.as_row() for turn in talk.turns] == [turn.as_row() for turn in rows]
        assert repr(talk.turns.latency) == repr(rows.latency)
