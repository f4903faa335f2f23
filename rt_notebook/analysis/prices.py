"""What models cost: one table with dates and sources, which anybody may override.

Prices are OpenAI's list prices. Other providers' may differ: set ``PRICES[name]``, or pass a
table of your own wherever `prices` is taken. A model that is not in the table has an
unknown price, which is not the same as none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

__all__ = ["AS_OF", "PRICES", "Price", "Prices", "price_list"]

AS_OF = "2026-11-21"
_PAGES = "OpenAI's model pages"
_DATED = re.compile(r"-\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True)
class Price:
    """What one model costs, in US dollars.

    Parameters
    ----------
    per_million : mapping of str to Decimal
        By kind of token, the fields of `cost.Tokens`: ``text``, ``cached_text``,
        ``text_out``, ``audio`` … Kinds that are missing have no known price.
    per_minute : Decimal or None
        Of audio, for models that are billed by its duration.
    as_of : str
        ISO date on which it was looked up.
    source : str
        Where.
    """

    per_million: Mapping[str, Decimal] = field(default_factory=dict)
    per_minute: Decimal | None = None
    as_of: str = AS_OF
    source: str = _PAGES

    @classmethod
    def of_tokens(cls, *, as_of: str = AS_OF, source: str = _PAGES, **rates: str) -> Price:
        """Return a price from text, as price lists print it.

        Parameters
        ----------
        as_of, source : str
            As for `Price`.
        **rates : str
            ``text``, ``audio``, ``image``: dollars per million tokens of fresh input, cached
            input and output, such as ``"4 0.40 24"``; ``-`` where there is none.
        """
        per_million = {
            kind: Decimal(rate)
            for modality, text in rates.items()
            for kind, rate in zip(
                (modality, f"cached_{modality}", f"{modality}_out"), text.split(), strict=False
            )
            if rate != "-"
        }
        return cls(per_million, as_of=as_of, source=source)


Prices = Mapping[str, Price]

_LARGE = Price.of_tokens(text="4 0.40 24", audio="32 0.40 64", image="5 0.50")
_LARGE_BEFORE = Price.of_tokens(text="4 0.40 16", audio="32 0.40 64", image="5 0.50")
_MINI = Price.of_tokens(text="0.60 0.06 2.40", audio="10 0.30 20", image="0.80 0.08")

#: Model → price; a name with a date at its end costs what the name without it costs.
PRICES: dict[str, Price] = {
    "gpt-realtime-2.1": _LARGE,
    "gpt-realtime-2": _LARGE,
    "gpt-realtime-1.5": _LARGE_BEFORE,
    "gpt-realtime": _LARGE_BEFORE,
    "gpt-realtime-2.1-mini": _MINI,
    "gpt-realtime-mini": _MINI,
    "gpt-live-transcribe": Price(per_minute=Decimal("0.017")),
    "gpt-realtime-whisper": Price(per_minute=Decimal("0.017")),
    "gpt-transcribe": Price(per_minute=Decimal("0.0045")),
    "whisper-1": Price(per_minute=Decimal("0.006")),
    "gpt-4o-transcribe": Price.of_tokens(text="2.50 - 10", audio="6"),
    "gpt-4o-mini-transcribe": Price.of_tokens(text="1.25 - 5", audio="3"),
}


def price_list(model: str, prices: Prices | None = None) -> Price | None:
    """Return a model's price, None when it is not known.

    Parameters
    ----------
    model : str
        As the server names it.
    prices : mapping, optional
        Looked up before `PRICES`.
    """
    for table in (prices or {}, PRICES):
        for name in (model, _DATED.sub("", model)):
            if name in table:
                return table[name]
    return None
