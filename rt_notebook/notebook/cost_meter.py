"""What the talk has cost so far, for the panel's head."""

from __future__ import annotations

from collections.abc import Callable

from ..analysis.bill import Bill, Meter
from ..analysis.cost import dollars_text
from ..background import loop_thread
from ..client.session import RealtimeSession

__all__ = ["CostMeter"]

_PAID_FOR = ("response.done", "conversation.item.input_audio_transcription.completed")


class CostMeter:
    """Follows a session's bill.

    Parameters
    ----------
    session : RealtimeSession
        Whose bill it is.
    show : callable
        Takes ``cost`` and ``cost_about``, texts, on the background loop.
    """

    def __init__(self, session: RealtimeSession, show: Callable[..., None]) -> None:
        self._meter = Meter(session.log)
        self._is_offline = session.backend.server is not None
        self._show = show
        for type in _PAID_FOR:
            session.on(type, lambda _: loop_thread().call_soon(self._update))
        self._update()

    def _update(self) -> None:
        bill = self._meter.read()
        # A talk that nobody bills has no cost to show, unless it plays a model that has one.
        if bill.charges and not (self._is_offline and bill.unknown):
            self._show(cost=_short(bill), cost_about=_about(bill))


def _short(bill: Bill) -> str:
    """``$0.012``, ``≥ $0.012`` when a part of it is unknown, or that it is unknown."""
    if bill.dollars is not None:
        return dollars_text(bill.dollars)
    known = bill.known.dollars
    return f"≥ {dollars_text(known)}" if known else "cost unknown"


def _about(bill: Bill) -> str:
    responses = sum(1 for charge in bill.charges if charge.kind == "response")
    tokens = bill.tokens
    parts = [
        f"Cost of {responses} {'answer' if responses == 1 else 'answers'} so far",
        f"{tokens.fresh} tokens in, {tokens.cached} cached, {tokens.output} out",
    ]
    unpriced = {charge.model or "this model" for charge in bill.unknown if charge.is_metered}
    if unpriced:
        parts.append(f"no price is known for {', '.join(sorted(unpriced))}")
    if any(not charge.is_metered for charge in bill.unknown):
        parts.append("some came without a usage")
    return "; ".join(parts)
