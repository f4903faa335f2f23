"""A budget for a talk, which ends before it is exceeded.

What a response will cost is not known before it ends. So there is none any more when what
was spent, and what the next response is expected to cost, exceed the budget together. The
next one costs as much as the dearest so far, or as `bill.forecast` says if that is more.

An answer that came without a usage counts as much as the next one. What has no price, and
an answer without a usage before any other, end the talk: such a budget cannot be kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ..errors import ConfigError
from .bill import Bill, forecast
from .cost import dollars_text
from .prices import Prices, price_list

__all__ = ["Budget", "check_price", "exhausted"]

_NOUNS = {"response": "answers", "transcription": "transcripts"}


@dataclass(frozen=True)
class Budget:
    """What a talk may take; what is None has no limit.

    Parameters
    ----------
    minutes : float or None
        From its beginning to its end.
    responses : int or None
        Answers of the model, those beside the conversation included.
    dollars : float or None
        Responses and transcripts at list prices; what has none ends the talk.

    Raises
    ------
    ConfigError
        If a limit is not above zero, or there is none.
    """

    minutes: float | None = None
    responses: int | None = None
    dollars: float | None = None

    def __post_init__(self) -> None:
        limits = {name: getattr(self, name) for name in ("minutes", "responses", "dollars")}
        given = {name: limit for name, limit in limits.items() if limit is not None}
        if not given:
            raise ConfigError("a budget needs minutes, responses or dollars")
        for name, limit in given.items():
            if isinstance(limit, bool) or not isinstance(limit, (int, float)) or not limit > 0:
                raise ConfigError(f"{name} takes a number above 0, got {limit!r}")


def check_price(budget: Budget, model: str, prices: Prices | None = None) -> None:
    """Make sure that the dollars of a budget can be counted.

    Raises
    ------
    ConfigError
        If the model has no price, or the budget is none.
    """
    if not isinstance(budget, Budget):
        raise ConfigError(f"budget takes one such as Budget(dollars=0.5), got {budget!r}")
    if budget.dollars is not None and price_list(model, prices) is None:
        raise ConfigError(
            f"the price of {model or 'this model'} is not known, so that dollars cannot be "
            "counted; limit minutes or responses instead"
        )


def exhausted(
    budget: Budget, *, seconds: float, n_begun: int, bill: Bill, model: str
) -> str | None:
    """Return the sentence with which a talk must end, None while there is room.

    Parameters
    ----------
    budget : Budget
        Its limits.
    seconds : float
        How long it has taken.
    n_begun : int
        Responses that have begun, those that ended included.
    bill : Bill
        What it was charged for.
    model : str
        Whose list prices count for the next response.
    """
    n_ended = sum(charge.kind == "response" for charge in bill.charges)
    if budget.minutes is not None and seconds >= budget.minutes * 60:
        return f"the budget of {budget.minutes:g} minutes is used up"
    if budget.responses is not None and (n_ended >= budget.responses or n_begun > budget.responses):
        return f"the budget of {budget.responses} responses is used up"
    if budget.dollars is None:
        return None
    return _overspent(Decimal(str(budget.dollars)), bill, model)


def _overspent(limit: Decimal, bill: Bill, model: str) -> str | None:
    expected = _next_cost(bill, model)
    for charge in bill.unknown:
        if charge.kind == "transcription" or charge.is_metered or not expected:
            made = f"{_NOUNS[charge.kind]} of {charge.model or 'a model without a name'}"
            return (
                f"the cost of {made} is not known, so that a budget of {dollars_text(limit)} "
                "cannot be kept (limit minutes or responses instead)"
            )
    spent = bill.known.dollars + len(bill.unknown) * expected
    if spent + expected <= limit:
        return None
    about = "about " if bill.unknown else ""
    return (
        f"{about}{dollars_text(spent)} of the budget of {dollars_text(limit)} are spent, and "
        f"another answer would cost about {dollars_text(expected)}"
    )


def _next_cost(bill: Bill, model: str) -> Decimal:
    """What the next answer is expected to cost; 0 where nothing tells."""
    responses = [charge for charge in bill.charges if charge.kind == "response"]
    turns = [charge.tokens for charge in responses if charge.tokens is not None]
    (ahead,) = forecast(turns, 1, model)
    known = [cost.dollars for cost in (ahead, *(one.cost for one in responses)) if cost is not None]
    return max(known, default=Decimal(0))
