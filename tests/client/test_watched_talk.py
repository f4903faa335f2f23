"""What a client decides by itself stands in the log: replayed and rebuilt, the same follows."""

import asyncio
import math

import pytest

import rt_notebook as rt
from rt_notebook.client.outstanding import Patience
from rt_notebook.client.replay import replay_recording
from rt_notebook.client.watch import Watch
from rt_notebook.protocol.events import encode_audio
from rt_notebook.protocol.heard import heard_items
from rt_notebook.record import layout
from rt_notebook.record.packing import pack

from ..analysis.talk import tone
from .talking import Witness, added, item, talking
from .wire import Wire


class Page(Witness):
    can_play = True


async def says(talk, number, ms):
    about = {"response_id": f"resp_{number}", "item_id": f"a{number}", "content_index": 0}
    made = item(f"a{number}", "assistant", "output_audio", "one two three four")
    talk.wire.say(
        {"type": "response.output_item.added", "response_id": f"resp_{number}", "item": made},
        added(made, None),
        {"type": "response.output_audio.delta", "delta": encode_audio(tone(ms)), **about},
    )
    await talk.settle()


async def an_answer_breaks_off(talk):
    talk.respond("first")
    talk.respond("second")
    talk.begin("resp_1", "first")
    await says(talk, 1, 1000)
    talk.core.played(0, 24_000, 0.0)
    await talk.clock.advance(62)
    talk.begin("resp_2", "second")
    await says(talk, 2, 1000)


async def an_answer_never_begins(talk):
    talk.respond("first")
    talk.respond("second")
    await talk.clock.advance(62)
    talk.begin("resp_2", "second")
    await says(talk, 2, 1000)


async def a_configuration_is_not_answered(talk):
    talk.send("session.update", session={"type": "realtime", "instructions": "one"})
    await talk.clock.advance(32)
    session = {"type": "realtime", "instructions": "two"}
    talk.send("session.update", name="two", session=session)
    talk.wire.say({"type": "session.updated", "session": session})
    await talk.settle()


async def the_machine_sleeps(talk):
    talk.respond("first")
    talk.begin("resp_1", "first")
    await says(talk, 1, 2000)
    talk.core.played(0, 12_000, 0.0)
    talk.clock.jump(3600)
    await talk.clock.advance(1)
    talk.core.flushed(0, 24_000, 0.0)
    await talk.answer_restoration()


async def the_session_is_lost(talk):
    talk.respond("first")
    talk.begin("resp_1", "first")
    await says(talk, 1, 2000)
    talk.core.played(0, 12_000, 0.0)
    talk.core.dial = None
    talk.wire.end(1006)
    await talk.settle()


async def the_user_goes_on_and_then_stops_what_is_made_out_of_band(talk):
    for number, name in enumerate(("written", "spoken", "later"), 1):
        talk.respond(name, conversation="none")
        if name != "later":
            talk.begin(f"resp_{number}", name)
    await says(talk, 2, 1000)
    talk.core.interrupt()
    talk.core.flushed(0, 12_000, 0.0)
    await says(talk, 1, 1000)
    talk.core.cancel()
    talk.core.flushed(1, 12_000, 0.0)
    talk.begin("resp_3", "later")
    await says(talk, 3, 1000)
    cancelled = [e.event["response_id"] for e in talk.core.log if e.event.type == "response.cancel"]
    assert cancelled == ["resp_2", "resp_1", "resp_3"]


@pytest.mark.parametrize(
    ("happens", "told"),
    [
        (the_user_goes_on_and_then_stops_what_is_made_out_of_band, []),
        (an_answer_breaks_off, ["client.gave_up"]),
        (an_answer_never_begins, ["client.gave_up"]),
        (a_configuration_is_not_answered, ["client.gave_up"]),
        (the_session_is_lost, ["client.lost"]),
        (the_machine_sleeps, ["client.woke", "client.disconnected", "client.reconnected"]),
    ],
)
def test_replayed_and_rebuilt_it_is_the_talk_that_was(tmp_path, happens, told):
    async def main():
        async with talking(Wire()) as talk:
            talk.core.attach(Page())
            talk.core.run(Watch(talk.core, Patience()).run())
            await happens(talk)
            return talk.core

    live = asyncio.run(main())
    assert [entry.event.type for entry in live.log if entry.direction == "client"] == told
    pack(tmp_path / "talk.rtsession", live.log, layout.manifest())
    recording = rt.open(tmp_path / "talk.rtsession")
    again = replay_recording(recording, speed=math.inf).wait(20)
    assert list(again.log) == list(live.log)
    assert again.core.settings.asked == live.settings.asked
    for talk in (recording, again):
        assert talk.items == list(live.machine.conversation)
        assert talk.heard == heard_items(live.machine.conversation, live.machine.ledger)
        assert talk.machine.active_response == live.machine.active_response
