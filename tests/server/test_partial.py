"""Which words of a turn can be told before it is over."""

from __future__ import annotations

from rt_notebook.server.partial import Partial


def test_a_word_is_told_when_two_looks_agree_on_it():
    partial = Partial()
    assert partial.look("the quick brow") == ""
    assert partial.look("The quick brown fox") == "The quick"
    assert partial.look("the quick, brown fox jumps") == " brown fox"
    assert partial.end("The quick brown fox jumped over.") == " jumped over."


def test_a_settled_stretch_is_told_as_a_whole_and_not_looked_at_again():
    partial = Partial()
    assert partial.settle("One two three.") == "One two three."
    assert partial.look("four") == ""
    assert partial.look("four five") == " four"
    assert partial.end("One two three. Four five six.") == " five six."


def test_nothing_is_told_twice_when_the_final_words_are_fewer():
    partial = Partial()
    partial.settle("One two three four")
    assert partial.end("One two three") == ""
