"""A real talk, spoken and interrupted, with a tool: replayed it is the same to the byte."""

import math

import pytest

import rt_notebook as rt
from rt_notebook.client.observer import Observer

from ..speech import say

pytestmark = pytest.mark.slow


class Player(Observer):
    """Has rendered half of what it was given whenever it is asked."""

    can_play = True

    def __init__(self, core):
        self.core = core
        self.samples = 0

    def play(self, item_id, pcm):
        self.samples += len(pcm) // 2
        self.core.played(self.core.machine.ledger.epoch, self.samples // 2, 12.5)

    def flush(self, epoch):
        self.core.flushed(epoch, self.samples * 2 // 3, 12.5)
        self.samples = 0


def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


def test_a_spoken_talk_is_replayed_to_the_byte(tmp_path):
    path = tmp_path / "talk.rtsession"
    with rt.connect("offline", record=path, quiet=True) as session:
        session.core.attach(Player(session.core))
        session.configure(input_audio_transcription=True).wait(10)
        story = session.send_audio(say("Tell me a long story."), pace="fast")
        with pytest.raises(TimeoutError):
            story.wait(3)
        question = session.send_audio(say("What is seven plus five?"), pace="fast")
        assert "twelve" in question.wait(60).text.lower()
        assert session.heard[story.item_ids[0]].state == "cut"
        session.tool(add, read_only=True)
        assert "7" in session.say("add 3 and 4 with the tool").wait(30).text
        beside = session.say("tell me a long story")
        with pytest.raises(TimeoutError):
            beside.wait(1)
        session.cancel()
    again = rt.replay(path, speed=math.inf).wait(60)
    assert list(again.log) == list(session.log)
    assert again.items == session.items
    assert again.heard == session.heard
    assert again.save(tmp_path / "again").read_bytes() == path.read_bytes()
    assert rt.open(path).items == session.items
    assert rt.open(path).heard == session.heard
