"""B9: resampling and G.711 against scipy and audioop in the same run; the sound comes first."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable

import numpy as np
import pytest

from rt_notebook.audio import g711, pcm
from rt_notebook.audio.resample import StreamResampler, resample

from .figures import show

pytestmark = pytest.mark.slow

ROUNDS = 5
SECONDS = 10
CHUNK_SECONDS = 0.02
RATES = [(48000, 24000), (44100, 24000), (8000, 24000), (24000, 8000)]
ALIAS_DB = -75
RESAMPLING_TARGET = 2
G711_TARGET = 1
# A quiet machine shows 2.4 and more at the rates of a file; the rest is room for a busy one.
RESAMPLING_LIMIT = 1.5


def noise(rate_hz: int) -> np.ndarray:
    return np.random.default_rng(1).uniform(-1, 1, SECONDS * rate_hz).astype(np.float32)


def alias_db(to_hz: int, from_hz: int) -> float:
    """What stays of a tone that the new rate cannot hold, in dB."""
    tone = np.sin(2 * np.pi * 0.65 * to_hz * np.arange(from_hz) / from_hz).astype(np.float32)
    middle = resample(tone, from_hz, to_hz)[to_hz // 10 : -to_hz // 10]
    return float(20 * np.log10(np.std(middle) / np.std(tone)))


def times_realtime(call: Callable[[], object], seconds: float = SECONDS, calls: int = 1) -> float:
    """How much faster than the sound lasts, in CPU time."""
    began = time.thread_time()
    for _ in range(calls):
        call()
    return seconds * calls / (time.thread_time() - began)


def interleaved(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """The best of both, measured turn about."""
    rounds = [(times_realtime(ours), times_realtime(theirs)) for _ in range(ROUNDS)]
    return max(mine for mine, _ in rounds), max(other for _, other in rounds)


@pytest.mark.parametrize(("from_hz", "to_hz"), [(a, b) for a, b in RATES if a > b])
def test_b9_what_a_rate_cannot_hold_does_not_come_back_as_an_alias(from_hz, to_hz):
    level = alias_db(to_hz, from_hz)
    print(f"B9 {from_hz} → {to_hz} Hz: alias {level:.0f} dB (target {ALIAS_DB} dB)")
    assert level <= ALIAS_DB


@pytest.mark.parametrize(("from_hz", "to_hz"), RATES)
def test_b9_resampling_is_faster_than_scipys(from_hz, to_hz):
    signal = pytest.importorskip("scipy.signal", reason="scipy is not installed")
    sound, common = noise(from_hz), np.gcd(from_hz, to_hz)
    mine, scipys = interleaved(
        lambda: resample(sound, from_hz, to_hz),
        lambda: signal.resample_poly(sound, to_hz // common, from_hz // common),
    )
    print(
        f"B9 {from_hz} → {to_hz} Hz: soxr {mine:.0f} × real time, scipy {scipys:.0f} ×, "
        f"ratio {mine / scipys:.1f} (target {RESAMPLING_TARGET})"
    )
    assert mine >= RESAMPLING_LIMIT * scipys


@pytest.mark.parametrize("law", ["ulaw", "alaw"])
def test_b9_g711_is_encoded_no_slower_than_by_audioop(law):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        audioop = pytest.importorskip("audioop", reason="Python 3.13 has no audioop")
    encode, their_encode = getattr(g711, f"encode_{law}"), getattr(audioop, f"lin2{law[0]}law")
    decode, their_decode = getattr(g711, f"decode_{law}"), getattr(audioop, f"{law[0]}law2lin")
    sound = pcm.encode(noise(8000))
    codes = encode(sound)
    assert decode(codes) == their_decode(codes, 2)
    # Code for code but for the negative values that audioop rounds the other way.
    differing = np.frombuffer(codes, np.uint8) != np.frombuffer(their_encode(sound, 2), np.uint8)
    assert differing.mean() < 0.02
    mine, theirs = interleaved(lambda: encode(sound), lambda: their_encode(sound, 2))
    print(
        f"B9 {law}: rt_notebook {mine:.0f} × real time, audioop {theirs:.0f} ×, "
        f"ratio {mine / theirs:.1f} (target {G711_TARGET})"
    )
    assert mine >= G711_TARGET * theirs


@pytest.mark.parametrize(("from_hz", "to_hz"), [(24000, 8000), (8000, 24000)])
def test_b9_a_live_chunk_is_resampled_faster_than_by_scipy(from_hz, to_hz):
    signal = pytest.importorskip("scipy.signal", reason="scipy is not installed")
    stream, chunk = StreamResampler(from_hz, to_hz), noise(from_hz)[: from_hz // 50]
    common = np.gcd(from_hz, to_hz)
    up, down = to_hz // common, from_hz // common
    mine, scipys = [], []
    for _ in range(ROUNDS):
        mine.append(chunk_us(lambda: stream.process(chunk)))
        scipys.append(chunk_us(lambda: signal.resample_poly(chunk, up, down)))
    show(f"B9 20 ms {from_hz} → {to_hz} Hz, soxr", mine, "µs")
    show(f"B9 20 ms {from_hz} → {to_hz} Hz, scipy", scipys, "µs")
    assert min(scipys) >= RESAMPLING_LIMIT * min(mine)


def chunk_us(step: Callable[[], object]) -> float:
    """CPU time of one step for a chunk of 20 ms, in µs."""
    return CHUNK_SECONDS / times_realtime(step, CHUNK_SECONDS, 500) * 1e6
