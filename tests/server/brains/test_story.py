"""Stories are as long as they are asked for, and always come to the same end."""

from __future__ import annotations

import pytest

from rt_notebook.server.brains.story import story

END = "they climbed the stairs together and lit the lamp."


@pytest.mark.parametrize(
    ("asked", "sentences"),
    [
        ("Tell me a story in three sentences.", 3),
        ("a one sentence story", 1),
        ("Tell me a story of 40 sentences.", 40),
        ("Tell me a short story.", 4),
    ],
)
def test_sentences_are_counted(asked, sentences):
    told = story(asked)
    assert told.count(".") == sentences
    assert told.endswith(END)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("a story of 100 words", 100),
        ("a half a minute story", 84),
        ("Tell me a two minute story.", 336),
        ("a story of an hour", 10_080),
        ("a story of 900000 hours", 20_160),
    ],
)
def test_time_and_words_are_filled_to_a_sentence(asked, words):
    told = story(asked)
    assert words - 25 <= len(told.split()) <= words
    assert told.endswith(END)


def test_without_a_length_it_lasts_more_than_a_minute():
    # 170 words a minute is fast for a voice
    assert len(story("Tell me a long story.").split()) > 220


def test_a_longer_story_begins_as_a_shorter_one_does():
    longer, shorter = story("a story of 60 sentences"), story("a story of 30 sentences")
    assert longer.startswith(shorter.removesuffix(END).rpartition(".")[0])
