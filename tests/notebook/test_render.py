"""Outputs of cells that are kept up to date."""

from __future__ import annotations

from rt_notebook import Reply
from rt_notebook.notebook.render import LiveReply
from rt_notebook.protocol.conversation import Conversation
from rt_notebook.record.log import Log


def test_a_reply_that_waits_for_the_user_says_how_to_answer(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda html, display_id: shown.append(html.data))
    reply = Reply(Conversation(), Log())
    reply.go_on("asking", waits_for='send({"to": "<Anna>"})')
    LiveReply(reply).display()
    assert "send({&quot;to&quot;: &quot;&lt;Anna&gt;&quot;}) waits for you" in shown[0]
    assert "session.approve()" in shown[0]
