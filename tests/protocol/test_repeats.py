"""A delta that comes twice is taken once, as far as the server's ids mean anything."""

from __future__ import annotations

import pytest

from rt_notebook.protocol.events import Event, MalformedEvent
from rt_notebook.protocol.machine import SessionMachine


@pytest.fixture
def machine():
    return SessionMachine(lambda: "own")


def text_delta(event_id, delta, item_id="a1"):
    return Event(
        type="response.output_text.delta", event_id=event_id, response_id="r1",
        item_id=item_id, output_index=0, content_index=0, delta=delta,
    )  # fmt: skip


def receive(machine, *events):
    """Give the machine these events; return the text so far and how many it refused."""
    refused = 0
    for event in events:
        try:
            machine.receive(event)
        except MalformedEvent:
            refused += 1
    return machine.conversation.items["a1"].text, refused


def test_the_same_event_again_is_refused(machine):
    first, second = text_delta("e1", "one "), text_delta("e2", "two ")
    assert receive(machine, first, first, second, first, second) == ("one two", 3)


def test_the_same_words_under_another_id_are_said_again(machine):
    assert receive(machine, text_delta("e1", "ha "), text_delta("e2", "ha ")) == ("ha ha", 0)


@pytest.mark.parametrize("event_id", [None, ""])
def test_events_without_an_id_are_all_taken(machine, event_id):
    events = [text_delta(event_id, "ha "), text_delta(event_id, "ha ")]
    assert receive(machine, *events) == ("ha ha", 0)


def test_a_server_that_gives_all_events_one_id_is_not_believed(machine):
    words = ("no ", "yes ", "no ", "no ")
    assert receive(machine, *(text_delta("e", word) for word in words)) == ("no yes no no", 0)


def test_an_id_of_an_event_that_was_refused_is_free(machine):
    spoilt = Event(**{**text_delta("e1", "@"), "type": "response.output_audio.delta"})
    assert receive(machine, spoilt, text_delta("e1", "one"), text_delta("e1", "one")) == ("one", 2)
