"""Turn logic, from probabilities written by hand."""

from __future__ import annotations

import pytest

from rt_notebook.server.turns import (
    SpeechMayBeOver,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
    SpeechStopped,
    TurnDetector,
    TurnRules,
)

SPEECH, SILENCE = 0.9, 0.1


def heard(rules: TurnRules, *stretches: tuple[float, int], origin_ms: int = 0) -> list:
    """Feed (probability, frames) stretches and return what happened."""
    detector = TurnDetector(rules, origin_ms)
    return [
        event
        for probability, frames in stretches
        for _ in range(frames)
        for event in detector.feed(probability)
    ]


def turns(*args, **kwargs) -> list:
    """Only starts and stops."""
    return [e for e in heard(*args, **kwargs) if isinstance(e, (SpeechStarted, SpeechStopped))]


def test_a_turn_starts_before_its_first_speech_frame_by_the_prefix_padding():
    # recorded: audio_start_ms 1460 with prefix padding 300, so speech began at 1760 = 55 x 32
    assert turns(TurnRules(), (SILENCE, 55), (SPEECH, 5)) == [SpeechStarted(1460)]


def test_a_turn_at_the_beginning_starts_at_zero():
    assert turns(TurnRules(), (SPEECH, 5)) == [SpeechStarted(0)]


def test_a_turn_ends_when_the_silence_is_as_long_as_asked():
    # 10 frames of speech end at 320 ms, 16 frames are the first that make up 500 ms
    stopped = turns(TurnRules(), (SPEECH, 10), (SILENCE, 40))[-1]
    assert stopped == SpeechStopped(audio_end_ms=320 + 512, voiced_ms=320)


def test_a_recorded_turn_ends_on_a_frame():
    # recorded with silence_duration_ms 200: 4256 = 133 x 32, so speech ended at 4032
    rules = TurnRules(silence_duration_ms=200)
    stopped = turns(rules, (SILENCE, 55), (SPEECH, 126 - 55), (SILENCE, 10))[-1]
    assert stopped.audio_end_ms == 4256


def test_a_shorter_silence_is_a_pause_only():
    events = heard(TurnRules(), (SPEECH, 10), (SILENCE, 10), (SPEECH, 10))
    assert events == [SpeechStarted(0), SpeechPaused(320 + 224), SpeechResumed()]


def test_a_silence_too_short_to_matter_is_no_pause():
    assert heard(TurnRules(), (SPEECH, 10), (SILENCE, 5), (SPEECH, 5)) == [SpeechStarted(0)]


def test_with_a_short_silence_the_pause_comes_at_its_half():
    events = heard(TurnRules(silence_duration_ms=200), (SPEECH, 10), (SILENCE, 7))
    assert events[1:] == [SpeechPaused(320 + 128), SpeechStopped(320 + 224, 320)]


def test_two_loud_frames_are_a_click_and_no_speech():
    assert turns(TurnRules(), (SILENCE, 10), (SPEECH, 2), (SILENCE, 30)) == []


def test_one_quiet_frame_in_between_does_not_hide_the_start_of_speech():
    events = turns(TurnRules(), (SILENCE, 20), (SPEECH, 1), (SILENCE, 1), (SPEECH, 2))
    assert events == [SpeechStarted(20 * 32 - 300)]


def test_the_padding_of_a_turn_does_not_reach_into_the_turn_before():
    rules = TurnRules(prefix_padding_ms=2000)
    first, stop, second = turns(rules, (SPEECH, 10), (SILENCE, 30), (SPEECH, 5))
    assert isinstance(first, SpeechStarted)
    assert second.audio_start_ms == stop.audio_end_ms


@pytest.mark.parametrize(("probability", "found"), [(0.59, 0), (0.61, 1)])
def test_the_threshold_decides_what_is_speech(probability, found):
    assert len(turns(TurnRules(threshold=0.6), (probability, 10))) == found


def test_milliseconds_count_from_the_origin():
    events = turns(TurnRules(), (SILENCE, 20), (SPEECH, 10), (SILENCE, 16), origin_ms=1000)
    assert events == [SpeechStarted(1000 + 640 - 300), SpeechStopped(1000 + 960 + 512, 320)]


def test_voiced_time_counts_speech_frames_only():
    stopped = turns(TurnRules(), (SPEECH, 3), (SILENCE, 4), (SPEECH, 2), (SILENCE, 16))[-1]
    assert stopped.voiced_ms == 5 * 32


def test_a_lower_eagerness_waits_longer():
    def silence_ms(eagerness: str) -> int:
        rules = TurnRules.of({"type": "semantic_vad", "eagerness": eagerness})
        return rules.silence_duration_ms

    assert silence_ms("high") < silence_ms("medium") < silence_ms("low")
    assert silence_ms("auto") == silence_ms("medium")  # documented: auto equals medium


@pytest.mark.parametrize(
    ("eagerness", "longest_ms"), [("low", 8000), ("medium", 4000), ("high", 2000), ("auto", 4000)]
)
def test_words_that_do_not_sound_finished_are_waited_for_as_long_as_documented(
    eagerness, longest_ms
):
    rules = TurnRules.of({"type": "semantic_vad", "eagerness": eagerness})
    stopped = turns(rules, (SPEECH, 10), (SILENCE, 300))[-1]
    assert longest_ms <= stopped.audio_end_ms - 320 < longest_ms + 32


SEMANTIC = TurnRules(silence_duration_ms=300, patience_ms=2000)


def test_words_are_asked_for_once_in_a_silence():
    events = heard(SEMANTIC, (SPEECH, 10), (SILENCE, 30), (SPEECH, 5), (SILENCE, 30))
    assert events.count(SpeechMayBeOver()) == 2
    assert not [event for event in events if isinstance(event, SpeechStopped)]


def test_words_that_sound_finished_end_the_turn_with_the_next_frame():
    detector = TurnDetector(SEMANTIC)
    for _ in range(10):
        detector.feed(SPEECH)
    silent_ms = 0
    while SpeechMayBeOver() not in detector.feed(SILENCE):
        silent_ms += 32
    detector.finish()
    assert detector.feed(SILENCE) == [SpeechStopped(320 + silent_ms + 64, 320)]
    assert not detector.speaking


def test_who_speaks_on_has_not_finished():
    detector = TurnDetector(SEMANTIC)
    for _ in range(10):
        detector.feed(SPEECH)
    while SpeechMayBeOver() not in detector.feed(SILENCE):
        pass
    detector.finish()
    detector.feed(SPEECH)
    assert [event for _ in range(9) for event in detector.feed(SILENCE)] == [SpeechPaused(832)]


def test_an_endless_turn_ends():
    rules = TurnRules(longest_ms=3200)
    started, stopped, *_ = turns(rules, (SPEECH, 150))
    assert stopped.audio_end_ms - started.audio_start_ms == 3200


def test_rules_are_read_from_the_session():
    session = {
        "type": "server_vad",
        "threshold": 0.7,
        "prefix_padding_ms": 100,
        "silence_duration_ms": 900,
        "idle_timeout_ms": None,
        "create_response": True,
        "interrupt_response": True,
    }
    assert TurnRules.of(session) == TurnRules(0.7, 100, 900)
