"""A talk as turns: one row for what the user said and all that the model did about it.

A turn begins with what the user said or wrote. Responses that follow without a further
word of the user belong to it when a tool call led to them; a response that nobody said
anything for, or that stays out of the conversation, is a turn of its own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, overload

from ..protocol.item import Item
from ..record.log import Log
from ..secret import redact
from .bill import Bill, bill, forecast
from .cost import Cost
from .exchange import Response, Utterance
from .latency import latency_of
from .prices import Prices
from .trace import Trace, trace
from .turn import COLUMNS, ToolCall, Turn

if TYPE_CHECKING:
    import pandas

    from .waterfall import Waterfall

__all__ = ["ToolCall", "Turn", "Turns", "turns", "turns_of"]

_Group = tuple[tuple[Utterance, ...], list[Response]]
_OUTPUT = "function_call_output"


class Turns(Sequence[Turn]):
    """The turns of a talk, first to last."""

    def __init__(self, rows: Sequence[Turn], bill: Bill) -> None:
        self._rows = tuple(rows)
        self.bill = bill

    @property
    def dollars(self) -> Decimal | None:
        """What the talk cost; None if a part of it cannot be known."""
        return self.bill.dollars

    @property
    def latency(self) -> Waterfall:
        """Median and 95th percentile of the parts of the wait."""
        from .waterfall import Waterfall

        return Waterfall([turn.latency for turn in self])

    def forecast(self, n_turns: int = 10, *, prices: Prices | None = None) -> list[Cost | None]:
        """Return what the next turns will cost if the talk goes on as it went.

        See `bill.forecast`; transcription costs what it did on average. What stayed out of
        the conversation is not expected again.
        """
        talked = [turn for turn in self if not turn.out_of_band]
        answered = [(turn, counted) for turn in talked if (counted := turn.tokens_at_end)]
        if not answered:
            return [None] * n_turns
        model = answered[-1][0].model
        ahead = forecast([counted for _, counted in answered], n_turns, model, prices)
        heard = [charge for charge in self.bill.charges if charge.kind == "transcription"]
        if any(charge.cost is None for charge in heard):
            return [None] * n_turns
        total = Cost.sum(charge.cost for charge in heard if charge.cost is not None)
        each = Cost({kind: dollars / len(answered) for kind, dollars in total.parts.items()})
        return [None if cost is None else cost + each for cost in ahead]

    def to_pandas(self) -> pandas.DataFrame:
        """Return one row a turn; needs pandas (``pip install 'rt_notebook[analysis]'``).

        Raises
        ------
        RealtimeError
            If pandas is not installed.
        """
        from .extra import table

        return table([turn.as_row() for turn in self], COLUMNS)

    @overload
    def __getitem__(self, place: int) -> Turn: ...

    @overload
    def __getitem__(self, place: slice) -> Turns: ...

    def __getitem__(self, place: int | slice) -> Turn | Turns:
        if isinstance(place, int):
            return self._rows[place]
        rows = self._rows[place]
        ids = [id for turn in rows for id in (*turn.response_ids, *turn.item_ids)]
        return Turns(rows, self.bill.of(*ids))

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Turn]:
        return iter(self._rows)

    def __repr__(self) -> str:
        from .tables import turns_text

        return turns_text(self)

    def _repr_html_(self) -> str:
        from .tables import turns_html

        return turns_html(self)


def turns(log: Log, *, model: str | None = None, prices: Prices | None = None) -> Turns:
    """Return the turns of a talk.

    Parameters
    ----------
    log : Log
        Of a session, open or recorded.
    model : str, optional
        Price the responses as if this one had made them.
    prices : mapping of str to Price, optional
        Looked up before the table of `prices`.
    """
    charged = bill(log, model=model, prices=prices)
    return turns_of(trace(log), charged)


def turns_of(read: Trace, charged: Bill) -> Turns:
    """Return the turns of a log that was read."""
    groups = _grouped(read)
    if read.unanswered:
        groups.append((tuple(read.unanswered), []))
    row = _Row(read, charged)
    rows = [row(number, said, answers) for number, (said, answers) in enumerate(groups, 1)]
    return Turns(rows, charged)


def _grouped(read: Trace) -> list[_Group]:
    """What was said, with the responses to it."""
    groups: list[_Group] = []
    last: list[Response] | None = None  # of the conversation
    for response in read.responses.values():
        if last and not response.utterances and not response.out_of_band and _calls(read, last[-1]):
            last.append(response)
            continue
        groups.append((response.utterances, [response]))
        if not response.out_of_band:
            last = groups[-1][1]
    return groups


def _calls(read: Trace, response: Response) -> bool:
    return any(item.type == "function_call" for item in read.items(response))


class _Row:
    """Makes rows out of what a log says."""

    def __init__(self, read: Trace, charged: Bill) -> None:
        self._read, self._charged = read, charged
        self._heard = read.heard
        items = read.conversation.items.values()
        self._outputs = {one.call_id: one.text for one in items if one.type == _OUTPUT}

    def __call__(self, number: int, said: tuple[Utterance, ...], answers: list[Response]) -> Turn:
        read, known = self._read, self._read.conversation.items
        made = [item for response in answers for item in read.items(response)]
        accounts = [self._heard[item.id] for item in made if item.id in self._heard]
        ids, item_ids = [one.id for one in answers], [one.item_id for one in said]
        charges = self._charged.of(*ids, *item_ids)
        responses = self._charged.of(*ids)
        began, ended = self._span(said, answers)
        return Turn(
            number=number,
            began_s=began - read.began,
            ended_s=ended - read.began,
            said=_joined(known[id].text for id in item_ids if id in known),
            answer=_joined(item.text for item in made if item.type == "message"),
            heard=_joined(one.heard_text for one in accounts)
            if read.had_player and accounts
            else None,
            heard_ms=sum(one.heard_ms for one in accounts),
            spoken_ms=sum(one.received_ms for one in accounts),
            interrupted=any(map(self._was_interrupted, answers)),
            tools=tuple(self._tool_call(item) for item in made if item.type == "function_call"),
            tokens=responses.tokens,
            bill=charges,
            model=responses.charges[0].model if responses.charges else "",
            config=_digest(answers[0].session) if answers else "",
            latency=latency_of(read, answers),
            response_ids=tuple(ids),
            item_ids=tuple(item_ids),
            out_of_band=any(one.out_of_band for one in answers),
        )

    def _was_interrupted(self, response: Response) -> bool:
        states = (self._heard[id].state for id in response.item_ids if id in self._heard)
        return response.status == "cancelled" or "cut" in states

    def _tool_call(self, item: Item) -> ToolCall:
        return ToolCall(item.name, redact(item.arguments), self._outputs.get(item.call_id))

    def _span(self, said: tuple[Utterance, ...], answers: list[Response]) -> tuple[float, float]:
        """When the turn began and ended, in the log's seconds."""
        begins = [self._read.user.spoke_at(one) for one in said] + [one.created for one in answers]
        ends = [one.silent or one.done or one.created for one in answers]
        began = min((time for time in begins if time is not None), default=self._read.began)
        return began, max([began, *ends])


def _joined(texts: Iterable[str]) -> str:
    return " ".join(text for text in texts if text)


def _digest(session: dict[str, Any]) -> str:
    """The configuration's digest; of one that holds what is not known here, of its text."""
    from ..config.preset import Preset
    from ..errors import ConfigError

    try:
        return Preset.of(session).digest
    except ConfigError:
        text = json.dumps(session, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:8]
