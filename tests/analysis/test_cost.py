"""Usages as the API gives them, and the dollars they come to, reckoned by hand."""

import math
from decimal import Decimal

import pytest

from rt_notebook.analysis.cost import Cost, Tokens, dollars_text, price_of
from rt_notebook.analysis.prices import AS_OF, PRICES, Price


def usage(text=0, audio=0, image=0, cached=(0, 0, 0), text_out=0, audio_out=0, reasoning=0):
    """A response's ``usage``; `cached` by modality."""
    return {
        "total_tokens": text + audio + image + text_out + audio_out,
        "input_tokens": text + audio + image,
        "output_tokens": text_out + audio_out,
        "input_token_details": {
            "text_tokens": text,
            "audio_tokens": audio,
            "image_tokens": image,
            "cached_tokens": sum(cached),
            "cached_tokens_details": {
                "text_tokens": cached[0],
                "audio_tokens": cached[1],
                "image_tokens": cached[2],
            },
        },
        "output_token_details": {
            "text_tokens": text_out,
            "audio_tokens": audio_out,
            "reasoning_tokens": reasoning,
        },
    }


SPOKEN = usage(119, 13, cached=(64, 0, 0), text_out=30, audio_out=91)
EVERYTHING = usage(200, 300, 500, (128, 64, 256), text_out=100, audio_out=80, reasoning=64)
UNSPLIT_CACHE = usage(100)
UNSPLIT_CACHE["input_token_details"]["cached_tokens"] = 64
DURATION = {"type": "duration", "seconds": 90}
WRITTEN_DOWN = {
    "type": "tokens",
    "total_tokens": 72,
    "input_tokens": 60,
    "input_token_details": {"text_tokens": 10, "audio_tokens": 50},
    "output_tokens": 12,
}


@pytest.mark.parametrize(
    ("usage", "model", "dollars"),
    [
        # 55 × 4 + 64 × 0.40 + 13 × 32 + 30 × 24 + 91 × 64 = 7205.6 per million
        (SPOKEN, "gpt-realtime-2.1", "0.0072056"),
        # 30 × 16 for the text that came out
        (SPOKEN, "gpt-realtime", "0.0069656"),
        (SPOKEN, "gpt-realtime-2025-08-28", "0.0069656"),
        # 55 × 0.60 + 64 × 0.06 + 13 × 10 + 30 × 2.40 + 91 × 20 = 2058.84
        (SPOKEN, "gpt-realtime-2.1-mini", "0.00205884"),
        # 72 × 4 + 128 × 0.40 + 236 × 32 + 64 × 0.40 + 244 × 5 + 256 × 0.50
        # + 100 × 24 (reasoning among them) + 80 × 64 = 16784.8
        (EVERYTHING, "gpt-realtime-2.1", "0.0167848"),
        # 72 × 0.60 + 128 × 0.06 + 236 × 10 + 64 × 0.30 + 244 × 0.80 + 256 × 0.08
        # + 100 × 2.40 + 80 × 20 = 4485.76
        (EVERYTHING, "gpt-realtime-mini", "0.00448576"),
        (usage(), "gpt-realtime-2.1", "0"),
        (DURATION, "gpt-live-transcribe", "0.0255"),
        (DURATION, "gpt-transcribe", "0.00675"),
        # 10 × 2.50 + 50 × 6 + 12 × 10 = 445
        (WRITTEN_DOWN, "gpt-4o-transcribe", "0.000445"),
        # 10 × 1.25 + 50 × 3 + 12 × 5 = 222.5
        (WRITTEN_DOWN, "gpt-4o-mini-transcribe-2025-12-15", "0.0002225"),
    ],
)
def test_a_usage_comes_to_exact_dollars(usage, model, dollars):
    assert price_of(usage, model).dollars == Decimal(dollars)


@pytest.mark.parametrize(
    ("usage", "model"),
    [
        (SPOKEN, "local-demo"),
        (SPOKEN, ""),
        (usage(), "local-demo"),
        (None, "gpt-realtime-2.1"),
        ({**SPOKEN, "input_token_details": "_elided"}, "gpt-realtime-2.1"),
        ({"total_tokens": 9, "input_tokens": 9}, "gpt-realtime-2.1"),
        ({}, "gpt-realtime-2.1"),
        ({"total_tokens": 300}, "gpt-realtime-2.1"),
        ({"input_tokens": 0, "output_tokens": 100}, "gpt-realtime-2.1"),
        ({**SPOKEN, "output_token_details": {"reasoning_tokens": 9}}, "gpt-realtime-2.1"),
        (UNSPLIT_CACHE, "gpt-realtime-2.1"),
        (DURATION, "gpt-realtime-2.1"),
        ({"type": "duration", "seconds": None}, "gpt-live-transcribe"),
        *[
            ({"type": "duration", "seconds": seconds}, "gpt-live-transcribe")
            for seconds in (-5, 1e30, math.inf, math.nan, "7", True)
        ],
        (WRITTEN_DOWN, "gpt-live-transcribe"),
    ],
)
def test_what_cannot_be_known_is_none_and_never_nothing(usage, model):
    assert price_of(usage, model) is None


def test_a_table_of_ones_own_goes_first():
    mine = {"local-demo": Price.of_tokens(text="1 1 1", audio="1 1 1", source="mine")}
    # 132 tokens in, 121 out, a dollar a million
    assert price_of(SPOKEN, "local-demo", mine).dollars == Decimal("0.000253")
    assert price_of(SPOKEN, "gpt-realtime-2.1", mine) == price_of(SPOKEN, "gpt-realtime-2.1")


def test_every_price_has_a_date_and_a_source():
    assert {price.as_of for price in PRICES.values()} == {AS_OF}
    assert all(price.source for price in PRICES.values())


def test_tokens_are_split_into_fresh_and_cached_by_modality():
    assert Tokens.of(EVERYTHING) == Tokens(72, 236, 244, 128, 64, 256, 100, 80, reasoning=64)
    assert Tokens.of(EVERYTHING).total == 1180


def test_reasoning_beside_the_text_is_billed_as_text():
    beside = usage(text_out=36, reasoning=64)
    beside["output_tokens"] = 100
    assert price_of(beside, "gpt-realtime-2.1").dollars == Decimal("0.0024")


def test_costs_add_up_by_kind():
    once = price_of(SPOKEN, "gpt-realtime-2.1")
    assert (once + once).dollars == 2 * once.dollars
    assert (once + once).parts["audio_out"] == Decimal("0.011648")
    assert Cost.sum([]).dollars == 0


@pytest.mark.parametrize(
    ("dollars", "text"),
    [
        ("0.0072056", "$0.0072"),
        ("0.000445", "$0.00044"),
        ("0.0996", "$0.100"),
        ("0.25", "$0.25"),
        ("12.345", "$12.34"),
        ("0", "$0.00"),
        (None, "unknown"),
    ],
)
def test_dollars_are_written_with_two_digits_that_mean_something(dollars, text):
    assert dollars_text(dollars and Decimal(dollars)) == text
