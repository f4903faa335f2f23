"""A silence, or an error's code, becomes a cause and a next step."""

from __future__ import annotations

import numpy as np
import pytest

from rt_notebook.analysis.explain import CODES, Facts, explain, explain_error
from rt_notebook.audio import pcm
from rt_notebook.protocol.events import Event
from rt_notebook.record.log import Log

DETECTING = {"audio": {"input": {"turn_detection": {"type": "server_vad", "threshold": 0.5}}}}
DEAF = {"audio": {"input": {"turn_detection": None}}}
ASKED_FOR = {
    "audio": {"input": {"turn_detection": {"type": "server_vad", "create_response": False}}}
}


def log_of(*events, sound_s=0.0, direction="received"):
    log = Log()
    if sound_s:
        tone = np.full(round(24_000 * sound_s), 0.01, np.float32)  # -40 dBFS
        append(log, "sent", {"type": "input_audio_buffer.append"}, pcm.encode(tone))
    for event in events:
        append(log, direction, event)
    return log


def append(log, direction, event, audio=b""):
    log.append(direction, Event(event), time=0.0, wall_time=0.0, audio=audio)


def only(log, facts):
    (explanation,) = explain(log, facts)
    return str(explanation)


def test_a_session_that_goes_well_needs_no_explanation():
    assert explain(log_of(), Facts(config=DETECTING, microphone="open")) == []


@pytest.mark.parametrize("code", CODES)
def test_every_known_code_has_a_cause_and_a_next_step(code):
    error = {"type": "error", "error": {"code": code, "message": "As the server says it."}}
    assert only(log_of(error), Facts()) == str(CODES[code])


def test_an_active_response_is_explained_with_the_ways_out():
    said = str(explain_error("conversation_already_has_active_response", ""))
    assert "%rt_cancel" in said
    assert "--conversation none" in said


def test_an_unknown_code_explains_itself_by_its_message():
    assert str(explain_error("new", "So it is.")) == "So it is; see the event in %rt_log."


@pytest.mark.parametrize(
    ("details", "words"),
    [
        ({"error": {"code": "new", "message": None}}, "the response failed (new)"),
        ({"error": {"code": None, "message": "So it is."}}, "So it is"),
        ({"error": {}}, "the response failed"),
        (None, "the response failed"),
    ],
)
def test_a_response_that_failed_is_explained_whatever_is_told_of_it(details, words):
    done = {"type": "response.done", "response": {"status": "failed", "status_details": details}}
    assert only(log_of(done), Facts()) == f"{words}; see the event in %rt_log."


def test_an_error_without_words_is_told_by_its_code():
    error = {"type": "error", "error": {"code": "new", "message": None}}
    assert only(log_of(error), Facts()).startswith("the server told of an error (new); ")


def test_an_error_that_an_answer_followed_is_not_explained_any_more():
    error = {"type": "error", "error": {"code": "insufficient_quota", "message": "No."}}
    done = {"type": "response.done", "response": {"status": "completed"}}
    assert explain(log_of(error, done), Facts()) == []


def test_sound_in_which_no_speech_was_found_is_told_with_its_level():
    said = only(log_of(sound_s=3.0), Facts(config=DETECTING))
    assert "no speech was found in 3.0 s of sound at -40 dBFS; the threshold is 0.5" in said
    assert "--turn-detection-threshold" in said


def test_speech_that_was_heard_is_no_silence():
    heard = {"type": "input_audio_buffer.speech_started", "item_id": "i", "audio_start_ms": 0}
    assert explain(log_of(heard, sound_s=3.0), Facts(config=DETECTING)) == []


def test_sound_without_turn_detection_waits_for_a_commit():
    assert "wait for a commit" in only(log_of(sound_s=3.0), Facts(config=DEAF))


def test_a_turn_without_create_response_waits_for_a_request():
    heard = {"type": "input_audio_buffer.committed", "item_id": "i"}
    assert "create_response is off" in only(log_of(heard), Facts(config=ASKED_FOR))


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (Facts(microphone="muted"), "Unmute"),
        (Facts(microphone="denied"), "allow it"),
        (Facts(microphone="ended"), "connect it"),
        (Facts(cannot_record="insecure"), "https or localhost"),
        (Facts(microphone="open", waits_for_cells=True), "ipykernel 7"),
        (Facts(status="lost", loss="it ended with code 1008"), "code 1008; connect again"),
        (Facts(status="reconnecting"), "made anew"),
        (Facts(status="closed"), "was closed"),
        (Facts(status="closed", loss="the budget of 2 responses is used up"), "2 responses"),
    ],
)
def test_what_no_event_tells_is_explained_from_the_facts(facts, words):
    assert words in only(log_of(), facts)


CALLED = {"type": "response.mcp_call.completed", "item_id": "i", "output_index": 0}


def ended(*types):
    output = [{"type": type} for type in types]
    return {"type": "response.done", "response": {"status": "completed", "output": output}}


@pytest.mark.parametrize(
    "events",
    [
        (CALLED, ended("mcp_call")),
        (ended("message", "mcp_approval_request"), CALLED),
        (ended("mcp_approval_request"), {**CALLED, "type": "response.mcp_call.failed"}),
    ],
)
def test_what_a_hosted_tool_gave_waits_for_a_request(events):
    assert "%rt_respond" in only(log_of(*events), Facts())
    assert explain(log_of(*events, {"type": "response.created"}), Facts()) == []


@pytest.mark.parametrize(
    "events", [(CALLED,), (CALLED, ended("mcp_call", "message")), (ended("message"),), (ended(),)]
)
def test_a_response_that_speaks_of_what_a_hosted_tool_gave_is_an_answer(events):
    assert explain(log_of(*events), Facts()) == []


def test_an_answer_that_no_page_renders_is_held_back_by_the_browser():
    log = log_of({"type": "player.opened"}, direction="player")
    delta = {"type": "response.output_audio.delta", "item_id": "a", "delta": ""}
    append(log, "received", delta, bytes(48 * 3000))
    assert "click in the panel" in only(log, Facts())
    append(log, "player", {"type": "player.played", "epoch": 0, "samples": 480, "latency_ms": 0})
    assert explain(log, Facts()) == []
