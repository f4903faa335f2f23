"""A talk ends before its budget is exceeded, and says which part of it is used up."""

from decimal import Decimal

import pytest

from rt_notebook.analysis.bill import Bill, Charge
from rt_notebook.analysis.budget import Budget, check_price, exhausted
from rt_notebook.analysis.cost import price_of
from rt_notebook.errors import ConfigError

MODEL = "gpt-realtime-2"
# 1000 tokens of fresh text at $4, 500 of spoken output at $64 a million: $0.036.
USAGE = {
    "input_tokens": 1000,
    "output_tokens": 500,
    "input_token_details": {"text_tokens": 1000, "audio_tokens": 0},
    "output_token_details": {"text_tokens": 0, "audio_tokens": 500},
}


def bill_of(n_responses):
    cost = price_of(USAGE, MODEL)
    assert cost.dollars == Decimal("0.036")
    return Bill(tuple(Charge("response", f"r{n}", MODEL, USAGE, cost) for n in range(n_responses)))


def verdict(budget, seconds=0.0, n_begun=0, n_ended=0):
    return exhausted(budget, seconds=seconds, n_begun=n_begun, bill=bill_of(n_ended), model=MODEL)


@pytest.mark.parametrize("seconds", [0, 119.9])
def test_within_its_minutes_a_talk_goes_on(seconds):
    assert verdict(Budget(minutes=2), seconds) is None


def test_a_talk_ends_with_its_minutes():
    assert "2 minutes" in verdict(Budget(minutes=2), 120.0)


def test_the_last_response_of_a_budget_ends_the_talk_and_is_heard_to_its_end():
    assert verdict(Budget(responses=3), n_begun=3, n_ended=2) is None
    assert "3 responses" in verdict(Budget(responses=3), n_begun=3, n_ended=3)


def test_a_response_beyond_the_budget_ends_the_talk_when_it_begins():
    assert verdict(Budget(responses=3), n_begun=4, n_ended=2) is not None


def test_dollars_are_left_for_the_response_that_would_come_next():
    budget = Budget(dollars=0.1)
    assert verdict(budget, n_ended=1) is None
    assert "$0.072 of the budget of $0.10" in verdict(budget, n_ended=2)


def test_before_the_first_response_nothing_is_spent():
    assert verdict(Budget(dollars=0.01)) is None


def verdict_on(dollars, *charges):
    bill = Bill((*bill_of(1).charges, *charges))
    return exhausted(Budget(dollars=dollars), seconds=1.0, n_begun=1, bill=bill, model=MODEL)


def test_an_answer_without_a_usage_counts_as_much_as_the_next_one():
    unmetered = Charge("response", "r2", MODEL, None, None)
    # The next one hears the 500 tokens of the first: $0.036 + 500 × 32 per million.
    assert verdict_on(0.15, unmetered) is None
    assert "about $0.088 of the budget of $0.10" in verdict_on(0.1, unmetered)


def test_answers_without_a_usage_are_not_free_where_nothing_tells_what_they_cost():
    bill = Bill((Charge("response", "r1", MODEL, None, None),))
    sentence = exhausted(Budget(dollars=1), seconds=1.0, n_begun=1, bill=bill, model=MODEL)
    assert "the cost of answers of gpt-realtime-2 is not known" in sentence


@pytest.mark.parametrize(
    ("kind", "usage", "told"),
    [
        ("transcription", {"type": "duration", "seconds": 600}, "transcripts of some-model"),
        ("transcription", None, "transcripts of some-model"),
        ("response", USAGE, "answers of some-model"),
    ],
)
def test_what_has_no_price_ends_a_budget_of_dollars(kind, usage, told):
    unpriced = Charge(kind, "u1", "some-model", usage, None)
    assert told in verdict_on(100, unpriced)
    assert (
        exhausted(Budget(minutes=9), seconds=1.0, n_begun=1, bill=Bill((unpriced,)), model=MODEL)
        is None
    )


@pytest.mark.parametrize(
    "limits", [{}, {"minutes": 0}, {"responses": -1}, {"dollars": "1"}, {"minutes": True}]
)
def test_a_budget_has_limits_above_zero(limits):
    with pytest.raises(ConfigError):
        Budget(**limits)


def test_dollars_need_a_model_with_a_price():
    check_price(Budget(dollars=1), MODEL)
    check_price(Budget(minutes=1), "local-demo")
    with pytest.raises(ConfigError, match="local-demo"):
        check_price(Budget(dollars=1), "local-demo")
