"""One turn of a talk: what the user said, and all that the model did about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from .bill import Bill
from .cost import OUTPUT_KINDS, Tokens
from .latency import PARTS, TurnLatency

__all__ = ["COLUMNS", "ToolCall", "Turn"]

#: Column of a table of turns → its dtype.
COLUMNS = {
    "turn": "int64",
    **dict.fromkeys(("began_s", "ended_s"), "float64"),
    **dict.fromkeys(("said", "answer", "heard"), "object"),
    **dict.fromkeys(("heard_ms", "spoken_ms"), "int64"),
    "interrupted": "bool",
    "tools": "object",
    **{f"tokens_{kind}": "int64" for kind in Tokens().by_kind()},
    "dollars": "float64",
    **dict.fromkeys(("model", "config"), "object"),
    **{f"{name}_ms": "float64" for name in (*PARTS, "total", "to_audible")},
}


@dataclass(frozen=True)
class ToolCall:
    """A function that the model called.

    Parameters
    ----------
    name, arguments : str
        As the model wrote them; arguments are JSON text.
    output : str or None
        What was given back; None while nothing was.
    """

    name: str
    arguments: str
    output: str | None = None


@dataclass(frozen=True)
class Turn:
    """One turn of a talk.

    Parameters
    ----------
    number : int
        Counted from 1.
    began_s, ended_s : float
        Seconds from the begin of the talk.
    said : str
        What the user said or wrote, as far as it is known.
    answer : str
        What the model said or wrote.
    heard : str or None
        What of a spoken answer was heard (an estimate to the word); None if nobody played it.
    heard_ms, spoken_ms : int
        Milliseconds of the answer's audio that were played, and that came.
    interrupted : bool
        Whether the answer was stopped before its end.
    tools : tuple of ToolCall
        What was called.
    tokens : Tokens
        Those of the responses, by kind.
    bill : Bill
        What was charged for: responses, and the transcript of what was said.
    model : str
        Who answered.
    config : str
        `Preset.digest` of the configuration in force, empty if there was no answer.
    latency : TurnLatency
        Where the wait for the first sound was, tools and what they led to included.
    response_ids, item_ids : tuple of str
        The responses, and the items of the user.
    out_of_band : bool
        Whether it stayed out of the conversation.
    """

    number: int
    began_s: float
    ended_s: float
    said: str
    answer: str
    heard: str | None
    heard_ms: int
    spoken_ms: int
    interrupted: bool
    tools: tuple[ToolCall, ...]
    tokens: Tokens
    bill: Bill
    model: str
    config: str
    latency: TurnLatency
    response_ids: tuple[str, ...]
    item_ids: tuple[str, ...]
    out_of_band: bool = False

    @property
    def dollars(self) -> Decimal | None:
        """What the turn cost; None if a part of it cannot be known, or is still to come."""
        billed = {charge.id for charge in self.bill.charges}
        return self.bill.dollars if billed.issuperset(self.response_ids) else None

    @property
    def tokens_at_end(self) -> Tokens | None:
        """Input as it was at last, when it held all of the conversation, and the whole output.

        None where nothing was counted.
        """
        counted = [one.tokens for one in self.bill.charges if one.kind == "response"]
        inputs = [tokens for tokens in counted if tokens is not None and tokens.total]
        if not inputs:
            return None
        written = {kind: getattr(self.tokens, kind) for kind in OUTPUT_KINDS}
        return replace(inputs[-1], **written)

    def as_row(self) -> dict[str, Any]:
        """Return the turn as one row of a table, numbers as numbers, by `COLUMNS`."""
        return {
            "turn": self.number,
            "began_s": self.began_s,
            "ended_s": self.ended_s,
            "said": self.said,
            "answer": self.answer,
            "heard": self.heard,
            "heard_ms": self.heard_ms,
            "spoken_ms": self.spoken_ms,
            "interrupted": self.interrupted,
            "tools": ", ".join(call.name for call in self.tools),
            **{f"tokens_{kind}": count for kind, count in self.tokens.by_kind().items()},
            "dollars": None if self.dollars is None else float(self.dollars),
            "model": self.model,
            "config": self.config,
            **{f"{name}_ms": ms for name, ms in self.latency.parts.items()},
            "total_ms": self.latency.total_ms,
            "to_audible_ms": self.latency.to_audible_ms,
        }
