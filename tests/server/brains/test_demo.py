"""What the demo brain says."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime

import pytest

from rt_notebook.server.brains import Call, CallMade, CallResult, Context, Message, Say
from rt_notebook.server.brains.demo import NOTICE, DemoBrain

from .test_tool_use import WEATHER

EARLIER = [Message("user", "hello"), Message("assistant", "Hello!")]


def answer(*entries, **context) -> list:
    async def collect() -> list:
        brain = DemoBrain(now=lambda: datetime(2026, 11, 21, 15, 7))  # noqa: DTZ001
        return [piece async for piece in brain.answer(Context(entries, **context))]

    return asyncio.run(collect())


def said(text: str, **context) -> str:
    (piece,) = answer(*EARLIER, Message("user", text), **context)
    return piece.text


def test_the_first_answer_says_what_is_talking():
    (piece,) = answer(Message("user", "hello"))
    assert piece.text.startswith("I am the offline demo voice. I am not a language model.")


def test_later_answers_do_not_say_it_again():
    assert NOTICE not in said("hello")


def test_who_are_you_says_it_once():
    (piece,) = answer(Message("user", "Who are you?"))
    assert piece.text.count("not a language model") == 1
    assert said("What are you?").startswith(NOTICE)


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("What time is it?", "It is 3:07 PM."),
        ("Hello, what's the time?", "It is 3:07 PM."),
        ("What's the date today?", "Today is Saturday, November 21, 2026."),
        ("What is twelve times thirty four?", "Twelve times thirty four is four hundred eight."),
        ("What day is tomorrow?", "Tomorrow is Sunday, November 22, 2026."),
        ("Tell me a one sentence story.",
         "And when the evening came, they climbed the stairs together and lit the lamp."),
        ("Repeat after me: the sky is blue.", "the sky is blue."),
        ("I like rain.", "You said: I like rain."),
        ("Thank you.", "You are welcome."),
    ],
)  # fmt: skip
def test_what_it_knows_it_answers_and_the_rest_it_says_back(text, reply):
    assert said(text) == reply


def test_help_names_what_it_can_do():
    assert "repeat after you" in said("Help!")


def test_no_words_are_not_said_back():
    assert said(" ").startswith("I heard no words.")


def test_instructions_can_dictate_the_answer():
    assert said("hello", instructions='Say exactly: "Good evening."') == "Good evening."


@pytest.mark.parametrize("text", ["Say exactly: good evening.", "please say exactly good evening."])
def test_the_user_can_dictate_the_answer_and_nothing_is_added(text):
    (piece,) = answer(Message("user", text), tools=[WEATHER])
    assert piece.text == "good evening."


@pytest.mark.parametrize("text", ["Don't say exactly what I said.", "Say exactly:"])
def test_nothing_is_dictated_where_nothing_is_to_be_said(text):
    assert said(text).endswith(f"You said: {text}")


def test_a_tool_with_a_property_of_any_type_is_called():
    anything = {"type": "function", "name": "keep", "parameters": {"properties": {"it": True}}}
    assert answer(Message("user", "Keep Paris."), tools=[anything]) == [
        Call("keep", '{"it": "Paris"}')
    ]


def test_a_tool_is_called_and_its_result_told():
    question = Message("user", "What is the weather in London?")
    assert answer(question, tools=[WEATHER]) == [Call("get_weather", '{"city": "London"}')]
    made = CallMade("call_1", "get_weather", "{}")
    (piece,) = answer(question, made, CallResult("call_1", "Foggy"), tools=[WEATHER])
    assert isinstance(piece, Say)
    assert piece.text.endswith("get weather says: Foggy.")


def test_a_call_without_a_result_is_waited_for():
    made = CallMade("call_1", "get_weather", "{}")
    (piece,) = answer(Message("user", "weather?"), made, tools=[WEATHER])
    assert "still waiting for get weather" in piece.text


def test_an_old_call_does_not_answer_a_new_question():
    old = [
        Message("user", "weather?"),
        CallMade("call_1", "get_weather", "{}"),
        CallResult("call_1", "Foggy"),
    ]
    (piece,) = answer(*old, *EARLIER, Message("user", "I like rain."), tools=[WEATHER])
    assert piece.text == "You said: I like rain."


@pytest.mark.parametrize(
    ("choice", "calls"),
    [("none", False), ("required", True), ({"type": "function", "name": "get_weather"}, True)],
)
def test_tool_choice_forbids_and_forces(choice, calls):
    text = "the weather in Rome" if choice == "none" else "hello"
    (piece,) = answer(Message("user", text), tools=[WEATHER], tool_choice=choice)
    assert isinstance(piece, Call) == calls


def test_it_remembers_what_it_was_told():
    told = [*EARLIER, Message("user", "My favourite number is seven.")]
    (piece,) = answer(*told)
    assert piece.text == "I will remember that. Your favourite number is seven."
    (piece,) = answer(
        *told,
        Message("assistant", piece.text),
        Message("user", "Tell me the time."),
        Message("assistant", "It is late."),
        Message("user", "What is my favourite number?"),
    )
    assert piece.text == "Your favourite number is seven."


def test_it_takes_the_names_that_instructions_give():
    instructions = "Your name is Ada. The user's name is Bob."
    assert said("What is your name?", instructions=instructions) == (
        f"My name is Ada. {NOTICE} I run on this computer, and nothing you say leaves it."
    )
    assert said("What is my name?", instructions=instructions) == "Your name is Bob."


def test_a_picture_is_acknowledged_by_what_can_be_known_of_it():
    picture = "data:image/gif;base64,R0lGODlhEAAJAA=="
    (piece,) = answer(*EARLIER, Message("user", "", [picture]))
    assert piece.text == (
        "I got a GIF image of 16 by 9 pixels, 1 kilobyte. I cannot see what is in it."
    )
    (piece,) = answer(*EARLIER, Message("user", "What time is it?", [picture]))
    assert piece.text.endswith("I cannot see what is in it. It is 3:07 PM.")


@pytest.mark.parametrize(
    "text",
    [
        "What is the weather in Paris and in London?",
        "What is the weather in Paris, and the weather in London?",
        "Tell me the weather in Paris and London.",
    ],
)
def test_two_questions_are_two_calls(text):
    calls = answer(*EARLIER, Message("user", text), tools=[WEATHER])
    assert [json.loads(call.arguments)["city"] for call in calls] == ["Paris", "London"]


def test_one_call_at_a_time_where_that_is_asked_for():
    text = "What is the weather in Paris and in London?"
    options = {"tools": [WEATHER], "parallel_tool_calls": False}
    assert len(answer(*EARLIER, Message("user", text), **options)) == 1


def test_words_beside_a_question_are_no_second_call():
    text = "Tell me the weather in Paris and be quick."
    assert len(answer(*EARLIER, Message("user", text), tools=[WEATHER])) == 1
