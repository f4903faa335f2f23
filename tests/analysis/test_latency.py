"""The parts of a turn's wait, from events with times written by hand."""

import random

import pytest

from rt_notebook.analysis.latency import TurnLatency, turn_latency
from rt_notebook.analysis.turns import turns
from rt_notebook.analysis.waterfall import Spread, Waterfall, percentile
from rt_notebook.audio import pcm

from .talk import Talk, interrupted_talk, tone


def spoken_turn():
    talk = Talk()
    talk.spoken("u", 0.0, 1000, "Hello.", stop=0.6, commit=0.03)
    talk.created(1.7, "r")
    talk.answer("r", "a", [1.8, 1.95], "Hi.", pcm.silence(100) + tone(100))
    talk.done(2.0, "r")
    return talk


def test_the_parts_are_differences_of_the_right_events():
    latency = turn_latency(spoken_turn().log, "r")
    assert latency.end_of_speech_to_stop_ms == pytest.approx(600)
    assert latency.stop_to_commit_ms == pytest.approx(30)
    assert latency.commit_to_response_ms == pytest.approx(70)
    assert latency.stop_to_response_ms == pytest.approx(100)
    assert latency.response_to_audio_ms == pytest.approx(250)
    assert latency.total_ms == pytest.approx(950)
    assert latency.beyond_silence_ms == pytest.approx(450)
    assert latency.audio_to_audible_ms is None


def test_the_page_tells_when_the_answer_could_be_heard_and_how_surely():
    talk = Talk()
    talk.created(1.0, "r")
    talk.player(1.05, "opened")
    talk.answer("r", "a", [1.1], "Hi.", tone(200))
    counted = {"epoch": 0, "samples": 0, "latency_ms": 10.0}
    talk.player(1.3, "audible", ago_ms=40.0, error_ms=1.5, **counted)
    talk.player(1.5, "played", epoch=0, samples=4800, latency_ms=0.0)
    latency = turn_latency(talk.log, "r")
    assert latency.audio_to_audible_ms == pytest.approx(160)
    assert latency.audible_to_end_ms == pytest.approx(240)
    assert latency.clock_error_ms == 1.5


def test_who_comes_after_a_sound_has_not_heard_it():
    talk = Talk()
    for name, came in (("1", 1.0), ("2", 2.0)):
        talk.created(came, f"r{name}")
        talk.answer(f"r{name}", f"a{name}", [came], name, tone(200))
        talk.done(came, f"r{name}")
        talk.player(came + 0.5, "opened")
    talk.player(2.6, "played", epoch=0, samples=4800, latency_ms=0.0)
    assert [turn.heard for turn in turns(talk.log)] == ["", "2"]


def test_a_written_turn_has_no_end_of_speech():
    talk = Talk()
    talk.written("u", 1.0, "Hello.")
    talk.created(1.2, "r")
    talk.answer("r", "a", [1.5], "Hi.", tone(100))
    latency = turn_latency(talk.log, "r")
    assert latency.total_ms is None
    assert latency.beyond_silence_ms is None
    assert latency.commit_to_response_ms == pytest.approx(200)
    assert latency.response_to_audio_ms == pytest.approx(300)


def tool_turn(preamble=b""):
    """A spoken question, a call that takes half a second, and what comes of it at 3.0 s."""
    talk = Talk()
    talk.spoken("u", 0.0, 1000, "The weather?", stop=0.6, commit=0.03)
    talk.player(1.65, "opened")
    talk.created(1.7, "r1")
    if preamble:
        talk.answer("r1", "a1", [1.9], "Let me see.", preamble)
    talk.calls("r1", "f", 2.0, "weather", "{}", "rain")
    talk.done(2.1, "r1")
    talk.created(2.6, "r2")
    talk.answer("r2", "a2", [3.0], "Rain.", tone(480))
    talk.done(3.1, "r2")
    return talk


def test_the_wait_of_a_turn_with_a_tool_goes_on_to_the_first_sound_of_what_came_of_it():
    talk = tool_turn()
    talk.player(3.1, "audible", epoch=0, samples=0, latency_ms=0.0, ago_ms=0.0, error_ms=1.0)
    talk.player(3.6, "played", epoch=0, samples=24 * 480, latency_ms=0.0)
    (turn,) = turns(talk.log)
    latency = turn.latency
    assert latency.commit_to_response_ms == pytest.approx(70)
    assert latency.response_to_audio_ms == pytest.approx(1300)
    assert latency.audio_to_audible_ms == pytest.approx(100)
    assert latency.audible_to_end_ms == pytest.approx(500)
    assert latency.total_ms == pytest.approx(2000)
    assert sum(list(latency.parts.values())[:4]) == pytest.approx(latency.total_ms)
    assert sum(list(latency.parts.values())[:5]) == pytest.approx(latency.to_audible_ms)


