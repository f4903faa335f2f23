from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rt_notebook.audio import pcm
from rt_notebook.errors import AudioFormatError

_unit_floats = arrays(
    np.float32, st.integers(0, 300), elements=st.floats(-1, 1, width=32, allow_nan=False)
)


def test_full_scale_is_32767_little_endian():
    samples = np.array([1.0, -1.0, 0.0, 0.5], np.float32)
    assert pcm.encode(samples) == bytes.fromhex("ff7f 0180 0000 0040")


def test_samples_out_of_range_are_clipped():
    assert pcm.encode(np.array([1.5, -7.0, np.inf], np.float32)) == bytes.fromhex("ff7f0180ff7f")


def test_nan_becomes_silence():
    assert pcm.encode(np.array([np.nan], np.float32)) == b"\0\0"


def test_every_sample_survives_decoding_and_encoding_within_1_lsb():
    every = np.arange(-32768, 32768).astype("<i2")
    again = np.frombuffer(pcm.encode(pcm.decode(every.tobytes())), "<i2").astype(int)
    assert np.array_equal(again[1:], every[1:])
    assert again[0] == -32767


@given(_unit_floats)
def test_floats_survive_encoding_within_half_a_step(samples):
    again = pcm.decode(pcm.encode(samples))
    assert again.dtype == np.float32
    assert np.allclose(again, samples, rtol=0, atol=0.51 / 32767)


def test_decoded_samples_stay_in_range():
    assert pcm.decode(b"\x00\x80").tolist() == [-1.0]


@pytest.mark.parametrize(
    "samples",
    [np.zeros((2, 2), np.float32), np.zeros(3, np.int16), np.float32(0.5)],
    ids=["two-dimensional", "integers", "a single number"],
)
def test_other_shapes_and_types_are_refused(samples):
    with pytest.raises(AudioFormatError, match="floats of shape"):
        pcm.encode(samples)


def test_half_a_sample_is_refused():
    with pytest.raises(AudioFormatError, match="even number of bytes, got 3"):
        pcm.decode(b"abc")


def test_duration_counts_samples():
    assert pcm.duration_ms(bytes(48_000)) == 1000
    assert pcm.duration_ms(bytes(160), sample_rate_hz=8000) == 10


def test_silence_is_whole_zero_samples():
    assert pcm.silence(20) == bytes(960)
    assert pcm.silence(0.03) == bytes(2)
    assert pcm.silence(1, sample_rate_hz=8000) == bytes(16)
    assert pcm.silence(-5) == b""
