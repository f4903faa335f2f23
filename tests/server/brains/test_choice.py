"""Which brain the words of ``--brain`` mean."""

from __future__ import annotations

import pytest

from rt_notebook.errors import ConfigError
from rt_notebook.server.brains.chat import ChatBrain
from rt_notebook.server.brains.choice import chosen
from rt_notebook.server.brains.demo import DemoBrain
from rt_notebook.server.brains.echo import EchoBrain
from rt_notebook.server.brains.script import ScriptBrain


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (["demo"], DemoBrain),
        (["echo"], EchoBrain),
        (["chat", "http://localhost:11434/v1"], ChatBrain),
        (["http://localhost:11434/v1"], ChatBrain),
    ],
)
def test_a_name_or_a_url_is_a_brain(words, kind):
    assert isinstance(chosen(words)(), kind)


def test_every_connection_plays_a_script_from_its_beginning(tmp_path):
    path = tmp_path / "steps.jsonl"
    path.write_text('{"emit": []}\n')
    make = chosen(["script", str(path)])
    assert isinstance(make(), ScriptBrain)
    assert make() is not make()


@pytest.mark.parametrize("words", [["gpt"], ["script"], ["demo", "x"], ["chat"], ["chat", "host"]])
def test_anything_else_is_refused_with_what_there_is(words):
    with pytest.raises(ConfigError, match="there are demo, echo, script FILE and chat URL"):
        chosen(words)


def test_a_key_that_is_not_in_the_environment_is_named(monkeypatch):
    monkeypatch.delenv("MY_CHAT_KEY", raising=False)
    with pytest.raises(ConfigError, match="MY_CHAT_KEY is not set"):
        chosen(["chat", "http://localhost:1/v1"], key_env="MY_CHAT_KEY")
