"""Tokens by kind, and what they cost to the last digit.

Rules
-----
- Cached input is part of the input: what is not cached is fresh, for each modality apart.
- Output that is not audio is billed as text; reasoning is output and counted there.
- Transcription is billed apart from responses, by the token or by the minute.
- What cannot be known is None, never 0: an unknown model, a usage that the server did not
  give (failed and cancelled responses), counts that are not split by modality.

Source: API reference, ``response.done`` and
``conversation.item.input_audio_transcription.completed``; the API's cost guide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

from .prices import Price, Prices, price_list

__all__ = [
    "MINUTES",
    "OUTPUT_KINDS",
    "Cost",
    "Tokens",
    "dollars_text",
    "duration_seconds",
    "price_of",
    "price_of_tokens",
]

#: The part of a cost that is billed by the duration of audio.
MINUTES = "minutes"
#: The kinds of token that a model makes; the others, it is given.
OUTPUT_KINDS = ("text_out", "audio_out", "reasoning")
_MILLION = Decimal(1_000_000)
#: What a minute's price leaves of a second is cut here, so that sums are exact in any order.
_TRILLIONTH = Decimal("1e-12")
#: Thirty years: what says that it is longer, or shorter than nothing, is no duration.
_LONGEST_SECONDS = 1e9
_MODALITIES = ("text", "audio", "image")


@dataclass(frozen=True)
class Tokens:
    """How many tokens of each kind.

    Parameters
    ----------
    text, audio, image : int
        Fresh input.
    cached_text, cached_audio, cached_image : int
        Input that the server had seen before.
    text_out, audio_out : int
        Output.
    reasoning : int
        Those of `text_out` that were spent on thinking.
    """

    text: int = 0
    audio: int = 0
    image: int = 0
    cached_text: int = 0
    cached_audio: int = 0
    cached_image: int = 0
    text_out: int = 0
    audio_out: int = 0
    reasoning: int = 0

    @classmethod
    def of(cls, usage: Mapping[str, Any] | None) -> Tokens | None:
        """Read the API's ``usage``, of a response or of a transcription.

        Returns
        -------
        Tokens or None
            None if there is no usage, or it is not split by modality.
        """
        if not isinstance(usage, Mapping) or not {"input_tokens", "output_tokens"} <= usage.keys():
            return None
        read, written = (
            _object(usage, "input_token_details"),
            _object(usage, "output_token_details"),
        )
        total = {modality: _count(read, f"{modality}_tokens") for modality in _MODALITIES}
        if sum(total.values()) != _count(usage, "input_tokens"):
            return None
        details = _object(read, "cached_tokens_details")
        cached = {
            modality: min(_count(details, f"{modality}_tokens"), total[modality])
            for modality in _MODALITIES
        }
        if _count(read, "cached_tokens") > sum(cached.values()) or not _splits_output(usage):
            return None
        audio_out = _count(written, "audio_tokens")
        return cls(
            **{modality: total[modality] - cached[modality] for modality in _MODALITIES},
            **{f"cached_{modality}": cached[modality] for modality in _MODALITIES},
            text_out=max(0, _count(usage, "output_tokens") - audio_out),
            audio_out=audio_out,
            reasoning=_count(written, "reasoning_tokens"),
        )

    @property
    def fresh(self) -> int:
        """Input that was not cached."""
        return self.text + self.audio + self.image

    @property
    def cached(self) -> int:
        """Input that was cached."""
        return self.cached_text + self.cached_audio + self.cached_image

    @property
    def output(self) -> int:
        """What the model said, wrote and thought."""
        return self.text_out + self.audio_out

    @property
    def total(self) -> int:
        """Input and output."""
        return self.fresh + self.cached + self.output

    def by_kind(self) -> dict[str, int]:
        """Return the counts by name."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def __add__(self, other: Tokens) -> Tokens:
        mine, theirs = self.by_kind(), other.by_kind()
        return Tokens(**{kind: mine[kind] + theirs[kind] for kind in mine})


@dataclass(frozen=True)
class Cost:
    """What something cost, in US dollars, exactly.

    Parameters
    ----------
    parts : mapping of str to Decimal
        Dollars by kind of token (the fields of `Tokens`), and by ``minutes`` of audio.
    """

    parts: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def dollars(self) -> Decimal:
        """The sum."""
        return sum(self.parts.values(), Decimal(0))

    @classmethod
    def sum(cls, costs: Iterable[Cost]) -> Cost:
        """Return all together."""
        parts: dict[str, Decimal] = {}
        for cost in costs:
            for kind, dollars in cost.parts.items():
                parts[kind] = parts.get(kind, Decimal(0)) + dollars
        return cls(parts)

    def __add__(self, other: Cost) -> Cost:
        return Cost.sum((self, other))

    def __str__(self) -> str:
        return dollars_text(self.dollars)


def price_of(
    usage: Mapping[str, Any] | None, model: str, prices: Prices | None = None
) -> Cost | None:
    """Return what a ``usage`` of the API costs.

    Parameters
    ----------
    usage : mapping or None
        Of ``response.done``, or of a transcript: tokens, or ``{"type": "duration"}``.
    model : str
        As the server names it.
    prices : mapping of str to Price, optional
        Looked up before the table of `prices`.

    Returns
    -------
    Cost or None
        None if the price cannot be known.
    """
    price = price_list(model, prices)
    if price is None or not isinstance(usage, Mapping):
        return None
    if usage.get("type") == "duration":
        return _price_of_duration(usage, price)
    tokens = Tokens.of(usage)
    return None if tokens is None else price_of_tokens(tokens, price)


def price_of_tokens(tokens: Tokens, price: Price) -> Cost | None:
    """Return what tokens cost; None if a kind that occurs has no price."""
    counts = {kind: n for kind, n in tokens.by_kind().items() if n and kind != "reasoning"}
    if not counts.keys() <= price.per_million.keys():
        return None
    return Cost({kind: n * price.per_million[kind] / _MILLION for kind, n in counts.items()})


def dollars_text(dollars: Decimal | None) -> str:
    """Return dollars as people read them: two digits that mean something, and ``unknown``."""
    if dollars is None:
        return "unknown"
    if not dollars or dollars >= Decimal("0.1"):
        return f"${dollars:.2f}"
    digits = 1 - dollars.adjusted()
    return f"${dollars:.{digits}f}"


def duration_seconds(usage: Mapping[str, Any] | None) -> float | None:
    """Return the seconds of audio that a usage is billed by; None where it tells none."""
    if usage is None or usage.get("type") != "duration":
        return None
    seconds = usage.get("seconds")
    if not isinstance(seconds, (int, float)) or isinstance(seconds, bool):
        return None
    return seconds if 0 <= seconds <= _LONGEST_SECONDS else None


def _price_of_duration(usage: Mapping[str, Any], price: Price) -> Cost | None:
    seconds = duration_seconds(usage)
    if price.per_minute is None or seconds is None:
        return None
    dollars = Decimal(str(seconds)) * price.per_minute / 60
    return Cost({MINUTES: dollars.quantize(_TRILLIONTH)})


def _splits_output(usage: Mapping[str, Any]) -> bool:
    """Whether it says what of the output is audio; of a transcript, nothing is."""
    split = _object(usage, "output_token_details").keys() & {"text_tokens", "audio_tokens"}
    return bool(split) or usage.get("type") == "tokens" or not _count(usage, "output_tokens")


def _object(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, Mapping) else {}


def _count(value: Mapping[str, Any], name: str) -> int:
    found = value.get(name)
    return found if isinstance(found, int) and found > 0 else 0
