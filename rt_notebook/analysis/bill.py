"""What a talk was charged for: its responses, and apart from them its transcripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from ..protocol.events import Event
from ..record.log import Log
from .cost import OUTPUT_KINDS, Cost, Tokens, duration_seconds, price_of, price_of_tokens
from .prices import Prices, price_list

__all__ = ["Bill", "Charge", "Meter", "bill", "forecast"]

Kind = Literal["response", "transcription"]

_TRANSCRIBED = "conversation.item.input_audio_transcription.completed"
#: From here on, nothing comes of the responses that had begun; of one alone where it is named.
_CUT_OFF = ("client.disconnected", "client.lost", "client.gave_up")


@dataclass(frozen=True)
class Charge:
    """One thing that is paid for.

    Parameters
    ----------
    kind : {"response", "transcription"}
        What it is.
    id : str
        Of the response, or of the item that was transcribed.
    model : str
        In force when it was made, as the server named it; empty when it did not.
    usage : dict or None
        As the server gave it; None if it did not.
    cost : Cost or None
        None if it cannot be known.
    """

    kind: Kind
    id: str
    model: str
    usage: dict[str, Any] | None
    cost: Cost | None

    @property
    def tokens(self) -> Tokens | None:
        """Tokens by kind; None if the server did not say, or bills by the minute."""
        per_minute = self.usage is not None and self.usage.get("type") == "duration"
        return None if per_minute else Tokens.of(self.usage)

    @property
    def is_metered(self) -> bool:
        """Whether its usage can be priced, by a price list that knows the model."""
        return self.tokens is not None or duration_seconds(self.usage) is not None


@dataclass(frozen=True, repr=False)
class Bill:
    """Charges in the order in which they came."""

    charges: tuple[Charge, ...] = ()

    @property
    def known(self) -> Cost:
        """The sum of what is known."""
        return Cost.sum(charge.cost for charge in self.charges if charge.cost is not None)

    @property
    def unknown(self) -> tuple[Charge, ...]:
        """The charges whose cost cannot be known."""
        return tuple(charge for charge in self.charges if charge.cost is None)

    @property
    def dollars(self) -> Decimal | None:
        """What it comes to; None as long as a part of it is unknown."""
        return None if self.unknown else self.known.dollars

    @property
    def tokens(self) -> Tokens:
        """Tokens of all charges that are counted in tokens."""
        counts = (charge.tokens for charge in self.charges)
        return sum((tokens for tokens in counts if tokens is not None), Tokens())

    def of(self, *ids: str) -> Bill:
        """Return the charges for these responses and items."""
        return Bill(tuple(charge for charge in self.charges if charge.id in ids))

    def __repr__(self) -> str:
        from .tables import bill_text

        return bill_text(self)

    def _repr_html_(self) -> str:
        from .tables import bill_html

        return bill_html(self)


class Meter:
    """A bill that goes on: each reading takes in what is new.

    Parameters
    ----------
    log : Log
        Of a session, open or recorded.
    model : str, optional
        Price the responses as if this one had made them.
    prices : mapping of str to Price, optional
        Looked up before the table of `prices`.
    """

    def __init__(self, log: Log, *, model: str | None = None, prices: Prices | None = None) -> None:
        self._log, self._model, self._prices = log, model, prices
        self._charges: list[Charge] = []
        self._begun: dict[str, str] = {}  # response → the model that makes it
        self._in_force: dict[str, Any] = {}
        self._n_read = 0

    def read(self) -> Bill:
        """Return the bill so far."""
        new = self._log.since(self._n_read)
        self._n_read += len(new)
        for entry in new:
            if entry.direction == "received":
                self._take(entry.event)
            elif entry.direction == "client" and entry.event.type in _CUT_OFF:
                self._cut_off(entry.event)
        return Bill(tuple(self._charges))

    def _take(self, event: Event) -> None:
        if event.type == "session.updated" or (
            event.type == "session.created" and not self._in_force
        ):  # another connection's server is given what was in force
            self._in_force = event["session"]
        elif event.type == "response.created":
            self._begun[str(event["response"].get("id"))] = self._answering
        elif event.type == "response.done":
            response = event["response"]
            id = str(response.get("id"))
            if self._begun.pop(id, None) is None:  # given up, and told the end of all the same
                self._charges = [one for one in self._charges if one.id != id or one.usage]
            self._charge("response", id, self._answering, response.get("usage"))
        elif event.type == _TRANSCRIBED:
            model = _transcription_model(self._in_force)
            self._charge("transcription", event["item_id"], model, event.get("usage"))

    @property
    def _answering(self) -> str:
        return self._model or str(self._in_force.get("model") or "")

    def _cut_off(self, event: Event) -> None:
        """Charge, without a usage, what had begun and will not be told the end of."""
        named = event.get("response_id")
        if event.type == "client.gave_up":
            lost = [named] if named in self._begun else []
        else:
            lost = list(self._begun)
        for id in lost:
            self._charge("response", id, self._begun.pop(id), None)

    def _charge(self, kind: Kind, id: str, model: str, usage: object) -> None:
        told = usage if isinstance(usage, dict) else None
        cost = price_of(told, model, self._prices)
        self._charges.append(Charge(kind, id, model, told, cost))


def bill(log: Log, *, model: str | None = None, prices: Prices | None = None) -> Bill:
    """Return what a talk was charged for; the parameters are those of `Meter`."""
    return Meter(log, model=model, prices=prices).read()


def forecast(
    turns: Sequence[Tokens], n_turns: int, model: str, prices: Prices | None = None
) -> list[Cost | None]:
    """Return what the next turns of a talk will cost, if it goes on as it went.

    Every turn sends the whole conversation again: the input grows by what a turn adds, and
    of the input before, the share that was cached stays cached. A talk of one turn says
    nothing of the cache, so none is assumed.

    Parameters
    ----------
    turns : sequence of Tokens
        Those that were, at least one; the input of each is that of its last response.
    n_turns : int
        How many to look ahead.
    model : str
        Whose prices count.
    prices : mapping of str to Price, optional
        Looked up before the table of `prices`.
    """
    price = price_list(model, prices)
    if price is None or not turns:
        return [None] * n_turns
    return [price_of_tokens(_ahead(turns, steps), price) for steps in range(1, n_turns + 1)]


def _ahead(turns: Sequence[Tokens], steps: int) -> Tokens:
    counts: dict[str, int] = {}
    for modality in ("text", "audio", "image"):
        inputs = [_input(turn, modality) for turn in turns]
        growth = _growth(turns, modality)
        coming = inputs[-1] + growth * steps
        cached = (coming - growth) * _cached_share(turns, modality)
        counts[f"cached_{modality}"] = round(cached)
        counts[modality] = round(coming) - round(cached)
    for kind in OUTPUT_KINDS:
        counts[kind] = round(sum(getattr(turn, kind) for turn in turns) / len(turns))
    return Tokens(**counts)


def _growth(turns: Sequence[Tokens], modality: str) -> float:
    """Tokens by which the input grows from one turn to the next."""
    inputs = [_input(turn, modality) for turn in turns]
    if len(turns) > 1:
        return max(0.0, (inputs[-1] - inputs[0]) / (len(turns) - 1))
    # What was said in the only turn comes again; its text is not told from the instructions.
    said_before = inputs[0] if modality == "audio" else 0
    return float(said_before + getattr(turns[0], f"{modality}_out", 0))


def _cached_share(turns: Sequence[Tokens], modality: str) -> float:
    """Which part of the input before was read from the cache."""
    before = sum(_input(turn, modality) for turn in turns[:-1])
    cached = sum(getattr(turn, f"cached_{modality}") for turn in turns[1:])
    return min(1.0, cached / before) if before else 0.0


def _input(tokens: Tokens, modality: str) -> int:
    return int(getattr(tokens, modality) + getattr(tokens, f"cached_{modality}"))


def _transcription_model(session: dict[str, Any]) -> str:
    audio_input = (session.get("audio") or {}).get("input") or {}
    return str((audio_input.get("transcription") or {}).get("model") or "")
