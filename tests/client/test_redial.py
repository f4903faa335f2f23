"""A connection that ended: whether, and when, another one is tried."""

from __future__ import annotations

import pytest

from rt_notebook.errors import ConnectionLost, ServerError
from rt_notebook.protocol.endings import DELAYS

from .talking import added, item, run
from .wire import Wire


@pytest.mark.parametrize("code", [1000, 1008, 1009, 4000])
def test_an_end_that_is_final_is_not_tried_again(code):
    async def scenario(talk):
        reply = talk.respond()
        await talk.lose(code, "no")
        with pytest.raises(ConnectionLost, match=str(code)):
            reply.wait(0)
        assert (talk.core.status, talk.dials) == ("lost", [])
        assert talk.witness.statuses == ["lost"]
        ((level, sentence),) = talk.witness.notices
        assert level == "error"
        assert "connect again" in sentence

    run(scenario, Wire)


@pytest.mark.parametrize("code", ["invalid_api_key", "forbidden", "not_found"])
def test_a_refusal_that_is_final_ends_the_attempts(code):
    async def scenario(talk):
        await talk.lose()
        assert (talk.core.status, len(talk.dials)) == ("lost", 1)

    run(scenario, ServerError("the server did not accept the key (401)", code=code))


@pytest.mark.parametrize(
    ("failure", "reason"),
    [(OSError(12, "Cannot allocate memory"), "allocate memory"), (ValueError("?"), "ValueError")],
)
def test_a_failure_that_nobody_thought_of_ends_the_attempts(failure, reason):
    async def scenario(talk):
        reply = talk.respond()
        await talk.lose()
        assert (talk.core.status, len(talk.dials)) == ("lost", 1)
        assert reason in str(talk.core.line.loss)
        with pytest.raises(ConnectionLost, match=reason):
            reply.wait(0)
        ((level, sentence),) = talk.witness.notices
        assert (level, "connect again" in sentence) == ("error", True)

    run(scenario, failure)


def test_a_session_that_is_lost_is_so_for_the_reason_of_the_last_attempt():
    async def scenario(talk):
        await talk.lose()
        assert "401" in str(talk.core.line.loss)

    run(scenario, ServerError("the server did not accept the key (401)", code="invalid_api_key"))


def test_attempts_are_spread_out_and_end():
    async def scenario(talk):
        await talk.lose()
        await talk.clock.advance(100)
        assert (talk.core.status, len(talk.dials)) == ("lost", len(DELAYS))
        gaps = [later - former for former, later in zip(talk.dials, talk.dials[1:], strict=False)]
        assert all(0.75 * d <= gap <= d for gap, d in zip(gaps, DELAYS[1:], strict=True))

    run(scenario)


def test_a_server_that_asks_to_wait_is_waited_for():
    async def scenario(talk):
        await talk.lose()
        await talk.clock.advance(19)
        assert len(talk.dials) == 1
        await talk.clock.advance(2)
        await talk.answer_restoration()
        assert talk.core.status == "open"

    run(scenario, ServerError("full", code="unavailable", retry_after=20.0), Wire)


def test_a_server_that_refuses_every_session_it_has_begun_is_left_alone():
    def refusing():
        wire = Wire()
        error = {"code": "model_busy", "message": "no"}
        wire.say({"type": "error", "error": error})
        wire.end(1011)
        return wire

    async def scenario(talk):
        await talk.lose()
        await talk.clock.advance(200)
        assert (talk.core.status, len(talk.dials)) == ("lost", len(DELAYS))

    run(scenario, *[refusing] * 50)


def test_without_quota_there_is_no_second_attempt():
    async def scenario(talk):
        error = {"code": "insufficient_quota", "message": "You exceeded your current quota."}
        talk.wire.say({"type": "error", "error": error})
        await talk.lose(1013)
        assert (talk.core.status, talk.dials) == ("lost", [])
        assert "quota" in talk.witness.notices[-1][1]

    run(scenario, Wire)


def test_an_error_instead_of_a_session_is_one_more_attempt_or_the_end():
    def refusing():
        wire = Wire(greet=False)
        wire.say({"type": "error", "error": {"code": "invalid_model", "message": "no model"}})
        return wire

    async def scenario(talk):
        await talk.lose()
        await talk.settle()
        assert talk.core.status == "lost"
        assert "no model" in talk.witness.notices[-1][1]

    run(scenario, refusing)


def test_a_session_that_hit_its_limit_goes_on_in_another_with_one_notice():
    async def scenario(talk):
        sentence = "Your session hit the maximum duration of 60 minutes."
        talk.wire.say({"type": "error", "error": {"code": "session_expired", "message": sentence}})
        await talk.lose(1001, "maximum duration")
        await talk.answer_restoration()
        assert talk.core.status == "open"
        assert len(talk.witness.notices) == 1

    run(scenario, Wire)


def test_an_item_that_the_server_refuses_is_not_counted_as_restored():
    async def scenario(talk):
        talk.wire.say(added(item("item_1", "user", "input_text", "hello"), None))
        await talk.settle()
        await talk.lose()
        create = await talk.wire.told()
        refusal = {"message": "no such part", "event_id": create["event_id"]}
        talk.wire.say({"type": "error", "error": refusal})
        await talk.settle()
        assert talk.core.status == "open"
        ((level, sentence),) = talk.witness.notices
        assert (level, "0 items restored, 1 refused" in sentence) == ("warning", True)

    run(scenario, Wire)


def test_a_configuration_that_the_next_server_refuses_is_told_in_the_one_notice():
    async def scenario(talk):
        talk.send("session.update", session={"type": "realtime", "instructions": "Be brief."})
        talk.wire.say({"type": "session.updated", "session": {"type": "realtime"}})
        await talk.settle()
        await talk.lose()
        update = await talk.wire.told("session.update")
        refusal = {"message": "no such voice now", "event_id": update["event_id"]}
        talk.wire.say({"type": "error", "error": refusal})
        await talk.settle()
        assert talk.core.status == "open"
        ((level, sentence),) = talk.witness.notices
        assert level == "warning"
        assert "the configuration was refused (no such voice now)" in sentence

    run(scenario, Wire)


def test_closing_ends_the_attempts():
    async def scenario(talk):
        talk.wire.end(1006)
        await talk.settle()
        assert talk.core.status == "reconnecting"
        await talk.core.close()
        await talk.clock.advance(100)
        assert (talk.core.status, talk.dials) == ("closed", [])

    run(scenario, Wire)
