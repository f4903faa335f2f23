"""Which end of a connection is worth another attempt, after how long, and how often."""

import pytest

from rt_notebook.errors import ConnectionLost, ServerError
from rt_notebook.protocol.endings import DELAYS, LONGEST_WAIT_SECONDS, Attempts, is_final


@pytest.mark.parametrize("code", [1001, 1005, 1006, 1011, 1012, 1013, None])
def test_a_connection_that_is_gone_for_the_moment_is_made_again(code):
    assert not is_final(ConnectionLost("ended", code=code))


@pytest.mark.parametrize("code", [1000, 1002, 1003, 1007, 1008, 1009, 4000])
def test_an_end_that_was_meant_or_deserved_is_final(code):
    assert is_final(ConnectionLost("ended", code=code))


@pytest.mark.parametrize(
    ("code", "final"),
    [
        ("invalid_api_key", True),  # 401
        ("forbidden", True),
        ("not_found", True),
        ("redirect", True),
        ("insufficient_quota", True),
        ("beta_api_shape_disabled", True),
        ("rate_limited", False),  # 429
        ("unavailable", False),  # 503
        ("session_expired", False),
    ],
)
def test_a_refusal_is_final_unless_the_server_only_lacks_room(code, final):
    assert is_final(ServerError("no", code=code)) is final


def test_delays_grow_are_shortened_by_chance_and_end():
    lost = ConnectionLost("ended", code=1006)
    longest, shortest = Attempts(), Attempts()
    assert [longest.next_delay(lost, 0.0) for _ in DELAYS] == list(DELAYS)
    assert [shortest.next_delay(lost, 1.0) for _ in DELAYS] == [0.75 * delay for delay in DELAYS]
    assert longest.next_delay(lost, 0.0) is None


def test_only_a_talk_makes_the_budget_whole():
    lost, attempts = ConnectionLost("ended", code=1011), Attempts()
    for _ in DELAYS:
        attempts.next_delay(lost, 0.5)
    attempts.proven()
    assert attempts.next_delay(lost, 0.0) == DELAYS[0]


def test_a_server_that_asks_to_wait_is_obeyed_within_reason():
    def refusal(seconds):
        return ServerError("no room", code="rate_limited", retry_after=seconds)

    assert Attempts().next_delay(refusal(7.0), 0.0) == 7.0
    assert Attempts().next_delay(refusal(0.0), 0.0) == DELAYS[0]
    assert Attempts().next_delay(refusal(LONGEST_WAIT_SECONDS + 1), 0.0) is None


def test_a_final_end_spends_nothing():
    attempts = Attempts()
    assert attempts.next_delay(ConnectionLost("ended", code=1008), 0.0) is None
    assert attempts.spent == 0
