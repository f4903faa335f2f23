"""How a connection may end, and whether the same again can go well.

Sources: RFC 6455 §7.4 and the IANA registry of close codes; for OpenAI's own: 1001 with
``session_expired`` after 60 minutes, 4000 for the beta's shape of events.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import ConnectionLost, RealtimeError, ServerError

__all__ = ["FATAL_ERRORS", "Attempts", "is_final"]

#: Close codes of a server or a way there that is gone for the moment. Every other code
#: says that something was wrong with what was sent, or that the end was meant.
PASSING_CLOSES = frozenset({1001, 1005, 1006, 1011, 1012, 1013, 1014})

#: Codes of an HTTP refusal or an ``error`` that another connection may not meet.
PASSING_ERRORS = frozenset(
    {"rate_limit_exceeded", "rate_limited", "server_error", "session_expired", "unavailable"}
)

#: Codes of an ``error`` amid a session that every other session would meet.
FATAL_ERRORS = frozenset(
    {
        "account_deactivated",
        "beta_api_shape_disabled",
        "billing_hard_limit_reached",
        "insufficient_quota",
        "invalid_api_key",
    }
)

#: Seconds before each attempt; as many attempts as there are delays.
DELAYS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0)
_JITTER = 0.25  # a delay is shortened by up to this share
LONGEST_WAIT_SECONDS = 60.0  # that a server may ask for


def is_final(error: RealtimeError) -> bool:
    """Whether connecting again would end the same way."""
    if isinstance(error, ConnectionLost):
        return error.code is not None and error.code not in PASSING_CLOSES
    return not (isinstance(error, ServerError) and error.code in PASSING_ERRORS)


@dataclass
class Attempts:
    """The budget of attempts to connect, spent until the talk goes on (`proven`).

    To be connected proves nothing: a server that refuses every session right after it was
    created would be asked for ever.
    """

    spent: int = 0

    def next_delay(self, error: RealtimeError, chance: float) -> float | None:
        """Spend an attempt.

        Parameters
        ----------
        error : RealtimeError
            How the connection, or the attempt before, ended.
        chance : float
            A random number in 0 … 1.

        Returns
        -------
        float or None
            Seconds to wait before it; None when it is of no use, or all are spent.
        """
        asked = getattr(error, "retry_after", None) or 0.0
        if is_final(error) or self.spent >= len(DELAYS) or asked > LONGEST_WAIT_SECONDS:
            return None
        delay = DELAYS[self.spent] * (1 - _JITTER * chance)
        self.spent += 1
        return max(delay, asked)

    def proven(self) -> None:
        """Note that the connection carries a talk: the budget is whole again."""
        self.spent = 0
