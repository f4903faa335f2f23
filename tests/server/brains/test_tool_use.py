"""Choosing a function and filling its arguments."""

from __future__ import annotations

import json

import pytest

from rt_notebook.server.brains import CallResult
from rt_notebook.server.brains.tool_use import arguments_for, best_tool, spoken_result


def tool(name: str, description: str = "", required: tuple[str, ...] = (), **properties) -> dict:
    return {
        "type": "function",
        "name": name,
        "description": description,
        "parameters": {"type": "object", "properties": properties, "required": list(required)},
    }


WEATHER = tool("get_weather", "Look up the weather for a city.", ("city",), city={"type": "string"})
LIGHT = tool(
    "setLight",
    "Switch a light.",
    ("room", "on"),
    room={"type": "string", "enum": ["kitchen", "bedroom"]},
    on={"type": "boolean"},
    level={"type": "integer"},
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("What is the weather in London?", "get_weather"),
        ("turn the light off in the bedroom", "setLight"),
        ("Tell me a long story.", None),
        ("What is the time?", None),
    ],
)
def test_the_function_that_shares_words_is_chosen(text, name):
    found = best_tool([WEATHER, LIGHT], text)
    assert (found["name"] if found else None) == name


def test_a_forced_choice_always_finds_one():
    assert best_tool([WEATHER], "hello", forced=True) is WEATHER
    assert best_tool([], "hello", forced=True) is None


@pytest.mark.parametrize(
    ("function", "text", "arguments"),
    [
        (WEATHER, "What is the weather in London?", {"city": "London"}),
        (WEATHER, "the weather in New York please", {"city": "New York"}),
        (WEATHER, "weather for paris", {"city": "paris"}),
        (LIGHT, "turn off the light in the bedroom", {"room": "bedroom", "on": False}),
        (LIGHT, "light in the kitchen on at fifty", {"room": "kitchen", "on": True, "level": 50}),
        (tool("add", required=("a", "b"), a={"type": "number"}, b={"type": "number"}),
         "add two and 3.5", {"a": 2, "b": 3.5}),
        (tool("note", required=("text",), text={"type": "string"}),
         'note "buy milk" for me', {"text": "buy milk"}),
        (tool("tag", required=("names",), names={"type": "array", "items": {"type": "string"}}),
         "tag it as Urgent", {"names": ["Urgent"]}),
        (tool("nap", required=("minutes",),
              minutes={"anyOf": [{"type": "integer"}, {"type": "null"}]}),
         "a nap", {"minutes": 1}),
        (tool("nap", required=("minutes",), minutes={"type": ["null", "integer"], "minimum": 3}),
         "a nap", {"minutes": 3}),
        (tool("weather", required=("city",), city={"type": ["string", "null"]}),
         "the weather in Paris", {"city": "Paris"}),
        (tool("weather", required=("city",), city=True), "the weather in Paris",
         {"city": "Paris"}),
        (tool("weather", required=("city",), city={"anyOf": [True, {"type": "null"}]}),
         "the weather in Paris", {"city": "Paris"}),
        (tool("tag", required=("names",), names={"type": "array", "items": [{"type": "string"}]}),
         "tag it as Urgent", {"names": ["Urgent"]}),
        (tool("go", required=("to",),
              to={"type": "object", "required": ["city"],
                  "properties": {"city": {"type": "string"}, "street": {"type": "string"}}}),
         "go to Paris", {"to": {"city": "Paris"}}),
        (tool("ping"), "ping", {}),
    ],
)  # fmt: skip
def test_arguments_are_filled_from_the_words_by_type(function, text, arguments):
    assert json.loads(arguments_for(function, text)) == arguments


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("It is foggy.", "get weather says: It is foggy."),
        ('{"temperature_c": 12, "rain": false}',
         "get weather says: temperature c 12, rain no."),
        ('["a", "b"]', "get weather says: a, b."),
        ("", "get weather says: nothing."),
    ],
)  # fmt: skip
def test_what_a_function_gave_is_told_in_a_sentence(output, sentence):
    assert spoken_result("get_weather", CallResult("call_1", output)) == sentence
