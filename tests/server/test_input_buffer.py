"""The buffer's clock and cuts, with probabilities in the place of a model."""

from __future__ import annotations

import pytest

from rt_notebook.server.input_buffer import InputBuffer
from rt_notebook.server.turns import SpeechStarted, SpeechStopped

RATE = 24000
VAD = {
    "type": "server_vad",
    "threshold": 0.5,
    "prefix_padding_ms": 300,
    "silence_duration_ms": 500,
}


class Loudness:
    """Says that a frame of 32 ms is speech when its first sample is not zero."""

    def __init__(self) -> None:
        self._rest = b""

    def probabilities(self, chunk: bytes):
        self._rest += chunk
        size = RATE * 32 // 1000 * 2
        while len(self._rest) >= size:
            yield 0.9 if self._rest[0] else 0.1
            self._rest = self._rest[size:]


def loud(ms: int) -> bytes:
    return b"\x01\x01" * (RATE * ms // 1000)


def quiet(ms: int) -> bytes:
    return bytes(2 * (RATE * ms // 1000))


def feed(buffer: InputBuffer, audio: bytes, chunk_ms: int = 40) -> list:
    activity, size = Loudness(), RATE * chunk_ms // 1000 * 2
    return [
        event
        for at in range(0, len(audio), size)
        for event in buffer.feed(audio[at : at + size], activity)
        if isinstance(event, (SpeechStarted, SpeechStopped))
    ]


@pytest.mark.parametrize("chunk_ms", [7, 20, 100, 5000])
def test_turns_do_not_depend_on_how_the_audio_is_cut(chunk_ms):
    audio = quiet(992) + loud(640) + quiet(1000)
    started, stopped = feed(InputBuffer(RATE, VAD), audio, chunk_ms)
    assert (started.audio_start_ms, stopped.audio_end_ms) == (692, 992 + 640 + 512)


def test_a_turn_is_cut_out_of_the_session_at_its_milliseconds():
    buffer, turn = InputBuffer(RATE, VAD), b""
    audio = quiet(992) + loud(640) + quiet(1000)
    for event in buffer.feed(audio, Loudness()):
        if isinstance(event, SpeechStopped):
            turn = buffer.between(692, event.audio_end_ms)
    assert turn == quiet(300) + loud(640) + quiet(512)


def test_silence_is_not_kept_longer_than_a_turn_could_reach_back():
    buffer = InputBuffer(RATE, VAD)
    feed(buffer, quiet(60_000))
    assert buffer.duration_ms < 500
    assert buffer.written_ms == 60_000


def test_without_turn_detection_everything_is_kept_and_speech_is_counted():
    buffer = InputBuffer(RATE, None)
    assert feed(buffer, quiet(320) + loud(640) + quiet(320)) == []
    assert buffer.voiced_ms == 640
    assert buffer.take() == quiet(320) + loud(640) + quiet(320)
    assert (buffer.duration_ms, buffer.voiced_ms) == (0, 0)


def test_speech_that_waits_is_counted_whoever_ends_the_turn():
    buffer = InputBuffer(RATE, VAD)
    feed(buffer, loud(640))
    buffer.set_turn_detection(None)
    assert (buffer.duration_ms, buffer.voiced_ms) == (640, 640)


def test_speech_of_earlier_turns_is_not_counted_as_waiting():
    buffer = InputBuffer(RATE, VAD)
    feed(buffer, loud(640) + quiet(2000))
    buffer.set_turn_detection(None)
    feed(buffer, quiet(640))
    assert buffer.voiced_ms == 0


def test_a_cleared_turn_never_stops():
    buffer = InputBuffer(RATE, VAD)
    activity = Loudness()
    events = list(buffer.feed(loud(640), activity))
    buffer.clear()
    events += buffer.feed(quiet(2000), activity)
    assert [type(event) for event in events] == [SpeechStarted]


def test_the_clock_goes_on_after_a_commit():
    buffer = InputBuffer(RATE, None)
    feed(buffer, loud(320))
    buffer.take()
    buffer.set_turn_detection(VAD)
    started = feed(buffer, quiet(992) + loud(640))[0]
    assert started.audio_start_ms == 320 + 992 - 300
