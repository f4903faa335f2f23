"""Numbers, in words and digits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rt_notebook.server.brains.number_words import numbers_in, spell, with_digits


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
