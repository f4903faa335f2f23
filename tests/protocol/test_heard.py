"""What was heard, cut and never played: per item, in milliseconds and words."""

import pytest

from rt_notebook.protocol.conversation import Conversation
from rt_notebook.protocol.events import Event
from rt_notebook.protocol.heard import heard_items
from rt_notebook.protocol.playback import PlaybackLedger

SECOND = 24_000


def said(*texts):
    """A conversation of assistant items ``a0``, ``a1`` … with these transcripts."""
    conversation = Conversation()
    for n, text in enumerate(texts):
        part = {"type": "output_audio", "transcript": text}
        item = {"id": f"a{n}", "type": "message", "role": "assistant", "content": [part]}
        previous = f"a{n - 1}" if n else None
        conversation.receive(
            Event(type="conversation.item.added", previous_item_id=previous, item=item)
        )
    return conversation


def come(ledger, item_id, n_samples):
    """Audio of an item has come, and goes to the player."""
    ledger.receive(item_id, 0, n_samples)
    ledger.queue(item_id, n_samples)


@pytest.fixture
def ledger():
    return PlaybackLedger()


def test_an_answer_that_was_played_to_its_end_was_heard_whole(ledger):
    come(ledger, "a0", SECOND)
    ledger.complete("a0")
    ledger.played(0, SECOND)
    heard = heard_items(said("it is noon"), ledger)["a0"]
    assert (heard.state, heard.heard_ms, heard.received_ms) == ("heard", 1000, 1000)
    assert (heard.heard_text, heard.unheard_text) == ("it is noon", "")


def test_of_a_cut_answer_the_words_before_the_cut_were_heard(ledger):
    come(ledger, "a0", 2 * SECOND)
    ledger.complete("a0")
    ledger.flushed(ledger.flush(), SECOND)
    heard = heard_items(said("aaaa bbbb cccc dddd"), ledger)["a0"]
    assert (heard.state, heard.heard_ms, heard.received_ms) == ("cut", 1000, 2000)
    assert (heard.heard_text, heard.unheard_text) == ("aaaa bbbb", "cccc dddd")


def test_a_word_that_was_cut_counts_as_not_heard(ledger):
    come(ledger, "a0", 2 * SECOND)
    ledger.flushed(ledger.flush(), SECOND)
    assert heard_items(said("aaaa bbbbbb"), ledger)["a0"].heard_text == "aaaa"


def test_a_long_word_takes_longer_than_a_short_one(ledger):
    come(ledger, "a0", 10 * SECOND)
    ledger.flushed(ledger.flush(), 9 * SECOND)
    assert heard_items(said("incomprehensibility is it"), ledger)["a0"].heard_words == 1


def test_an_answer_behind_the_one_that_was_cut_was_never_played(ledger):
    for item_id in ("a0", "a1"):
        come(ledger, item_id, SECOND)
        ledger.complete(item_id)
    ledger.flushed(ledger.flush(), SECOND // 2)
    heard = heard_items(said("first answer", "second answer"), ledger)
    assert [(h.item_id, h.state, h.heard_ms) for h in heard.values()] == [
        ("a0", "cut", 500),
        ("a1", "unplayed", 0),
    ]
    assert heard["a1"].unheard_text == "second answer"


def test_what_came_while_nobody_was_there_to_play_it_was_never_played(ledger):
    ledger.receive("a0", 0, SECOND)
    ledger.complete("a0")
    heard = heard_items(said("to nobody"), ledger)["a0"]
    assert (heard.state, heard.received_ms, heard.heard_words) == ("unplayed", 1000, 0)


def test_while_it_sounds_the_account_grows(ledger):
    conversation = said("aaaa bbbb cccc dddd")
    come(ledger, "a0", 2 * SECOND)
    states = [(heard_items(conversation, ledger)["a0"].state, 0)]
    for quarter in (1, 2, 3):
        ledger.played(0, quarter * SECOND // 2)
        heard = heard_items(conversation, ledger)["a0"]
        states.append((heard.state, heard.heard_words))
    assert states == [("playing", 0), ("playing", 1), ("playing", 2), ("playing", 3)]


def test_items_stand_in_the_order_of_the_talk_and_those_beside_it_last(ledger):
    for item_id in ("aside", "a1", "a0"):
        come(ledger, item_id, SECOND)
    assert list(heard_items(said("one", "two"), ledger)) == ["a0", "a1", "aside"]
