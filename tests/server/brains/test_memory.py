"""What the demo brain remembers, and what it takes for a question about it."""

from __future__ import annotations

import pytest

from rt_notebook.server.brains.memory import assistant_name, noted, recalled

NUMBER = "My favourite number is seven."


@pytest.mark.parametrize(
    "question",
    [
        "What is my favourite number?",
        "what's my favorite number",
        "What was my favourite number again?",
        "what's my favourite number, please?",
        "Tell me my favourite number.",
        "Do you remember my favourite number?",
        "Do you remember what my favourite number is?",
        "And what was my favourite number?",
    ],
)
def test_what_was_said_is_recalled(question):
    assert recalled(question, [NUMBER, "Tell me a joke."]) == "Your favourite number is seven."


@pytest.mark.parametrize(
    ("statement", "question", "answer"),
    [
        ("My name is Marcelo, by the way", "What is my name?", "Your name is Marcelo, by the way."),
        ("Hello, my name is Ada.", "Who am I?", "Your name is Ada."),
        ("My name is Bob, and my cat is Tom.", "What is my name?", "Your name is Bob."),
        ("My name is Bob and my cat is Tom.", "What is my cat?", "Your cat is Tom."),
        (
            "My favorite color is blue.",
            "What's my favourite colour?",
            "Your favourite colour is blue.",
        ),
        ("Please call me Bob.", "What's my name?", "Your name is Bob."),
        ("I live in Bern.", "Where do I live?", "You live in Bern."),
        ("My dog is called Rex.", "What is my dog called?", "Your dog is called Rex."),
        ("I am thirty years old.", "How old am I?", "You are thirty years old."),
        ("Remember that the code is 427.", "What is the code?", "The code is 427."),
        ("My dogs are Rex and Fido!", "What are my dogs?", "Your dogs are Rex and Fido."),
        (
            "Remember that the door is blue.",
            "What did I tell you to remember?",
            "You told me: the door is blue.",
        ),
    ],
)
def test_facts_have_several_shapes(statement, question, answer):
    assert recalled(question, [statement]) == answer


def test_the_latest_fact_counts():
    assert recalled("What is my name?", ["My name is Ada.", "My name is Eve."]) == (
        "Your name is Eve."
    )


def test_what_was_never_said_is_not_made_up():
    assert recalled("What is my name?", ["Hello."]) == "You have not told me that yet."


@pytest.mark.parametrize(
    "text", ["Hello.", "What is seven plus five?", "My name is Ada.", "What is the date?"]
)
def test_other_words_are_no_question_about_the_past(text):
    assert recalled(text, [NUMBER]) is None


def test_a_fact_is_acknowledged_and_a_question_is_not():
    assert noted(NUMBER) == "I will remember that. Your favourite number is seven."
    assert noted("What is my name?") is None
    assert noted("Is my dog is here?") is None
    assert noted("Nice weather.") is None


def test_instructions_give_names():
    assert recalled("What is my name?", [], "The user's name is Zoe. Be kind.") == (
        "Your name is Zoe."
    )
    assert assistant_name("Your name is Ada. Be brief.") == "Ada"
    assert assistant_name("You are Robin, a pirate.") == "Robin"
    assert assistant_name("You're called Max.") == "Max"
    assert assistant_name('Be kind. Your name is "Bob".') == "Bob"
    assert assistant_name("Your name's Kim.") == "Kim"
    assert assistant_name("You are a helpful assistant named Zoe.") == "Zoe"
    assert assistant_name("You are a helpful assistant.") is None
