"""The parts of a turn's wait, from events with times written by hand."""

import math

import numpy as np
import pytest

from rt_notebook.analysis.latency import TurnLatency, turn_latency
from rt_notebook.audio import pcm
from rt_notebook.protocol.events import Event
from rt_notebook.record.log import Log

CHUNK_MS = 40


def tone(ms):
    t = np.arange(24 * ms) / 24_000
    return pcm.encode((0.3 * np.sin(2 * math.pi * 440 * t)).astype(np.float32))


@pytest.fixture
def log():
    """One second of sound, then silence; times in seconds as a microphone would give them."""
    log = Log()
    detection = {"type": "server_vad", "silence_duration_ms": 500}
    session = {"audio": {"input": {"turn_detection": detection}}}

    def received(time, type, audio=b"", **fields):
        log.append("received", Event(type=type, **fields), time=time, wall_time=time, audio=audio)

    received(0.0, "session.created", session=session)
    speech = tone(1000) + pcm.silence(1000)
    for n in range(len(speech) // (48 * CHUNK_MS)):
        chunk = speech[48 * CHUNK_MS * n : 48 * CHUNK_MS * (n + 1)]
        event = Event(type="input_audio_buffer.append")
        time = (n + 1) * CHUNK_MS / 1000
        log.append("sent", event, time=time, wall_time=time, audio=chunk)
    received(0.2, "input_audio_buffer.speech_started", item_id="u", audio_start_ms=0)
    received(1.6, "input_audio_buffer.speech_stopped", item_id="u", audio_end_ms=1500)
    received(1.7, "response.created", response={"id": "r"})
    received(1.8, "response.output_audio.delta", pcm.silence(100), item_id="a", response_id="r")
    received(1.95, "response.output_audio.delta", tone(100), item_id="a", response_id="r")
    return log


def test_the_parts_are_differences_of_the_right_events(log):
    latency = turn_latency(log, "r", "u")
    assert latency.end_of_speech_to_stop_ms == pytest.approx(600)
    assert latency.stop_to_response_ms == pytest.approx(100)
    assert latency.response_to_audio_ms == pytest.approx(250)
    assert latency.total_ms == pytest.approx(950)
    assert latency.beyond_silence_ms == pytest.approx(450)


def test_a_written_turn_has_no_end_of_speech(log):
    latency = turn_latency(log, "r", None)
    assert latency.total_ms is None
    assert latency.beyond_silence_ms is None
    assert latency.response_to_audio_ms == pytest.approx(250)


def test_an_unknown_response_has_no_latency(log):
    assert turn_latency(log, "nothing", "nobody") == TurnLatency(silence_window_ms=500)
