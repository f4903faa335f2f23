"""G.711 against the ITU's own vectors, and against what stays here of them.

Source: ITU-T G.191 software tools, g711 test data, all int16 ascending from -32768.
"""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from rt_notebook.audio import g711
from rt_notebook.errors import AudioFormatError

EVERY_SAMPLE = np.arange(-32768, 32768).astype("<i2").tobytes()
EVERY_CODE = bytes(range(256))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def samples(pcm: bytes):
    return np.frombuffer(pcm, "<i2").astype(int)


def test_ulaw_codes_of_every_sample_are_the_itus():
    assert sha256(g711.encode_ulaw(EVERY_SAMPLE)) == (
        "90c29de505fb68e766118303bd552a16005dcf810873698bee1d8f3b247ce28c"
    )


def test_alaw_codes_of_every_sample_are_the_itus():
    assert sha256(g711.encode_alaw(EVERY_SAMPLE)) == (
        "38488f6fd710f4686360edc4d38639f96c491595ef93f8eb8d62d5e07ca6ce7b"
    )


def test_decoded_values_of_every_sample_are_the_itus():
    ulaw = g711.decode_ulaw(g711.encode_ulaw(EVERY_SAMPLE))
    alaw = g711.decode_alaw(g711.encode_alaw(EVERY_SAMPLE))
    assert sha256(ulaw) == "cf9f90195534a105f211b1fb5c511ab45ee76827ac0987d6cc804afb897ef0f6"
    assert sha256(alaw) == "faf8570479a0e7d0e1da55d48c42e76961d0e5c285c35d42e9f6dafbafae8a35"


@pytest.mark.parametrize(
    ("encode", "decode", "codes", "decoded"),
    [
        (g711.encode_ulaw, g711.decode_ulaw, "sweep-r.u", "sweep-r.reu"),
        (g711.encode_alaw, g711.decode_alaw, "sweep-r.a", "sweep-r.rea"),
    ],
    ids=["ulaw", "alaw"],
)
def test_the_itus_vectors_are_met_bit_for_bit(shared, encode, decode, codes, decoded):
    vectors = shared / "g711"
    expected_codes = np.frombuffer((vectors / codes).read_bytes(), "<i2").astype(np.uint8)
    encoded = encode((vectors / "sweep.src").read_bytes())
    assert encoded == expected_codes.tobytes()
    assert decode(encoded) == (vectors / decoded).read_bytes()


# ITU-T G.711 tables 1a and 2a: the ends of the range, and the values next to zero.
@pytest.mark.parametrize(
    ("code", "value"),
    [(0x00, -32124), (0x80, 32124), (0x7E, -8), (0x7F, 0), (0xFF, 0), (0xFE, 8), (0xF0, 120)],
)
def test_ulaw_code_stands_for(code, value):
    assert samples(g711.decode_ulaw(bytes([code]))).tolist() == [value]


@pytest.mark.parametrize(
    ("code", "value"), [(0x2A, -32256), (0xAA, 32256), (0x55, -8), (0xD5, 8), (0xD4, 24)]
)
def test_alaw_code_stands_for(code, value):
    assert samples(g711.decode_alaw(bytes([code]))).tolist() == [value]


def test_silence_has_the_codes_of_telephony():
    assert g711.encode_ulaw(bytes(4)) == b"\xff\xff"
    assert g711.encode_alaw(bytes(4)) == b"\xd5\xd5"


def test_every_code_survives_decoding_and_encoding():
    assert g711.encode_alaw(g711.decode_alaw(EVERY_CODE)) == EVERY_CODE
    expected = EVERY_CODE.replace(b"\x7f", b"\xff")  # -0 comes back as +0
    assert g711.encode_ulaw(g711.decode_ulaw(EVERY_CODE)) == expected


def test_the_largest_error_is_that_of_the_standard():
    source = samples(EVERY_SAMPLE)
    ulaw = samples(g711.decode_ulaw(g711.encode_ulaw(EVERY_SAMPLE)))
    alaw = samples(g711.decode_alaw(g711.encode_alaw(EVERY_SAMPLE)))
    assert abs(ulaw - source).max() == 644
    assert abs(alaw - source).max() == 512


@pytest.mark.parametrize("encode", [g711.encode_ulaw, g711.encode_alaw])
def test_half_a_sample_is_refused(encode):
    with pytest.raises(AudioFormatError, match="got 3"):
        encode(b"abc")


@pytest.mark.parametrize(
    "convert", [g711.encode_ulaw, g711.encode_alaw, g711.decode_ulaw, g711.decode_alaw]
)
def test_nothing_gives_nothing(convert):
    assert convert(b"") == b""
