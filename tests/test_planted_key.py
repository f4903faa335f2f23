"""A key that the server and the model say back stands in nothing that is shown or written."""

from __future__ import annotations

import json
import zipfile

import pytest
from IPython.lib.pretty import pretty

from rt_notebook import ServerError, connect
from rt_notebook.analysis.bill import Bill
from rt_notebook.analysis.log_view import LogView
from rt_notebook.background import loop_thread
from rt_notebook.client.connect import close_all
from rt_notebook.notebook.panel import Panel
from rt_notebook.notebook.render import LiveReply
from rt_notebook.notebook.status import status_of
from rt_notebook.notebook.transcript_copy import transcript_html
from rt_notebook.secret import MASK

from .client.scripted import scripted_server
from .client.tool_stage import Stage

KEY = "sk-canary-0123456789abcdef"
SAID = f"Your key is {KEY}."
GIVEN = json.dumps({"key": KEY})


class Talk:
    """A session whose server has said its key back, and whose model asks to use it."""

    def __init__(self, server, session):
        self.server, self.session = server, session
        self.posted = []
        self.panel = loop_thread().run(self._panel())
        session.tool(lambda key: None, name="look")
        server.update()
        session.add_item(f"My key is {KEY}.")
        self._take_in(server.told("conversation.item.create")["item"])
        self.reply = session.respond()
        self._answer(server.told("response.create")["response"]["metadata"])
        self.refusal = self._refusal()

    async def _panel(self):
        return Panel(self.session, self.posted.append, lambda **traits: None)

    def _refusal(self):
        asked = self.session.configure(instructions=f"Use {KEY}.")
        error = {"type": "invalid_request_error", "code": "unheard_of", "message": SAID,
                 "event_id": self.server.told("session.update")["event_id"]}  # fmt: skip
        self.server.say({"type": "error", "event_id": "e", "error": error})
        with pytest.raises(ServerError) as refused:
            asked.wait(10)
        return refused.value

    def _take_in(self, item, before=None):
        added = {"type": "conversation.item.added", "event_id": "e", "previous_item_id": before}
        self.server.say({**added, "item": {"status": "completed", **item}})

    def _answer(self, metadata):
        begun = {"id": "r", "status": "in_progress", "metadata": metadata}
        said = {"type": "message", "id": "said", "role": "assistant", "status": "completed",
                "content": [{"type": "output_text", "text": SAID}]}  # fmt: skip
        call = {"type": "function_call", "id": "call", "call_id": "c", "name": "look",
                "status": "completed", "arguments": GIVEN}  # fmt: skip
        self.server.say({"type": "response.created", "event_id": "e", "response": begun})
        for item in (said, call):
            added = {"type": "response.output_item.added", "event_id": "e", "response_id": "r"}
            self.server.say({**added, "output_index": 0, "item": item})
            self._take_in(item)
        done = {**begun, "status": "completed", "output": [said, call]}
        self.server.say({"type": "response.done", "event_id": "e", "response": done})


@pytest.fixture(scope="module")
def talk():
    stage = Stage()
    with scripted_server(stage.script) as url:
        yield Talk(stage, connect(url, api_key=KEY, quiet=True))
        close_all()


@pytest.fixture
def displayed(monkeypatch):
    """Return what cells are given to show, as HTML."""
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda html, **_: shown.append(html.data))
    return shown


def received(talk, field):
    """Return a field of every event of the server's that has it."""
    entries = [entry for entry in talk.session.log if entry.direction == "received"]
    return [entry.event[field] for entry in entries if field in entry.event]


OUTPUTS = {
    "an error": lambda talk: f"{talk.refusal} {talk.refusal!r}",
    "items": lambda talk: repr(talk.session.items),
    "a part of an item": lambda talk: repr([item.parts for item in talk.session.items]),
    "what an item says": lambda talk: " ".join(item.text for item in talk.session.items),
    "a call that waits": lambda talk: repr(talk.session.approvals),
    "a reply": lambda talk: repr(talk.reply),
    "a reply's text": lambda talk: talk.reply.text,
    "events": lambda talk: repr(list(talk.session.log)),
    "what events hold": lambda talk: repr(received(talk, "item")),
    "what events hold, in a cell": lambda talk: pretty(received(talk, "item")),
    "a response": lambda talk: repr(received(talk, "response")[-1]),
    "a response in a cell": lambda talk: pretty(received(talk, "response")[-1]),
    "a refusal as it came": lambda talk: repr(received(talk, "error")),
    "turns": lambda talk: repr(talk.session.turns),
    "a turn": lambda talk: repr(talk.session.turns[0]),
    "turns as HTML": lambda talk: talk.session.turns._repr_html_(),
    "turns as a table": lambda talk: talk.session.turns.to_pandas().to_csv(),
    "the log in a terminal": lambda talk: repr(LogView(talk.session.log)),
    "the log as HTML": lambda talk: LogView(talk.session.log)._repr_html_(),
    "the log as a table": lambda talk: talk.session.log.to_pandas().to_csv(),
    "what to do": lambda talk: talk.session.explain(),
    "the status": lambda talk: str(status_of(talk.session)),
    "the copy of the talk": lambda talk: transcript_html(talk.session, "id", "", Bill(())),
    "what the page is told": lambda talk: repr([dict(told) for told in talk.posted]),
}


@pytest.mark.threat("T1")
@pytest.mark.parametrize("output", OUTPUTS)
def test_a_key_that_was_said_back_is_not_shown(output, talk):
    shown = OUTPUTS[output](talk)
    assert KEY not in shown
    assert MASK in shown


@pytest.mark.threat("T1")
def test_a_key_that_was_said_back_is_not_in_a_reply_that_asks(talk, displayed):
    LiveReply(talk.reply).display()
    assert KEY not in displayed[0]
    assert f"look({{&quot;key&quot;: &quot;{MASK}&quot;}}) waits for you" in displayed[0]


@pytest.mark.threat("T2")
@pytest.mark.parametrize("suffix", [".md", ".srt", ".json", ".rtsession"])
def test_a_key_that_was_said_back_is_not_in_a_file(suffix, talk, tmp_path):
    path = talk.session.write(tmp_path / f"talk{suffix}")
    written = _unpacked(path) if suffix == ".rtsession" else path.read_bytes()
    assert KEY.encode() not in written
    assert MASK.encode() in written


def _unpacked(path):
    with zipfile.ZipFile(path) as packed:
        return b"".join(map(packed.read, packed.namelist()))
