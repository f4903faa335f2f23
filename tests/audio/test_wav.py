from __future__ import annotations

import contextlib
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rt_notebook.audio import pcm, wav
from rt_notebook.errors import AudioFormatError

PCM, FLOAT, ALAW, ULAW, EXTENSIBLE = 1, 3, 6, 7, 0xFFFE


def chunk(chunk_id: bytes, body: bytes, size: int | None = None) -> bytes:
    length = len(body) if size is None else size
    return chunk_id + struct.pack("<I", length) + body + bytes(len(body) % 2)


def fmt(tag: int, bits: int, channels: int = 1, rate_hz: int = 24000) -> bytes:
    frame = channels * bits // 8
    return struct.pack("<HHIIHH", tag, channels, rate_hz, rate_hz * frame, frame, bits)


def extensible(tag: int, bits: int, channels: int = 1) -> bytes:
    guid_tail = bytes.fromhex("000000001000800000aa00389b71")
    extra = struct.pack("<HHIH", 22, bits, 0, tag) + guid_tail
    return fmt(EXTENSIBLE, bits, channels) + extra


def riff(*chunks: bytes, size: int | None = None, kind: bytes = b"RIFF") -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return kind + struct.pack("<I", len(body) if size is None else size) + body


@pytest.fixture
def read(tmp_path):
    def read_bytes(content: bytes):
        path = tmp_path / "in.wav"
        path.write_bytes(content)
        samples, rate_hz = wav.read(path)
        assert samples.dtype == np.float32
        return samples.tolist(), rate_hz

    return read_bytes


HALF = pytest.approx(0.5, abs=0.02)
QUARTER = pytest.approx(-0.25, abs=0.02)


@pytest.mark.parametrize(
    ("tag", "bits", "data"),
    [
        (PCM, 8, bytes([192, 96])),
        (PCM, 16, struct.pack("<hh", 16384, -8192)),
        (PCM, 24, bytes.fromhex("000040 0000e0")),
        (PCM, 32, struct.pack("<ii", 1 << 30, -(1 << 29))),
        (FLOAT, 32, struct.pack("<ff", 0.5, -0.25)),
        (FLOAT, 64, struct.pack("<dd", 0.5, -0.25)),
        (ALAW, 8, bytes([0xA5, 0x35])),
        (ULAW, 8, bytes([0x8F, 0x1F])),
    ],
    ids=lambda value: str(value) if isinstance(value, int) else "",
)
def test_every_common_encoding_is_read(read, tag, bits, data):
    for header in (fmt(tag, bits), extensible(tag, bits)):
        samples, rate_hz = read(riff(chunk(b"fmt ", header), chunk(b"data", data)))
        assert samples == [HALF, QUARTER]
        assert rate_hz == 24000


@pytest.mark.parametrize("rate_hz", [8000, 11025, 16000, 44100, 48000, 96000])
def test_the_rate_is_the_files(read, rate_hz):
    assert read(riff(chunk(b"fmt ", fmt(PCM, 16, rate_hz=rate_hz)), chunk(b"data", b"\0\0")))[
        1
    ] == (rate_hz)


def test_channels_are_averaged(read):
    frames = struct.pack("<6h", 30000, -30000, 0, 3000, 6000, 0)
    three = read(riff(chunk(b"fmt ", fmt(PCM, 16, channels=3)), chunk(b"data", frames)))[0]
    assert three == pytest.approx([0, 3000 / 32767])
    two = read(riff(chunk(b"fmt ", fmt(PCM, 16, channels=2)), chunk(b"data", frames)))[0]
    assert two == pytest.approx([0, 1500 / 32767, 3000 / 32767])


def test_other_chunks_are_passed_over(read):
    odd = chunk(b"LIST", b"INFOabc")
    content = riff(odd, chunk(b"fmt ", fmt(PCM, 16)), odd, chunk(b"data", b"\xff\x7f"), odd)
    assert read(content)[0] == [1.0]


def test_floats_out_of_range_are_clipped_and_nan_is_silence(read):
    data = struct.pack("<4f", 3.0, float("nan"), float("inf"), -2.0)
    assert read(riff(chunk(b"fmt ", fmt(FLOAT, 32)), chunk(b"data", data)))[0] == [1, 0, 1, -1]


def test_a_recording_that_was_cut_off_is_read_to_its_last_whole_frame(read):
    header = chunk(b"fmt ", fmt(PCM, 16, channels=2))
    cut = riff(header, chunk(b"data", bytes(4003), size=96_000), size=96_036)
    assert len(read(cut)[0]) == 1001  # the pad byte makes 4004


@pytest.mark.parametrize(
    ("data_size", "riff_size"),
    [(0xFFFFFFFF, 0xFFFFFFFF), (0, 0), (0, 36), (0, 0xFFFFFFFF), (0xFFFFFFFF, 0), (0x7FFFFFFF, 0)],
)
def test_sizes_that_a_streaming_writer_left_open_mean_up_to_the_end(read, data_size, riff_size):
    header = chunk(b"fmt ", fmt(PCM, 16))
    content = riff(header, chunk(b"data", bytes(960), size=data_size), size=riff_size)
    assert len(read(content)[0]) == 480


