"""A person opens a notebook, presses the microphone, speaks, and hears the answer."""

from __future__ import annotations

import time

import pytest

from ..speech import human_clip, microphone_wav, say, transcribe, wer
from .tap import tap

pytestmark = pytest.mark.slow

CONNECT = "%load_ext rt_notebook\n%rt_connect offline -o session"
TRANSCRIBE = "%rt_config --transcription true"
QUESTION = "What is twelve times thirty four?"


@pytest.fixture
def question(tmp_path):
    return microphone_wav(tmp_path / "question.wav", 1.0, say(QUESTION), 8.0)


@pytest.mark.parametrize("remote", [False, True], ids=["direct", "comm"])
def test_a_spoken_turn_is_heard_answered_and_played(open_notebook, question, remote):
    notebook = open_notebook(CONNECT, TRANSCRIBE, microphone=question, remote=remote)
    notebook.run_all()
    panel = notebook.page.locator(".rt-panel")
    panel.wait_for(state="attached")
    started = time.time()
    panel.get_by_role("button", name="microphone").first.click()
    notebook.wait_for("document.querySelector('.rt-panel').rtEngine.player !== null")
    ear = tap(notebook.page)
    notebook.wait_until("len(session.replies) == 1 and session.replies[0].done", seconds=60)
    spoken = ear.wait_spoken(after=started)
    items = notebook.evaluate("[(i.role, i.text) for i in session.items]")
    assert wer(QUESTION, items[0][1]) <= 0.2
    assert wer(items[1][1], transcribe(spoken.samples)) <= 0.2
    notebook.screenshot("talk")
