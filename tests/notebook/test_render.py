"""What a cell keeps of a talk, as HTML."""

from __future__ import annotations

import re

import pytest

from rt_notebook import Reply, connect
from rt_notebook.client.connect import close_all
from rt_notebook.notebook.render import LiveReply, transcript_html
from rt_notebook.protocol.events import Event

from ..client.scripted import Puppet, scripted_server

BEGAN = "2026-01-02 03:04"


@pytest.fixture
def session():
    """A session that the test changes by handing events to its conversation."""
    with scripted_server(Puppet().script) as url:
        yield connect(url, quiet=True)
        close_all()


def added(session, item_id, role, text, **item):
    part = {"type": "input_text" if role == "user" else "output_text", "text": text}
    whole = {"id": item_id, "type": "message", "role": role, "content": [part], **item}
    receive(session, "conversation.item.added", item=whole)


def receive(session, type, **fields):
    session.conversation.receive(Event(type=type, event_id="e", **fields))


def lines(session):
    """Return what a reader sees, line by line."""
    html = transcript_html(session, "rt-1", BEGAN).replace("</div>", "\n")
    text = re.sub(r"<style>.*?</style>|<[^>]*>", "", html)
    return [line for line in text.split("\n") if line]


def test_the_copy_says_when_and_with_whom_and_who_said_what(session):
    added(session, "u", "user", "Hello")
    added(session, "a", "assistant", "Good morning")
    heading, *said = lines(session)
    assert heading.startswith(f"Talk of {BEGAN} with scripted (127.0.0.1:")
    assert said == ["You:Hello", "Assistant:Good morning"]


def test_a_talk_that_did_not_begin_says_so(session):
    assert lines(session)[1:] == ["Nothing has been said yet."]


def test_every_text_from_outside_is_escaped_and_no_mathematics(session):
    added(session, "<b>", "<i>", "<script>1</script> $5 & $6")
    html = transcript_html(session, '"><p>', BEGAN)
    assert "&lt;script&gt;1&lt;/script&gt; $5 &amp; $6" in html
    assert re.findall(r"<(b|i|script|p)\b", html) == []
    assert 'class="rt-static tex2jax_ignore mathjax_ignore"' in html


def test_what_was_spoken_and_not_transcribed_is_not_left_out(session):
    session.conversation.transcribes = False
    receive(session, "input_audio_buffer.committed", item_id="u", previous_item_id=None)
    added(session, "a", "assistant", "Yes.", status="incomplete")
    assert lines(session)[1:] == ["You: (spoken, not transcribed)", "Assistant:Yes. (interrupted)"]


def test_a_reply_that_waits_for_the_user_says_how_to_answer(session, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda html, display_id: shown.append(html.data))
    reply = Reply(session.conversation, session.log)
    reply.go_on("asking", waits_for='send({"to": "<Anna>"})')
    LiveReply(reply).display()
    assert "send({&quot;to&quot;: &quot;&lt;Anna&gt;&quot;}) waits for you" in shown[0]
    assert "session.approve()" in shown[0]
