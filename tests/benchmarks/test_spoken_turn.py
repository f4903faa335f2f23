"""A spoken turn on the wire: from the end of speech to the first sound of the answer."""

from __future__ import annotations

import pytest

import rt_notebook as rt

from ..speech import say
from .figures import show

pytestmark = pytest.mark.slow

QUESTION = "What time is it?"
TARGET_MS = 300
PARTS = {
    "end_of_speech_to_stop_ms": "end of speech → speech_stopped",
    "stop_to_response_ms": "speech_stopped → response.created",
    "response_to_audio_ms": "response.created → first sound",
    "total_ms": "end of speech → first sound",
}


@pytest.mark.parametrize("turns", [6, pytest.param(20, marks=pytest.mark.long)])
def test_a_spoken_turn_is_answered_soon_after_the_silence_that_ends_it(turns):
    with rt.connect("offline", name="spoken-turn", quiet=True) as session:
        spoken_turn(session)  # the models load with the first
        waits = [spoken_turn(session) for _ in range(turns)]
    for name, part in PARTS.items():
        show(f"spoken turn, {part}", [getattr(wait, name) for wait in waits])
    beyond = [wait.beyond_silence_ms for wait in waits]
    show(f"spoken turn, beyond the silence window, target median {TARGET_MS} ms", beyond)
    for wait in waits:
        assert 0 < wait.silence_window_ms <= wait.end_of_speech_to_stop_ms <= wait.total_ms


def spoken_turn(session):
    """Speak as a person does, and return where the wait for the answer was."""
    return session.send_audio(say(QUESTION)).wait(60).latency
