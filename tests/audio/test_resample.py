from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rt_notebook.audio.resample import StreamResampler, resample

_RATES = [
    (48000, 24000),
    (44100, 24000),
    (16000, 24000),
    (8000, 24000),
    (24000, 8000),
    (24000, 16000),
]
_DOWN = [(from_hz, to_hz) for from_hz, to_hz in _RATES if from_hz > to_hz]


def sine(frequency_hz: float, rate_hz: int, seconds: float = 1.0):
    time = np.arange(int(rate_hz * seconds)) / rate_hz
    return (0.5 * np.sin(2 * np.pi * frequency_hz * time)).astype(np.float32)


def middle(samples):
    edge = samples.size // 10  # the filter rings where the tone starts and stops
    return samples[edge:-edge].astype(np.float64)


def signal_to_noise_db(samples, frequency_hz: float, rate_hz: int) -> float:
    kept = middle(samples)
    phase = 2 * np.pi * frequency_hz * np.arange(kept.size) / rate_hz
    tones = np.stack([np.sin(phase), np.cos(phase)], axis=1)
    fitted = tones @ np.linalg.lstsq(tones, kept, rcond=None)[0]
    return 10 * np.log10(np.var(fitted) / np.var(kept - fitted))


def through_stream(samples, from_hz, to_hz, sizes):
    stream = StreamResampler(from_hz, to_hz)
    pieces, position = [], 0
    for size in sizes:
        pieces.append(stream.process(samples[position : position + size]))
        position += size
    pieces.append(stream.process(samples[position:], last=True))
    return np.concatenate(pieces)


@pytest.mark.parametrize(("from_hz", "to_hz"), _RATES)
def test_a_tone_keeps_60_db_of_signal_to_noise(from_hz, to_hz):
    frequency = 0.3 * min(from_hz, to_hz)
    result = resample(sine(frequency, from_hz), from_hz, to_hz)
    assert signal_to_noise_db(result, frequency, to_hz) >= 60


@pytest.mark.parametrize(("from_hz", "to_hz"), _DOWN)
def test_a_tone_above_the_new_nyquist_is_50_db_down(from_hz, to_hz):
    tone = sine(0.65 * to_hz, from_hz)
    whole = resample(tone, from_hz, to_hz)
    streamed = through_stream(tone, from_hz, to_hz, [from_hz // 50] * 20)
    for result in (whole, streamed):
        assert 20 * np.log10(np.std(middle(result)) / np.std(tone)) <= -50


@pytest.mark.parametrize(("from_hz", "to_hz"), _RATES)
def test_the_length_follows_the_ratio(from_hz, to_hz):
    samples = sine(300, from_hz, seconds=0.31)
    expected = samples.size * to_hz / from_hz
    assert abs(resample(samples, from_hz, to_hz).size - expected) <= 1
    assert abs(through_stream(samples, from_hz, to_hz, [100]).size - expected) <= 1


@settings(max_examples=40)
@given(
    sizes=st.lists(st.integers(0, 3000), max_size=30),
    rates=st.sampled_from(_RATES),
    seed=st.integers(0, 2**16),
)
def test_the_stream_does_not_depend_on_chunk_sizes(sizes, rates, seed):
    samples = np.random.default_rng(seed).uniform(-1, 1, 12_000).astype(np.float32)
    assert np.array_equal(
        through_stream(samples, *rates, sizes), through_stream(samples, *rates, [])
    )


def test_the_stream_keeps_60_db_of_signal_to_noise():
    result = through_stream(sine(5000, 48000), 48000, 24000, [960] * 49)
    assert signal_to_noise_db(result, 5000, 24000) >= 60


def test_a_finished_stream_starts_a_new_signal():
    stream = StreamResampler(48000, 24000)
    first = stream.process(sine(440, 48000), last=True)
    assert np.array_equal(stream.process(sine(440, 48000), last=True), first)


def test_equal_rates_change_nothing():
    samples = sine(440, 24000)
    assert np.array_equal(resample(samples, 24000, 24000), samples)
    assert np.array_equal(StreamResampler(24000, 24000).process(samples), samples)


def test_a_strided_view_is_read_like_its_copy():
    samples = sine(440, 48000)[::2]
    assert np.array_equal(resample(samples, 24000, 16000), resample(samples.copy(), 24000, 16000))


def test_nothing_gives_nothing():
    assert resample(np.zeros(0, np.float32), 48000, 24000).size == 0
