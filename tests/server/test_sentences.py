"""Sentences out of a stream of text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rt_notebook.server.sentences import SentenceSplitter, words


def split(*pieces: str) -> list[str]:
    splitter = SentenceSplitter()
    return [s for piece in pieces for s in splitter.push(piece)] + splitter.flush()


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three? Four", ["One. ", "Two! ", "Three? ", "Four"]),
        ('He said "Stop." Then he left.', ['He said "Stop." ', "Then he left."]),
        ("Mr. Smith met J. K. Rowling.", ["Mr. Smith met J. K. Rowling."]),
        ("It costs 3.50 dollars. Really.", ["It costs 3.50 dollars. ", "Really."]),
        ("   ", []),
    ],
)
def test_text_is_cut_where_sentences_end(text, sentences):
    assert split(text) == sentences


def test_a_sentence_comes_out_as_soon_as_the_next_begins():
    splitter = SentenceSplitter()
    assert splitter.push("Hello") == []
    assert splitter.push(" there.") == []
    assert splitter.push(" How") == ["Hello there. "]


def test_a_sentence_without_end_is_cut_after_a_comma_or_a_word():
    text = "one, two three " * 100
    pieces = split(text)
    assert "".join(pieces).rstrip() == text.rstrip()
    assert max(map(len, pieces)) <= 300
    assert pieces[0].endswith("one,")
    assert all(len(piece) <= 300 for piece in split("x" * 1000))


@given(st.lists(st.text(alphabet='ab.!? \n"', max_size=8)))
def test_nothing_but_white_space_is_lost(pieces):
    assert "".join(split(*pieces)).rstrip() == "".join(pieces).rstrip()


@given(st.text(alphabet="ab ,.\n", max_size=30).filter(str.strip))
def test_words_join_to_their_text(text):
    assert "".join(words(text)) == text
