"""Nobody waits for ever, no session meets its limit unprepared, and sleep is noticed."""

import json

import pytest

from rt_notebook.client.outstanding import Patience
from rt_notebook.client.watch import Watch
from rt_notebook.errors import ConnectionLost, RealtimeError

from .scripted import CREATED
from .talking import NOON, run
from .wire import Wire

PATIENCE = Patience(acknowledgement=30, response=60)
HOUR = 3600


def expiring(seconds, clock_at=0.0):
    wire = Wire(greet=False)
    session = {**CREATED["session"], "expires_at": NOON + clock_at + seconds}
    wire.say({**CREATED, "session": session})
    return wire


def test_a_request_without_an_answer_fails_at_its_deadline():
    async def scenario(talk):
        talk.core.run(Watch(talk.core, PATIENCE).run())
        acknowledgement = talk.send("session.update", session={"type": "realtime"})
        await talk.clock.advance(29)
        assert not acknowledgement.done
        await talk.clock.advance(3)
        with pytest.raises(RealtimeError, match="30 s"):
            acknowledgement.wait(0)
        assert talk.core.status == "open"

    run(scenario)


def test_a_request_that_was_never_answered_leaves_the_next_ones_answer_to_it():
    async def scenario(talk):
        talk.core.run(Watch(talk.core, PATIENCE).run())
        clear = talk.send("input_audio_buffer.clear")
        talk.send("session.update", session={"type": "realtime", "instructions": "one"})
        await talk.clock.advance(32)
        assert clear.done
        again = talk.send("input_audio_buffer.clear", name="again")
        session = {"type": "realtime", "instructions": "two"}
        update = talk.send("session.update", name="two", session=session)
        talk.wire.say(
            {"type": "input_audio_buffer.cleared"}, {"type": "session.updated", "session": session}
        )
        await talk.settle()
        assert again.wait(0)["type"] == "input_audio_buffer.cleared"
        assert update.wait(0)["session"] == session
        assert talk.core.settings.asked == session

    run(scenario)


BUSY = "conversation_already_has_active_response"


def test_who_is_refused_by_a_server_that_never_ends_an_answer_fails_in_time_as_do_those_behind():
    async def scenario(talk):
        talk.core.run(Watch(talk.core, PATIENCE).run())
        talk.respond("first")
        talk.begin("resp_1", "first")
        await talk.clock.advance(62)
        replies = [talk.respond(name) for name in ("second", "third")]
        for reply, name in zip(replies, ("second", "third"), strict=True):
            assert not reply.done
            talk.wire.say({"type": "error", "error": {"code": BUSY, "event_id": name}})
            await talk.clock.advance(62)
            with pytest.raises(RealtimeError, match="no answer began within 60 s"):
                reply.wait(0)

    run(scenario)


def test_who_was_refused_for_an_answer_in_progress_is_asked_for_when_that_ends_after_all():
    async def scenario(talk):
        talk.core.run(Watch(talk.core, PATIENCE).run())
        talk.respond("first")
        talk.begin("resp_1", "first")
        await talk.clock.advance(62)
        reply = talk.respond("second")
        talk.wire.say({"type": "error", "error": {"code": BUSY, "event_id": "second"}})
        await talk.clock.advance(30)
        ended = {"type": "response.done", "response": {"id": "resp_1", "status": "cancelled"}}
        talk.wire.say(ended)
        await talk.settle()
        talk.begin("resp_2", "second")
        talk.wire.say({**ended, "response": {"id": "resp_2", "status": "completed"}})
        await talk.settle()
        assert reply.wait(0).status == "completed"

    run(scenario)


def test_an_answer_that_breaks_off_fails_and_the_next_one_is_asked_for():
    async def scenario(talk):
        talk.core.run(Watch(talk.core, PATIENCE).run())
        first = talk.respond("first")
        second = talk.respond("second")
        talk.begin("resp_1", "first")
        await talk.clock.advance(50)
        talk.wire.say({"type": "response.output_item.added", "response_id": "resp_1", "item": {}})
        await talk.clock.advance(50)
        assert not first.done
        await talk.clock.advance(12)
        with pytest.raises(RealtimeError, match="broke off"):
            first.wait(0)
        sent = [await talk.wire.told() for _ in range(3)]
        assert [(e["type"], e.get("response_id")) for e in sent] == [
            ("response.create", None),
            ("response.cancel", "resp_1"),
            ("response.create", None),
        ]
        talk.begin("resp_2", "second")
        talk.wire.say(
            {"type": "response.done", "response": {"id": "resp_2", "status": "completed"}}
        )
        await talk.settle()
        assert second.wait(0).status == "completed"

    run(scenario)


