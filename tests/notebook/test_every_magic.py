"""What every magic has in common: ``-s`` names its session, ``-o`` keeps its result."""

import contextlib
import threading
from pathlib import Path

import pytest
from IPython.core.error import UsageError
from IPython.utils.capture import capture_output

from rt_notebook import Reply, Secret
from rt_notebook.client.connect import connect, session_named
from rt_notebook.client.session import RealtimeSession
from rt_notebook.notebook.commands import COMMANDS

from ..client.scripted import Puppet, scripted_server
from ..client.test_credentials import desk

SESSION = {"type": "realtime", "model": "scripted", "audio": {"input": {}, "output": {}}}
ITEM = {"id": "item_1", "type": "message", "role": "user", "content": []}
RESPONSE = {"id": "resp_1", "metadata": None, "output": []}

#: Client event → what the server answers.
ANSWERS = {
    "session.update": [{"type": "session.updated", "session": SESSION}],
    "conversation.item.create": [{"type": "conversation.item.added", "item": ITEM}],
    "conversation.item.delete": [{"type": "conversation.item.deleted", "item_id": "item_1"}],
    "conversation.item.retrieve": [{"type": "conversation.item.retrieved", "item": ITEM}],
    "conversation.item.truncate": [
        {"type": "conversation.item.truncated", "item_id": "item_1", "audio_end_ms": 5}
    ],
    "input_audio_buffer.clear": [{"type": "input_audio_buffer.cleared"}],
    "response.create": [{"type": "response.created", "response": RESPONSE}],
    "response.cancel": [{"type": "response.done", "response": {**RESPONSE, "status": "cancelled"}}],
}
#: Magic → the rest of its line, what `-o` keeps, and what the server is told.
LINES = {
    "rt_disconnect": ("", RealtimeSession, None),
    "rt_status": ("", dict, None),
    "rt_config": ("--voice marin", dict, "session.update"),
    "rt_respond": ("--no-wait", Reply, "response.create"),
    "rt_say": ("--no-wait hello", Reply, "response.create"),
    "rt_cancel": ("", Reply, "response.cancel"),
    "rt_controls": ("", object, None),
    "rt_mic": ("off", RealtimeSession, None),
    "rt_item add": ("--id item_1 hello", dict, "conversation.item.create"),
    "rt_item delete": ("item_1", dict, "conversation.item.delete"),
    "rt_item retrieve": ("item_1", dict, "conversation.item.retrieve"),
    "rt_item truncate": ("item_1 5", dict, "conversation.item.truncate"),
    "rt_send": ("input_audio_buffer.clear", dict, "input_audio_buffer.clear"),
    "rt_save": ("talk.md", Path, None),
}
#: They open a session or ask another server, and have tests of their own below.
OPENING = {"rt_connect", "rt_replay", "rt_transcribe", "rt_token"}


class Answering(Puppet):
    """A server that accepts everything."""

    def __init__(self):
        super().__init__()
        self.types = []
        self.began_to_answer = threading.Event()

    def follow(self, session):
        session.on("*", self._answer, direction="sent")
        session.on("response.created", lambda event: self.began_to_answer.set())

    def _answer(self, event):
        self.types.append(event["type"])
        answers = ANSWERS.get(event["type"], ())
        self.say(*({"event_id": "e", **answer} for answer in answers))


@pytest.fixture
def servers(shell):
    """Two sessions, the default one and `second`, each on a server of its own."""
    with contextlib.ExitStack() as stack:
        servers = {}
        for name in ("default", "second"):
            servers[name] = Answering()
            url = stack.enter_context(scripted_server(servers[name].script))
            servers[name].follow(connect(url, name=name, quiet=True))
        yield servers


def run(shell, command, line):
    magic, _, action = command.partition(" ")
    with capture_output() as shown:
        shell.run_line_magic(magic, f"{action} {line}".strip())
    return shown.stdout


def test_every_magic_of_the_shell_is_in_the_table(shell):
    registered = {name for name in shell.magics_manager.magics["line"] if name.startswith("rt_")}
    assert registered == {command.partition(" ")[0] for command in COMMANDS}


@pytest.mark.parametrize("magic", sorted({command.partition(" ")[0] for command in COMMANDS}))
def test_help_is_what_a_question_mark_shows(shell, magic):
    shown = run(shell, magic, "--help")
    assert shown.strip() == shell.find_magic(magic).getdoc().strip()
    assert "--session, -s" in shown


@pytest.mark.parametrize("magic", ["rt_say", "rt_item", "rt_send"])
def test_help_says_where_the_options_of_a_text_stand(shell, magic):
    shown = " ".join(run(shell, magic, "--help").split())
    assert "TEXT all words up to the first option behind them" in shown
    assert "A text with an option's name in it stands in quotes" in shown


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - OPENING))
def test_s_names_the_session_and_o_keeps_the_result(shell, servers, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words, kind, told = LINES.get(command, ("", object, None))
    if command == "rt_cancel":
        run(shell, "rt_respond", "--no-wait -s second")
        assert servers["second"].began_to_answer.wait(10)
    run(shell, command, f"-s second -o kept {words}")
    assert isinstance(shell.user_ns["kept"], kind)
    if told is not None:
        servers["second"].told(told)
    assert servers["default"].types == []
    assert session_named().status == "open"


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - OPENING))
def test_without_the_session_each_says_the_next_step(shell, command):
    words, _, _ = LINES.get(command, ("", object, None))
    with pytest.raises(UsageError, match="No session named 'nobody'; open one with %rt_connect"):
        run(shell, command, f"-s nobody {words}")


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_a_result_is_kept_in_a_variable_only(shell, command):
    with pytest.raises(UsageError, match="-o takes the name of a variable, got '2nd'"):
        run(shell, command, "-o 2nd")


def test_connect_opens_a_session_of_that_name(shell):
    with scripted_server(Puppet().script) as url:
        run(shell, "rt_connect", f"{url} -s second -o kept")
        assert shell.user_ns["kept"] is session_named("second")


def test_a_session_that_transcribes_has_that_name(shell):
    puppet = Puppet()
    with scripted_server(puppet.script) as url:
        line = f"{url} -s second -o kept"
        opening = threading.Thread(target=run, args=(shell, "rt_transcribe", line))
        opening.start()
        puppet.told("session.update")
        puppet.say({"type": "session.updated", "event_id": "e", "session": SESSION})
        opening.join(10)
        assert shell.user_ns["kept"] is session_named("second")


def test_a_key_has_the_configuration_of_that_session_and_of_the_line(shell, servers):
    voiced = {**SESSION, "audio": {"output": {"voice": "cedar", "speed": 1.0}}}
    servers["second"].say({"type": "session.updated", "event_id": "e", "session": voiced})
    session_named("second").send({"type": "input_audio_buffer.clear"}).wait(10)
    with desk() as here:
        run(shell, "rt_token", f"{here.url} -s second -o kept --speed 1.2")
    ((_, _, body),) = here.requests
    assert body["session"]["audio"]["output"] == {"voice": "cedar", "speed": 1.2}
    assert body["session"]["model"] == "scripted"
    assert isinstance(shell.user_ns["kept"], Secret)