def test_a_word_before_the_call_ends_the_wait_and_the_turn_sounds_on_to_its_last():
    talk = tool_turn(tone(480))
    talk.player(2.0, "audible", epoch=0, samples=0, latency_ms=0.0, ago_ms=0.0, error_ms=1.0)
    talk.player(2.4, "played", epoch=0, samples=24 * 480, latency_ms=0.0)
    assert turns(talk.log)[0].latency.audible_to_end_ms is None
    talk.player(3.6, "played", epoch=0, samples=24 * 960, latency_ms=0.0)
    latency = turns(talk.log)[0].latency
    assert latency.response_to_audio_ms == pytest.approx(200)
    assert latency.audible_to_end_ms == pytest.approx(1600)


@pytest.mark.parametrize("given", ["soon", None, [500], True, float("nan")])
def test_a_silence_window_that_is_no_number_is_not_known(given):
    talk = Talk({"audio": {"input": {"turn_detection": {"silence_duration_ms": given}}}})
    talk.created(1.0, "r")
    assert turn_latency(talk.log, "r").silence_window_ms is None


def test_the_wait_is_up_to_the_page_where_one_played():
    spoken = TurnLatency(total_ms=950.0)
    assert spoken.wait_ms == 950
    assert TurnLatency(total_ms=950.0, to_audible_ms=1010.0).wait_ms == 1010


def test_the_wait_of_a_written_turn_is_counted_from_its_item():
    written = {"commit_to_response_ms": 70.0, "response_to_audio_ms": 250.0}
    assert TurnLatency(**written).wait_ms == 320
    assert TurnLatency(**written, audio_to_audible_ms=40.0).wait_ms == 360
    assert TurnLatency(commit_to_response_ms=70.0).wait_ms is None


def test_an_unknown_response_has_no_latency():
    assert turn_latency(spoken_turn().log, "nothing") == TurnLatency()


def test_a_server_counts_from_its_own_session_after_a_reconnect():
    talk = Talk()
    talk.microphone(0.0, tone(400))
    talk.received(1.0, "session.created", session={})
    talk.microphone(1.0, tone(200) + pcm.silence(600))
    item = {"item_id": "u"}
    talk.received(1.1, "input_audio_buffer.speech_started", audio_start_ms=0, **item)
    talk.received(1.7, "input_audio_buffer.speech_stopped", audio_end_ms=700, **item)
    talk.received(1.7, "input_audio_buffer.committed", **item)
    talk.created(1.8, "r")
    assert turn_latency(talk.log, "r").end_of_speech_to_stop_ms == pytest.approx(500)


def test_the_waterfall_has_median_and_95th_percentile_of_what_was_seen():
    parts = Waterfall([TurnLatency(stop_to_commit_ms=ms) for ms in (10.0, 30.0, 20.0, None)]).parts
    assert list(parts) == ["stop_to_commit"]
    assert parts["stop_to_commit"].n_turns == 3
    assert parts["stop_to_commit"].median_ms == 20
    assert parts["stop_to_commit"].p95_ms == pytest.approx(29)


def test_the_error_bar_holds_the_true_median_nine_times_of_ten_at_least():
    generator = random.Random(5)
    held = 0
    for _ in range(400):
        spread = Spread.of([generator.gauss(100, 10) for _ in range(21)])
        held += abs(spread.median_ms - 100) <= spread.error_ms
    assert held >= 360


def test_one_value_has_no_error_bar():
    assert Spread.of([5.0]) == Spread(1, 5.0, 5.0, 0.0)


@pytest.mark.parametrize(("percent", "value"), [(0, 1), (50, 3), (75, 4), (95, 4.8), (100, 5)])
def test_a_percentile_lies_between_its_neighbours(percent, value):
    assert percentile([1, 2, 3, 4, 5], percent) == pytest.approx(value)


def test_the_waterfall_of_a_talk_says_how_far_off_the_page_may_be():
    waterfall = turns(interrupted_talk()).latency
    assert waterfall.clock_error_ms == 2.0
    assert "± 2.0 ms" in repr(waterfall)
    assert "first sound in the page" in waterfall._repr_html_()
