"""The end-of-utterance rule: which words leave a turn open."""

from __future__ import annotations

import pytest

from rt_notebook.server.utterance import sounds_finished


@pytest.mark.parametrize(
    "text",
    ["What is the weather in Paris?", "Stop.", "yes", "Tell me a story", "What is this for?",
     "Seven plus five.", "I do not know what that is about?", "My name is Ada!"],
)  # fmt: skip
def test_a_sentence_is_finished(text):
    assert sounds_finished(text)


@pytest.mark.parametrize(
    "text",
    ["", "  ", "I would like to", "Tell me about the", "Um.", "Well, uh", "I went there because",
     "First,", "So my number is…", "I think that…", "It’s", "I want bread and."],
)  # fmt: skip
def test_a_sentence_that_wants_more_is_not(text):
    assert not sounds_finished(text)
