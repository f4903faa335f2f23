"""What a cell keeps of a talk, as HTML."""

from __future__ import annotations

import base64
import re

import pytest

from rt_notebook import connect
from rt_notebook.analysis.bill import Bill, Charge, bill
from rt_notebook.analysis.cost import price_of
from rt_notebook.client.connect import close_all
from rt_notebook.notebook.transcript_copy import sounds_html, transcript_html
from rt_notebook.protocol.events import Event
from rt_notebook.secret import Secret

from ..analysis.talk import interrupted_talk
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
    html = transcript_html(session, "rt-1", BEGAN, bill(session.log)).replace("</div>", "\n")
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
    html = transcript_html(session, '"><p>', BEGAN, Bill())
    assert "&lt;script&gt;1&lt;/script&gt; $5 &amp; $6" in html
    assert re.findall(r"<(b|i|script|p)\b", html) == []
    assert 'class="rt-static tex2jax_ignore mathjax_ignore"' in html


def test_what_was_spoken_and_not_transcribed_is_not_left_out(session):
    session.conversation.transcribes = False
    receive(session, "input_audio_buffer.committed", item_id="u", previous_item_id=None)
    added(session, "a", "assistant", "Yes.", status="incomplete")
    assert lines(session)[1:] == ["You: (spoken, not transcribed)", "Assistant:Yes. (interrupted)"]


SECONDS = {"type": "duration", "seconds": 60}


def charged(model):
    return Charge("transcription", "u", model, SECONDS, price_of(SECONDS, model))


@pytest.mark.parametrize(
    ("models", "told"),
    [
        ([], ""),
        (["gpt-live-transcribe"], " · $0.017"),
        (["gpt-live-transcribe", "nobody"], " · at least $0.017"),
        (["nobody"], " · cost unknown"),
    ],
)
def test_the_heading_ends_with_what_is_known_of_the_cost(session, models, told):
    html = transcript_html(session, "rt-1", BEGAN, Bill(tuple(map(charged, models))))
    assert f"{told}</div>" in html
    assert ("·" in html) == bool(models)


def test_a_key_that_somebody_types_is_not_kept(session):
    key = Secret("sk-proj-abcdefghijklmnop1234567890")
    added(session, "u", "user", f"my key is {key.reveal()}")
    assert key.reveal() not in transcript_html(session, "rt-1", BEGAN, Bill())


def test_each_spoken_line_has_a_player_with_the_sound_that_was_heard():
    html = sounds_html(interrupted_talk(), "rt-1")
    sounds = [base64.b64decode(one) for one in re.findall(r"data:audio/wav;base64,([^\"]+)", html)]
    # 44 bytes of head, then 48 a millisecond: 1.5 s with its silence, 1 s, what was heard, 1.1 s
    assert [(len(one) - 44) // 48 for one in sounds] == [1500, 1000, 1000, 1100]
    assert html.count("<audio controls") == 4
    assert "What time is it?" in html


def test_sound_beyond_the_size_is_left_out_and_that_is_said():
    html = sounds_html(interrupted_talk(), "rt-1", max_bytes=150_000)
    assert html.count("<audio") == 1
    assert len(html) < 150_000
    assert "3 further lines did not fit" in html
