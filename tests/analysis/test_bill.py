"""What a talk was charged for, and what it will be charged for."""

import math
from decimal import Decimal

import pytest

from rt_notebook.analysis.bill import Bill, bill, forecast
from rt_notebook.analysis.cost import Tokens, price_of
from rt_notebook.protocol.events import Event
from rt_notebook.record.log import Log

from .test_cost import EVERYTHING, SPOKEN


def talk(*events, model="gpt-realtime-2.1"):
    session = {
        "model": model,
        "audio": {"input": {"transcription": {"model": "gpt-live-transcribe"}}},
    }
    log = Log()
    for time, event in enumerate([{"type": "session.created", "session": session}, *events]):
        direction = "client" if event["type"].startswith("client.") else "received"
        log.append(direction, Event(event), time=float(time), wall_time=float(time))
    return log


def done(id, usage, status="completed"):
    return {"type": "response.done", "response": {"id": id, "status": status, "usage": usage}}


def begun(id):
    return {"type": "response.created", "response": {"id": id, "status": "in_progress"}}


def transcribed(item_id, seconds):
    type = "conversation.item.input_audio_transcription.completed"
    usage = {"type": "duration", "seconds": seconds}
    return {"type": type, "item_id": item_id, "transcript": "…", "usage": usage}


def test_responses_and_transcripts_are_charged_apart_and_add_up():
    talked = bill(talk(transcribed("u1", 60), done("r1", SPOKEN), done("r2", EVERYTHING)))
    assert [charge.kind for charge in talked.charges] == ["transcription", "response", "response"]
    # 0.017 + 0.0072056 + 0.0167848
    assert talked.dollars == Decimal("0.0409904")
    assert talked.of("r1", "u1").dollars == Decimal("0.0242056")
    assert talked.tokens == Tokens.of(SPOKEN) + Tokens.of(EVERYTHING)


def test_a_model_is_charged_from_when_it_is_in_force():
    updated = {"type": "session.updated", "session": {"model": "gpt-realtime-2.1-mini"}}
    talked = bill(talk(done("r1", SPOKEN), updated, done("r2", SPOKEN)))
    assert talked.dollars == Decimal("0.0072056") + Decimal("0.00205884")


def test_a_talk_with_an_unknown_part_has_no_total_but_a_known_part():
    talked = bill(talk(done("r1", SPOKEN), done("r2", None, status="failed")))
    assert talked.dollars is None
    assert talked.known.dollars == Decimal("0.0072056")
    assert [charge.id for charge in talked.unknown] == ["r2"]


def test_what_came_without_a_usage_is_told_by_its_kind():
    unheard = {"type": transcribed("u1", 1)["type"], "item_id": "u1"}
    talked = bill(talk(done("r1", None), done("r2", None), unheard))
    assert "2 answers and 1 transcript came without a usage" in repr(talked)


LOST = {"type": "client.lost", "reason": "the connection ended"}
DISCONNECTED = {"type": "client.disconnected", "reason": "the connection ended"}


@pytest.mark.parametrize(
    "end", [LOST, DISCONNECTED, {"type": "client.gave_up", "response_id": "r2"}]
)
def test_what_an_answer_cost_is_unknown_when_its_end_is_not_told(end):
    talked = bill(talk(begun("r1"), done("r1", SPOKEN), begun("r2"), end))
    assert [charge.id for charge in talked.unknown] == ["r2"]
    assert talked.dollars is None
    assert "at least $0.0072: 1 answer came without a usage" in repr(talked)


def test_an_answer_that_is_cut_off_is_charged_once():
    assert len(bill(talk(begun("r1"), DISCONNECTED, LOST)).charges) == 1


def test_an_answer_that_was_given_up_costs_what_its_late_end_tells():
    gave_up = {"type": "client.gave_up", "response_id": "r1"}
    assert bill(talk(begun("r1"), gave_up, done("r1", SPOKEN))).dollars == Decimal("0.0072056")


@pytest.mark.parametrize("usage", [math.nan, {}, {"total_tokens": 300}])
def test_a_usage_that_cannot_be_read_is_none(usage):
    talked = bill(talk(done("r1", usage)))
    assert talked.dollars is None
    assert "The cost is unknown: 1 answer came without a usage" in repr(talked)


def test_a_session_keeps_its_model_on_another_connection():
    created = {"type": "session.created", "session": {}}
    assert bill(talk(done("r1", SPOKEN), created, done("r2", SPOKEN))).dollars == Decimal(
        "0.0144112"
    )


def test_a_talk_can_be_priced_as_if_another_model_had_answered():
    log = talk(done("r1", SPOKEN), model="local-demo")
    assert bill(log).dollars is None
    assert bill(log, model="gpt-realtime-2.1").dollars == Decimal("0.0072056")


def test_nothing_said_costs_nothing():
    assert bill(talk()) == Bill()
    assert Bill().dollars == 0


def turn(number):
    """A talk that grows by 40 tokens of text and 150 of audio a turn, all but the new cached."""
    before = number - 1
    return Tokens(
        text=40,
        audio=150,
        cached_text=100 + 40 * before if before else 0,
        cached_audio=150 * before,
        text_out=20,
        audio_out=100,
    )


@pytest.mark.parametrize("n_seen", [2, 5])
def test_a_forecast_of_an_even_talk_is_what_comes(n_seen):
    seen = [turn(number) for number in range(2, n_seen + 2)]
    ahead = forecast(seen, 30, "gpt-realtime-2.1")
    coming = [turn(number) for number in range(n_seen + 2, n_seen + 32)]
    for expected, got in zip(coming, ahead, strict=True):
        counts = expected.by_kind()
        exact = sum(
            counts[kind] * Decimal(rate) / 1_000_000
            for kind, rate in {
                "text": "4", "cached_text": "0.40", "text_out": "24",
                "audio": "32", "cached_audio": "0.40", "audio_out": "64",
            }.items()
        )  # fmt: skip
        assert got.dollars == pytest.approx(exact, rel=Decimal("0.1"))


def test_a_later_turn_costs_more_because_each_sends_the_conversation_again():
    ahead = forecast([Tokens.of(SPOKEN)], 20, "gpt-realtime-2.1")
    dollars = [cost.dollars for cost in ahead]
    assert dollars == sorted(dollars)
    assert dollars[-1] > 3 * price_of(SPOKEN, "gpt-realtime-2.1").dollars


def test_what_has_no_price_has_no_forecast():
    assert forecast([turn(1)], 2, "local-demo") == [None, None]
    assert forecast([], 2, "gpt-realtime-2.1") == [None, None]