def test_an_answer_that_never_begins_fails_and_the_queue_goes_on():
    async def scenario(talk):
        talk.core.run(Watch(talk.core, PATIENCE).run())
        first, second = talk.respond("first"), talk.respond("second")
        await talk.clock.advance(62)
        with pytest.raises(RealtimeError, match="no answer began"):
            first.wait(0)
        assert [(await talk.wire.told())["event_id"] for _ in range(2)] == ["first", "second"]
        assert not second.done

    run(scenario)


def test_who_waits_behind_a_long_answer_is_patient():
    async def scenario(talk):
        talk.core.run(Watch(talk.core, PATIENCE).run())
        talk.respond("first")
        waiting = talk.respond("second")
        talk.begin("resp_1", "first")
        for _ in range(10):
            await talk.clock.advance(50)
            event = {"type": "response.output_item.added", "response_id": "resp_1", "item": {}}
            talk.wire.say(event)
            await talk.settle()
        assert not waiting.done

    run(scenario)


def test_a_session_is_renewed_in_a_pause_before_its_limit():
    async def scenario(talk):
        talk.core.run(Watch(talk.core, PATIENCE).run())
        await talk.lose()
        await talk.answer_restoration()
        await talk.clock.advance(HOUR - 125)
        assert len(talk.dials) == 1
        await talk.clock.advance(10)
        await talk.answer_restoration()
        assert (talk.core.status, len(talk.dials)) == ("open", 2)
        assert len(talk.witness.notices) == 2

    run(scenario, lambda: expiring(HOUR), lambda: expiring(2 * HOUR))


def test_a_talk_without_a_pause_is_renewed_all_the_same():
    async def scenario(talk):
        talk.core.run(Watch(talk.core, PATIENCE).run())
        await talk.lose()
        await talk.answer_restoration()
        started = {"type": "input_audio_buffer.speech_started", "item_id": "i", "audio_start_ms": 0}
        talk.wire.say(started)
        await talk.clock.advance(HOUR - 60)
        assert len(talk.dials) == 1
        await talk.clock.advance(45)
        assert len(talk.dials) == 2

    run(scenario, lambda: expiring(HOUR), lambda: expiring(2 * HOUR))


@pytest.mark.parametrize("seconds", [30, HOUR])
def test_a_machine_that_slept_is_silent_and_connects_again(seconds):
    async def scenario(talk):
        talk.core.run(Watch(talk.core, PATIENCE).run())
        talk.witness.can_play = True
        talk.begin()
        of_item = {"response_id": "resp_1", "item_id": "item_1", "content_index": 0}
        delta = {"type": "response.output_audio.delta", **of_item, "delta": "AAAA" * 6400}
        talk.wire.say(delta)
        await talk.clock.advance(0.5)
        talk.clock.jump(seconds)
        await talk.clock.advance(1)
        assert talk.witness.flushes == [0]
        await talk.answer_restoration()
        assert (talk.core.status, len(talk.dials)) == ("open", 1)

    run(scenario, Wire)


def test_a_busy_machine_is_not_taken_for_a_sleeping_one():
    async def scenario(talk):
        talk.core.run(Watch(talk.core, PATIENCE).run())
        await talk.clock.advance(0.5)
        talk.clock.jump(10)
        await talk.clock.advance(1)
        assert (talk.core.status, talk.dials) == ("open", [])

    run(scenario, Wire)


def test_a_server_that_takes_the_connection_and_says_nothing_is_given_up():
    async def scenario(talk):
        talk.core.run(Watch(talk.core, PATIENCE).run())
        await talk.lose()
        assert talk.core.status == "reconnecting"
        await talk.clock.advance(20)
        await talk.answer_restoration()
        assert (talk.core.status, len(talk.dials)) == ("open", 2)

    run(scenario, lambda: Wire(greet=False), Wire)


def test_the_watch_ends_with_the_session():
    async def scenario(talk):
        talk.core.run(Watch(talk.core, PATIENCE).run())
        reply = talk.respond()
        talk.core.end("lost", ConnectionLost("gone"))
        await talk.clock.advance(HOUR)
        with pytest.raises(ConnectionLost, match="gone"):
            reply.wait(0)

    run(scenario)


def test_deadlines_begin_anew_with_a_connection():
    async def scenario(talk):
        talk.core.run(Watch(talk.core, PATIENCE).run())
        acknowledgement = talk.send("session.update", session={"type": "realtime"})
        await talk.clock.advance(28)
        await talk.lose()
        await talk.settle()
        await talk.clock.advance(20)
        assert not acknowledgement.done
        await talk.answer_restoration()
        assert json.dumps(acknowledgement.wait(0)["session"]) == '{"type": "realtime"}'

    run(scenario, Wire)
