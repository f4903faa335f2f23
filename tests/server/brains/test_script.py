"""The script brain: its file, its steps, and what it says when something else is said."""

from __future__ import annotations

import asyncio

import pytest

from rt_notebook.errors import ConfigError
from rt_notebook.server.brains import BrainFailed, Call, CallResult, Context, Message, Say
from rt_notebook.server.brains.script import ScriptBrain, read_script

LINES = """
{"expect": "weather", "emit": [{"call": "get_weather", "arguments": {"city": "Paris"}}]}
{"expect": {"result": "^fog"}, "emit": [{"say": "It is "}, {"say": "foggy."}]}
{"emit": []}
"""


def asked(brain: ScriptBrain, *entries) -> list:
    async def pieces() -> list:
        return [piece async for piece in brain.answer(Context(entries))]

    return asyncio.run(pieces())


@pytest.fixture
def brain(tmp_path) -> ScriptBrain:
    path = tmp_path / "script.jsonl"
    path.write_text(LINES)
    return ScriptBrain(read_script(path))


def test_it_plays_its_steps_and_then_no_more(brain):
    question = Message("user", "What is the WEATHER in Paris?")
    assert asked(brain, question) == [Call("get_weather", '{"city": "Paris"}')]
    result = CallResult("call_1", "Foggy, 12 degrees")
    assert asked(brain, question, result) == [Say("It is "), Say("foggy.")]
    assert asked(brain, Message("user", "anything")) == []
    with pytest.raises(BrainFailed, match="no more steps"):
        asked(brain, Message("user", "anything"))


def test_a_file_is_read_as_editors_and_json_write_it(tmp_path):
    path = tmp_path / "script.jsonl"
    path.write_bytes('\ufeff{"emit": [{"say": "one\u2028two"}]}\r\n{"emit": []}\r\n'.encode())
    assert asked(ScriptBrain(read_script(path)), Message("user", "?")) == [Say("one\u2028two")]


def test_it_fails_with_its_line_when_something_else_is_said(brain):
    with pytest.raises(BrainFailed) as failed:
        asked(brain, Message("user", "Hello."))
    assert str(failed.value) == (
        "Line 2 of the script: expected 'weather' in the user's words, got 'Hello.'."
    )


@pytest.mark.parametrize(
    "line",
    ["{", "[]", '{"emit": [{"shout": "x"}]}', '{"expect": "(", "emit": []}', '{"expect": "x"}',
     '{"emit": [], "then": 1}', '{"expect": {"page": "x"}, "emit": []}', '{"emit": [{"say": 5}]}'],
)  # fmt: skip
def test_a_line_that_is_no_step_is_named(tmp_path, line):
    path = tmp_path / "script.jsonl"
    path.write_text('{"emit": []}\n' + line)
    with pytest.raises(ConfigError, match=r"^line 2 of the script is no step"):
        read_script(path)


def test_a_script_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(ConfigError, match="cannot read the script"):
        read_script(tmp_path / "none.jsonl")
