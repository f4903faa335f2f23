"""Numbers and arithmetic, in words and digits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rt_notebook.server.brains.number_words import calculation, numbers_in, spell, with_digits


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "zero"),
        (13, "thirteen"),
        (34, "thirty four"),
        (408, "four hundred eight"),
        (1_000_021, "one million twenty one"),
        (-5, "minus five"),
    ],
)
def test_numbers_are_spelled(value, words):
    assert spell(value) == words


@given(st.integers(0, 10**12 - 1))
def test_spelled_numbers_are_read_back(value):
    assert numbers_in(spell(value)) == [value]


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("Twelve times thirty-four", "12 times 34"),
        ("two hundred and six", "206"),
        ("one two three", "1 2 3"),
        ("two point five", "2.5"),
        ("salt and pepper", "salt and pepper"),
        ("someone else", "someone else"),
    ],
)
def test_number_words_become_digits(text, digits):
    assert with_digits(text) == digits


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What is twelve times thirty four?", "twelve times thirty four is four hundred eight."),
        ("what is seven plus five", "seven plus five is twelve."),
        ("12 x 34", "twelve times thirty four is four hundred eight."),
        ("1,000 minus 1", "one thousand minus one is nine hundred ninety nine."),
        ("two plus three times four", "two plus three times four is fourteen."),
        ("ten divided by four", "ten divided by four is two point five."),
        ("minus five plus eight", "minus five plus eight is three."),
        ("nine squared", "nine to the power of two is eighty one."),
        ("fifteen percent of eighty", "fifteen percent of eighty is twelve."),
        ("Add three and four.", "three plus four is seven."),
        ("Subtract 3 from 10", "ten minus three is seven."),
        ("multiply six by seven", "six times seven is forty two."),
        ("divide 1 by 4", "one divided by four is zero point two five."),
        ("one divided by zero",
         "one divided by zero has no answer: nothing can be divided by zero."),
        ("nine to the power of nine hundred",
         "nine to the power of nine hundred is too large for me."),
    ],
)  # fmt: skip
def test_arithmetic_is_answered_in_words(question, answer):
    assert calculation(question) == answer


@pytest.mark.parametrize(
    "text", ["I have two dogs and three cats.", "hello", "", "minus", "plus 5"]
)
def test_what_is_no_arithmetic_is_left_alone(text):
    assert calculation(text) is None
