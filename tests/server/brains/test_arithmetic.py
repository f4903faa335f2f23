"""Arithmetic, in words and digits."""

from __future__ import annotations

import pytest

from rt_notebook.server.brains.arithmetic import calculation


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
        ("what is (2+3)*4?", "that is twenty."),
        ("2*(3+4)", "that is fourteen."),
        ("two to the power of three squared", "two to the power of three to the power of two is "
         "five hundred twelve."),
        ("What is the sum of 3 and 4?", "three plus four is seven."),
        ("half of 10", "ten divided by two is five."),
        ("What is 10-3?", "ten minus three is seven."),
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
    "text",
    [
        *("I have two dogs and three cats.", "hello", "", "minus", "plus 5", "(1 + 2"),
        *("my phone is 555-1234", "Call 2-3 people.", "What day is 2026-12-25?", "2026-12-25"),
    ],
)
def test_what_is_no_arithmetic_is_left_alone(text):
    assert calculation(text) is None
