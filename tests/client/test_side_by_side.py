"""Answers in the conversation and beside it, made at the same time and heard in turn."""

from __future__ import annotations

import math
import queue

import pytest

import rt_notebook as rt
from rt_notebook.client.observer import Observer
from rt_notebook.protocol.events import encode_audio

from .scripted import Puppet, scripted_server


class Player(Observer):
    """Renders all that it is given; `told` holds what it was told, by item."""

    can_play = True

    def __init__(self, core):
        self.core = core
        self.told = queue.Queue()
        self.rendered = 0

    def play(self, item_id, pcm):
        self.told.put(f"{item_id} {len(pcm) // 2}")
        self.rendered += len(pcm) // 2
        self.core.played(self.core.machine.ledger.epoch, self.rendered, 0.0)

    def play_end(self, item_id):
        self.told.put(f"{item_id} ends")

    def flush(self, epoch):
        self.told.put("silence")
        self.core.flushed(epoch, self.rendered, 0.0)
        self.rendered = 0

    def next(self, n):
        return [self.told.get(timeout=10) for _ in range(n)]


class Talk:
    """A session that asked for an answer (``a``) and for one beside the talk (``b``)."""

    def __init__(self, puppet, session):
        self.puppet, self.session = puppet, session
        self.player = Player(session.core)
        session.core.attach(self.player)
        self.replies = {"a": session.respond(), "b": session.respond(conversation="none")}
        for name in "ab":
            asked = puppet.told("response.create")["response"]
            self.say("response.created", response=self.response(name, metadata=asked["metadata"]))

    def response(self, name, **fields):
        return {"id": f"r_{name}", "output": [], **fields}

    def say(self, type, **fields):
        self.puppet.say({"type": type, "event_id": f"e{id(fields)}", **fields})

    def sound(self, name, n_samples):
        delta = encode_audio(b"\x01\x00" * n_samples)
        self.say("response.output_audio.delta", **self.place(name), delta=delta)

    def item_ends(self, name):
        self.say("response.output_audio.done", **self.place(name))

    def over(self, name, status="completed"):
        self.say("response.done", response=self.response(name, status=status))

    def place(self, name):
        return {"response_id": f"r_{name}", "item_id": name, "content_index": 0}


@pytest.fixture
def talk():
    puppet = Puppet()
    with scripted_server(puppet.script) as url, rt.connect(url, quiet=True) as session:
        yield Talk(puppet, session)


def test_an_answer_beside_the_talk_waits_until_the_one_that_sounds_is_over(talk):
    for name, n_samples in [("a", 240), ("b", 480), ("a", 241), ("b", 481)]:
        talk.sound(name, n_samples)
    talk.item_ends("b")
    talk.over("b")
    talk.replies["b"].wait(10)
    talk.item_ends("a")
    talk.over("a")
    assert talk.player.next(6) == ["a 240", "a 241", "a ends", "b 480", "b 481", "b ends"]
    assert {id: heard.state for id, heard in talk.session.heard.items()} == {
        "a": "heard",
        "b": "heard",
    }


@pytest.mark.parametrize("status", ["cancelled", "failed", "incomplete"])
def test_an_answer_that_breaks_off_lets_the_next_one_sound(talk, status):
    talk.sound("a", 240)
    talk.sound("b", 480)
    talk.over("a", status)
    assert talk.player.next(3) == ["a 240", "a ends", "b 480"]


def test_an_answer_that_is_lost_with_its_connection_lets_the_next_one_sound(talk):
    talk.sound("a", 240)
    talk.sound("b", 480)
    talk.player.next(1)
    talk.puppet.hang_up()
    assert talk.player.next(3) == ["a ends", "b 480", "b ends"]


def test_stop_silences_what_waits_too(talk):
    talk.sound("a", 240)
    talk.sound("b", 480)
    talk.item_ends("b")
    talk.over("b")
    talk.replies["b"].wait(10)
    talk.session.cancel()
    talk.over("a", "cancelled")
    talk.replies["a"].wait(10)
    assert talk.player.next(2) == ["a 240", "a ends"]
    assert talk.player.told.empty()
    assert talk.session.heard["b"].state == "unplayed"


def test_answers_side_by_side_are_replayed_and_rebuilt_as_they_were_heard(talk, tmp_path):
    for name, n_samples in [("a", 240), ("b", 480), ("a", 240)]:
        talk.sound(name, n_samples)
    talk.item_ends("a")
    talk.over("a")
    talk.sound("b", 480)
    talk.over("b", "cancelled")
    assert len(talk.player.next(6)) == 6
    talk.session.close()
    path = talk.session.save(tmp_path / "talk")
    assert talk.session.heard["b"].heard_ms == 40
    assert rt.open(path).heard == talk.session.heard
    assert rt.replay(path, speed=math.inf).wait(60).heard == talk.session.heard
