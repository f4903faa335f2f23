"""Which response is in progress, and whose sound is wanted."""

from __future__ import annotations

import pytest

from rt_notebook.protocol.events import Event
from rt_notebook.protocol.responses import Responses


@pytest.fixture
def responses():
    return Responses()


def audio(item_id, **fields):
    return Event(type="response.output_audio.delta", item_id=item_id, **fields)


def test_the_conversation_has_one_response_in_progress_until_it_ends(responses):
    responses.begin("r1", out_of_band=False)
    responses.end("another")
    assert responses.active == "r1"
    responses.end("r1")
    assert responses.active is None


def test_a_response_out_of_band_is_heard_and_leaves_the_conversation_free(responses):
    responses.begin("r1", out_of_band=True)
    assert responses.active is None
    assert responses.may_sound("r1")


def test_what_goes_on_out_of_band_speaks_or_does_not_until_it_is_silenced_or_over(responses):
    for name in ("r1", "r2", "r3"):
        responses.begin(name, out_of_band=True, speaks=name == "r3")
    assert responses.beside(speaking=True) == ["r3"]
    responses.speak(audio("i1", response_id="r1"))
    assert responses.beside(speaking=True) == ["r1", "r3"]
    assert responses.beside(speaking=False) == ["r2"]
    responses.silence("r1")
    responses.end("r3")
    assert responses.beside(speaking=True) == []


def test_what_was_silenced_or_never_began_is_not_heard(responses):
    responses.begin("r1", out_of_band=False)
    responses.silence("r1")
    assert not responses.may_sound("r1")
    assert not responses.may_sound("r2")


def test_audio_without_a_response_belongs_to_that_of_its_item(responses):
    responses.add_item("i1", "r1")
    assert responses.speak(audio("i1")) == "r1"
    assert responses.speak(audio("i1", response_id="r2")) == "r2"
    assert responses.speak(audio("i2")) == ""


def test_only_what_the_conversation_has_as_sound_can_be_truncated_there(responses):
    responses.begin("r1", out_of_band=False)
    responses.begin("r2", out_of_band=True)
    responses.speak(audio("i1", response_id="r1"))
    responses.speak(audio("i2", response_id="r2"))
    assert [responses.has_spoken(item) for item in ("i1", "i2", "i3")] == [True, False, False]


def test_another_server_has_nothing_of_the_conversation(responses):
    responses.begin("r1", out_of_band=False)
    responses.speak(audio("i1", response_id="r1"))
    responses.cut_off()
    assert responses.active is None
    assert not responses.has_spoken("i1")
    assert responses.may_sound("r1")  # what is still played of it
