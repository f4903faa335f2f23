"""A session with a budget ends itself, in a sentence, whatever the server would go on with."""

import pytest

from rt_notebook.analysis.budget import Budget
from rt_notebook.client.spending import Spending
from rt_notebook.errors import ConnectionLost, LocalProtocolError

from .talking import run


def limit(talk, **limits):
    talk.core.spending = Spending(talk.core, Budget(**limits), "gpt-realtime-2")
    talk.core.run(talk.core.spending.run())


def answer(talk, id):
    response = {"id": id, "status": "completed"}
    talk.wire.say(
        {"type": "response.created", "response": {"id": id, "status": "in_progress"}},
        {"type": "response.done", "response": response},
    )


@pytest.mark.threat("T21")
def test_a_server_that_answers_without_end_is_stopped_at_the_last_response():
    async def scenario(talk):
        limit(talk, responses=3)
        for n in range(5):
            answer(talk, f"resp_{n}")
        await talk.settle()
        assert [reply.status for reply in talk.core.replies] == ["completed"] * 3
        assert (talk.core.status, talk.wire.closed, talk.dials) == ("closed", True, [])
        ((level, sentence),) = talk.witness.notices
        assert (level, "3 responses" in sentence) == ("warning", True)
        assert str(talk.core.line.loss) == "the budget of 3 responses is used up"

    run(scenario)


@pytest.mark.threat("T21")
def test_no_more_is_asked_for_than_the_budget_has_whatever_is_under_way():
    async def scenario(talk):
        limit(talk, responses=3)
        talk.begin("resp_0", "turn detection")
        await talk.settle()
        replies = [talk.respond(f"beside_{n}", conversation="none") for n in range(2)]
        refused = [talk.respond("another", conversation="none"), talk.respond("queued")]
        refused.append(talk.send("response.create", response={}))
        told = [(await talk.wire.told())["event_id"] for _ in range(2)]
        assert told == ["beside_0", "beside_1"]
        assert talk.wire.outbox.empty
        for reply in refused:
            with pytest.raises(LocalProtocolError, match=r"3 responses.*connect with a larger"):
                reply.wait(0)
        assert not any(reply.done for reply in replies)
        assert talk.core.status == "open"

    run(scenario)


def test_a_response_that_was_refused_leaves_its_place_in_the_budget():
    async def scenario(talk):
        limit(talk, responses=1)
        talk.respond("first")
        talk.wire.say({"type": "error", "error": {"message": "no", "event_id": "first"}})
        await talk.settle()
        assert not talk.respond("second").done

    run(scenario)


@pytest.mark.threat("T4")
def test_a_talk_ends_before_its_minutes_are_over_and_whoever_waits_is_told():
    async def scenario(talk):
        limit(talk, minutes=1)
        reply = talk.respond()
        await talk.clock.advance(58)
        assert talk.core.status == "open"
        await talk.clock.advance(2)
        assert talk.core.status == "closed"
        with pytest.raises(ConnectionLost, match="1 minutes") as told:
            reply.wait(0)
        assert str(talk.core.line.loss) == str(told.value)

    run(scenario)
