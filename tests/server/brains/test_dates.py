"""The days that the demo brain knows, asked on Saturday, November 21, 2026."""

from __future__ import annotations

from datetime import date

import pytest

from rt_notebook.server.brains.dates import date_answer

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What's the date today?", "Today is Saturday, November 21, 2026."),
        ("What day is it?", "Today is Saturday, November 21, 2026."),
        ("What day is tomorrow?", "Tomorrow is Sunday, November 22, 2026."),
        ("What was yesterday?", "Yesterday was Friday, November 20, 2026."),
        ("What is the date the day after tomorrow?", "That is Monday, November 23, 2026."),
        ("What date is it in three weeks?", "That is Saturday, December 12, 2026."),
        ("What day was it ten days ago?", "That was Wednesday, November 11, 2026."),
        ("When is next Monday?", "That is Monday, November 23, 2026."),
        ("What is the date next Saturday?", "That is Saturday, November 28, 2026."),
        ("What was the date last Friday?", "That was Friday, November 20, 2026."),
        ("What day is December 25th?", "That is Friday, December 25, 2026."),
        ("What day was the 1st of November?", "That was Sunday, November 1, 2026."),
        ("What weekday was July 20, 1969?", "That was Sunday, July 20, 1969."),
        ("How many days until Christmas?", "It is 34 days until Friday, December 25, 2026."),
        ("How many days is it to tomorrow?", "It is 1 day until Sunday, November 22, 2026."),
        ("What year is it?", "It is 2026."),
        ("Which month is it?", "It is November 2026."),
        ("What day of the week is 2026-12-25?", "That is Friday, December 25, 2026."),
        ("What day is 2026-02-30?", "There is no such day."),
        ("What day is February 30?", "There is no such day."),
    ],
)
def test_a_day_is_found_and_named(question, answer):
    assert date_answer(question, TODAY) == answer


@pytest.mark.parametrize("text", ["Hello.", "See you tomorrow.", "When is my birthday?"])
def test_other_words_are_no_question_about_a_day(text):
    assert date_answer(text, TODAY) is None
