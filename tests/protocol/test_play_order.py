"""Two answers that are made side by side are heard one after the other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rt_notebook.protocol.effects import Sound, SoundEnd
from rt_notebook.protocol.play_order import MAX_WAITING_SAMPLES, PlayOrder
from rt_notebook.protocol.playback import PlaybackLedger


class Line:
    """An order, the responses that go on, and what was handed to the player, as words."""

    def __init__(self):
        self.going_on = set()
        self.ledger = PlaybackLedger()
        self.order = PlayOrder(self.ledger, self.going_on.__contains__)
        self.handed = []

    def begin(self, *names):
        self.going_on.update(names)

    def sound(self, name, word, n_samples=10):
        self.ledger.receive(name, 0, n_samples)
        self._hand(self.order.put(name, Sound(name, word, n_samples)))

    def item_ends(self, name):
        self._hand(self.order.put(name, SoundEnd(name)))

    def over(self, name):
        self.going_on.discard(name)
        self._hand(self.order.due())

    def clear(self):
        self._hand(self.order.clear())

    def _hand(self, pieces):
        self.handed += [p.audio if isinstance(p, Sound) else f"{p.item_id}." for p in pieces]


@pytest.fixture
def line():
    line = Line()
    line.begin("a", "b", "c")
    return line


def test_an_answer_alone_is_handed_over_as_it_comes(line):
    line.sound("a", "a1")
    assert line.handed == ["a1"]
    line.sound("a", "a2")
    line.item_ends("a")
    assert line.handed == ["a1", "a2", "a."]


def test_the_answer_that_began_first_is_heard_whole_then_the_next(line):
    line.sound("a", "a1")
    line.sound("b", "b1")
    line.sound("a", "a2")
    line.item_ends("b")
    line.over("b")
    assert line.handed == ["a1", "a2"]
    line.item_ends("a")
    line.over("a")
    assert line.handed == ["a1", "a2", "a.", "b1", "b."]


def test_what_comes_next_sounds_as_it_comes_once_it_has_its_turn(line):
    line.sound("a", "a1")
    line.sound("b", "b1")
    line.sound("c", "c1")
    line.item_ends("a")
    line.over("a")
    line.sound("b", "b2")
    assert line.handed == ["a1", "a.", "b1", "b2"]


def test_an_answer_that_breaks_off_is_ended_for_the_player_before_the_next(line):
    line.sound("a", "a1")
    line.sound("b", "b1")
    line.over("a")
    assert line.handed == ["a1", "a.", "b1"]


def test_an_answer_that_has_not_sounded_keeps_nobody_waiting(line):
    line.sound("b", "b1")
    assert line.handed == ["b1"]


def test_the_ledger_knows_what_lies_where_in_the_order_of_playing(line):
    line.sound("a", "a1")
    line.sound("b", "b1")
    line.sound("a", "a2")
    assert line.ledger.heard["b"].state == "unplayed"
    line.over("a")
    line.ledger.played(0, 25)
    assert [line.ledger.heard[name].played_samples for name in "ab"] == [20, 5]


def test_what_waits_is_forgotten_when_all_is_silenced_and_never_played(line):
    line.sound("a", "a1")
    line.sound("b", "b1")
    line.clear()
    line.over("a")
    line.over("b")
    assert line.handed == ["a1", "a."]
    assert line.ledger.heard["b"].state == "unplayed"


def test_an_answer_that_keeps_too_much_waiting_loses_its_turn(line):
    line.sound("a", "a1")
    line.sound("b", "b1", MAX_WAITING_SAMPLES)
    assert line.handed == ["a1", "a.", "b1"]
    line.sound("a", "a2")
    line.over("b")
    assert line.handed == ["a1", "a.", "b1", "b.", "a2"]


def test_a_great_many_small_pieces_are_too_much_too(line):
    line.sound("a", "a1")
    for _ in range(MAX_WAITING_SAMPLES // 100):
        line.sound("b", "b", 1)
    assert line.handed.index("b") == 2


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["sound", "over"]))))
def test_in_whatever_way_answers_come_each_is_heard_whole_and_in_one_piece(happenings):
    line = Line()
    line.begin("a", "b", "c")
    came = {name: [] for name in "abc"}
    for n, (name, happening) in enumerate(happenings):
        if name not in line.going_on:
            continue
        if happening == "sound":
            came[name].append(f"{name}{n}")
            line.sound(name, f"{name}{n}")
        else:
            line.over(name)
    for name in "abc":
        line.over(name)
    first_sounds = sorted(
        (sounds for sounds in came.values() if sounds), key=lambda s: int(s[0][1:])
    )
    whole = [word for sounds in first_sounds for word in (*sounds, f"{sounds[0][0]}.")]
    assert line.handed == whole
