"""Clients that we did not write make five turns with the server: the long suite.

Each tells what it believes of them, from its own history and events where it keeps them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.server.wire import KEY
from tests.speech import say, words

from .environments import CLIENTS

pytestmark = [pytest.mark.slow, pytest.mark.long]

PAUSE = bytes(48 * 900)
SENTENCES = {
    "sum": "What is seven plus five?",
    "story": "Tell me a long story.",
    "stop": "Stop it, please.",
}


@pytest.fixture(scope="module")
def sounds(tmp_path_factory) -> Path:
    """A folder with what the clients say: PCM16 at 24 kHz, a pause at the end."""
    folder = tmp_path_factory.mktemp("sounds")
    for name, sentence in SENTENCES.items():
        (folder / f"{name}.pcm").write_bytes(say(sentence) + PAUSE)
    return folder


@pytest.fixture(scope="module", params=CLIENTS)
def outcome(request, tmp_path_factory, server_process, sounds) -> dict[str, Any]:
    """What one client tells of its turns."""
    folder = tmp_path_factory.mktemp("client")
    return CLIENTS[request.param].outcome(folder, server_process, KEY, sounds)


def test_a_text_turn_is_answered(outcome):
    assert outcome["text"]["said"].endswith("Seven plus five is twelve.")


def test_a_tool_is_called_and_its_result_told(outcome):
    turn = outcome["tool"]
    assert (turn["name"], turn["arguments"]) == ("get_weather", {"city": "London"})
    assert "Foggy in London" in turn["said"]


def test_a_spoken_turn_is_heard_and_answered_aloud(outcome):
    turn = outcome["audio"]
    assert words(turn["heard"]) == words(SENTENCES["sum"])
    assert turn["said"].endswith("Seven plus five is twelve.")
    assert turn["sound_ms"] > 100 * len(words(turn["said"]))


def test_speech_interrupts_the_answer_which_is_cut_to_what_was_heard(outcome):
    expected = {"status": "cancelled", "truncated": 1, "next": "completed"}
    assert outcome["interruption"] == expected


def test_a_response_out_of_band_leaves_the_conversation_alone(outcome):
    turn = outcome["out_of_band"]
    assert turn["said"].endswith("Two plus two is four.")
    assert (turn["metadata"], turn["conversation_id"]) == ({"topic": "sums"}, None)
    assert turn["items"] == 0