def test_long_files_take_their_size_from_ds64(read):
    ds64 = chunk(b"ds64", struct.pack("<QQQI", 10_000, 8, 4, 0))
    content = riff(
        ds64,
        chunk(b"fmt ", fmt(PCM, 16)),
        chunk(b"data", bytes(8), size=0xFFFFFFFF),
        chunk(b"LIST", b"INFO"),
        kind=b"RF64",
    )
    assert len(read(content)[0]) == 4


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "in.wav is empty; record it again or choose another file"),
        (b"\xff\xd8\xff\xe0JFIF", "in.wav is a JPEG image, not a WAV file; choose a recording"),
        (b"\x89PNG\r\n\x1a\n", "in.wav is a PNG image, not a WAV file; choose a recording"),
        (
            b"OggS\0\x02",
            "in.wav is an Ogg file, not a plain WAV file; "
            'convert it with: ffmpeg -i "in.wav" -c:a pcm_s16le speech.wav',
        ),
        (
            b"\0\0\0\x20ftypM4A ",
            "in.wav is an MP4 file, not a plain WAV file; "
            'convert it with: ffmpeg -i "in.wav" -c:a pcm_s16le speech.wav',
        ),
        (
            b"once upon a time",
            "in.wav is not a WAV file; choose a recording, or "
            'convert it with: ffmpeg -i "in.wav" -c:a pcm_s16le speech.wav',
        ),
        (
            riff(chunk(b"fmt ", fmt(0x55, 0)), chunk(b"data", bytes(9))),
            "in.wav holds MP3 sound of 0 bits, which is not read; "
            'convert it with: ffmpeg -i "in.wav" -c:a pcm_s16le speech.wav',
        ),
        (
            riff(chunk(b"fmt ", fmt(PCM, 12)), chunk(b"data", bytes(9))),
            "in.wav holds PCM sound of 12 bits, which is not read; "
            'convert it with: ffmpeg -i "in.wav" -c:a pcm_s16le speech.wav',
        ),
        (
            riff(chunk(b"fmt ", fmt(PCM, 16)), chunk(b"data", b"")),
            "in.wav holds no sound; record it again or choose another file",
        ),
        (
            riff(chunk(b"fmt ", fmt(PCM, 16)))[:30],
            "in.wav ends before its sound begins; record or export it again",
        ),
        (
            riff(chunk(b"data", bytes(100))),
            "in.wav ends before its sound begins; record or export it again",
        ),
        (
            riff(chunk(b"fmt ", fmt(PCM, 16, rate_hz=0)), chunk(b"data", bytes(2))),
            "in.wav says 0 Hz, expected 1000 to 768000 Hz; record or export it again",
        ),
        (
            riff(chunk(b"fmt ", fmt(PCM, 16, channels=0)), chunk(b"data", bytes(2))),
            "in.wav says that it has no channels; record or export it again",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence_with_the_next_step(read, content, sentence):
    with pytest.raises(AudioFormatError) as refusal:
        read(content)
    assert str(refusal.value) == sentence


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(
        AudioFormatError, match=r"cannot read .*gone\.wav: no such file or directory"
    ):
        wav.read(tmp_path / "gone.wav")


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(AudioFormatError, match=r"cannot read .*; check the path"):
        wav.read(tmp_path)


@given(
    edits=st.lists(st.tuples(st.integers(0, 51), st.integers(0, 255)), max_size=6),
    length=st.integers(0, 60),
)
def test_a_damaged_file_is_read_or_refused(tmp_path_factory, edits, length):
    content = bytearray(riff(chunk(b"fmt ", fmt(PCM, 16)), chunk(b"data", bytes(8))))
    for position, value in edits:
        content[position] = value
    path = tmp_path_factory.mktemp("wav") / "in.wav"
    path.write_bytes(content[:length])
    with contextlib.suppress(AudioFormatError):
        assert wav.read(path)[0].size <= 8


def test_speech_comes_at_the_apis_rate(tmp_path):
    path = tmp_path / "stereo.wav"
    time = np.arange(44100) / 44100
    left = np.rint(16000 * np.sin(2 * np.pi * 440 * time)).astype("<i2")
    stereo = np.stack([left, left], axis=1).tobytes()
    header = chunk(b"fmt ", fmt(PCM, 16, channels=2, rate_hz=44100))
    path.write_bytes(riff(header, chunk(b"data", stereo)))
    speech = np.frombuffer(wav.read_speech(path), "<i2")
    assert speech.size == 24000
    expected = 16000 * np.sin(2 * np.pi * 440 * np.arange(24000) / 24000)
    assert np.abs(speech - expected)[2400:-2400].max() <= 2


@given(st.lists(st.integers(-32767, 32767), min_size=1, max_size=200))
def test_what_is_written_is_read_back_unchanged(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("wav") / "out.wav"
    sound = np.array(values, "<i2").tobytes()
    wav.write(path, sound)
    assert wav.read_speech(path) == sound
    assert path.read_bytes() == wav.to_bytes(sound)


def test_the_written_header_says_what_the_file_is():
    content = wav.to_bytes(b"\x01\x00\x02\x00", sample_rate_hz=8000)
    assert content == riff(chunk(b"fmt ", fmt(PCM, 16, rate_hz=8000)), chunk(b"data", b"\1\0\2\0"))


def test_a_human_recording_is_read(shared):
    samples, rate_hz = wav.read(shared / "speech" / "sense_and_sensibility_01_austen_64kb-0880.wav")
    assert rate_hz == 16000
    assert samples.size == 47840
    assert pcm.encode(samples)[:6] == bytes.fromhex("d700 fa00 0101")
