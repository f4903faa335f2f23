"""Questions to the user: one nonce and one answer each; no answer is a no."""

from __future__ import annotations

import asyncio

import pytest

from rt_notebook import LocalProtocolError
from rt_notebook.client.approvals import Approval, Approvals, Decision
from rt_notebook.client.clock import SystemClock


@pytest.fixture
def changes():
    return []


@pytest.fixture
def approvals(changes):
    return Approvals(SystemClock(), lambda: changes.append(None))


def asked(approvals, *names):
    decisions = []

    async def ask():
        for name in names:
            approval = Approval(f"call-{name}", name, "{}")
            approvals.ask(approval, lambda decision, name=name: decisions.append((name, decision)))

    asyncio.run(ask())
    return decisions


def test_each_question_has_a_nonce_of_its_own_even_for_the_same_call():
    nonces = {Approval("c", "weather", "{}").nonce for _ in range(100)}
    assert len(nonces) == 100
    assert all(len(nonce) == 32 for nonce in nonces)


def test_a_representation_says_how_to_answer_and_not_the_nonce():
    approval = Approval("c", "weather", '{"city": "Oslo"}', "maps")
    assert repr(approval).startswith('<maps.weather({"city": "Oslo"}) waits: session.approve()')
    assert approval.nonce not in repr(approval)


@pytest.mark.threat("T9")
def test_an_answer_settles_its_own_question_alone(approvals, changes):
    decisions = asked(approvals, "a", "b")
    approvals.decide(approvals.waiting[1].nonce, allow=True)
    assert decisions == [("b", Decision(True))]
    assert [one.name for one in approvals.waiting] == ["a"]
    assert len(changes) == 3


@pytest.mark.threat("T9")
def test_an_answer_counts_once(approvals):
    decisions = asked(approvals, "a")
    nonce = approvals.waiting[0].nonce
    approvals.decide(nonce, allow=False)
    with pytest.raises(LocalProtocolError, match="was given, or came late"):
        approvals.decide(nonce, allow=True)
    assert decisions == [("a", Decision(False, "the user did not allow it"))]


@pytest.mark.threat("T9")
def test_a_guessed_nonce_answers_nothing(approvals):
    decisions = asked(approvals, "a")
    with pytest.raises(LocalProtocolError):
        approvals.decide("call-a", allow=True)
    assert decisions == []


@pytest.mark.threat("T9")
def test_no_answer_is_a_no(approvals):
    approvals.seconds = 0.0
    decided = []

    async def ask():
        future = asyncio.get_running_loop().create_future()
        approvals.ask(Approval("c", "a", "{}"), future.set_result)
        decided.append(await future)

    asyncio.run(ask())
    assert decided == [Decision(False, "nobody allowed it within 0 s")]
    assert approvals.waiting == []


def test_what_is_forgotten_is_never_decided(approvals):
    decisions = asked(approvals, "a", "b")
    approvals.forget("call-a")
    approvals.withdraw("call-b", "stopped")
    assert decisions == [("b", Decision(False, "stopped"))]
