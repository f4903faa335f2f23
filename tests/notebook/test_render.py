"""Outputs of cells that are kept up to date."""

from __future__ import annotations

from rt_notebook import Reply
from rt_notebook.notebook.render import LiveReply
from rt_notebook.protocol.conversation import Conversation
from rt_notebook.protocol.events import Event
from rt_notebook.record.log import Log


def test_a_reply_that_waits_for_the_user_says_how_to_answer(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda html, display_id: shown.append(html.data))
    reply = Reply(Conversation(), Log())
    reply.go_on("asking", waits_for='send({"to": "<Anna>"})')
    LiveReply(reply).display()
    assert "send({&quot;to&quot;: &quot;&lt;Anna&gt;&quot;}) waits for you" in shown[0]
    assert "session.approve()" in shown[0]


def test_a_call_that_nobody_answers_says_how_to_answer(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda html, display_id: shown.append(html.data))
    conversation = Conversation()
    call = {"id": "i1", "type": "function_call", "name": "f", "call_id": "c1", "arguments": "{}"}
    conversation.receive(Event(type="conversation.item.added", previous_item_id=None, item=call))
    reply = Reply(conversation, Log())
    reply.item_ids.append("i1")
    reply.end({"status": "completed"})
    LiveReply(reply).display()
    assert (
        "f({}) waits for its output: %rt_item add --call-id c1 --function-call-output …" in shown[0]
    )
