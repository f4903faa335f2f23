"""Speech for the tests, made when they run, and what was said in a recording.

PCM is mono PCM16, little-endian, 24 kHz. Nothing of rt_notebook is used here, so that a
mistake in its audio code cannot hide in the material that tests it.
"""

from __future__ import annotations

import io
import re
import wave
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = [
    "SAMPLE_RATE_HZ",
    "HumanClip",
    "human_clip",
    "microphone_wav",
    "say",
    "transcribe",
    "wer",
    "words",
]

SAMPLE_RATE_HZ = 24_000
MICROPHONE_HZ = 48_000
_RECOGNISER_HZ = 16_000
_GAIN = 2.0  # hibari peaks at 0.33
_SPOKEN = {"mr": "mister", "mrs": "missis", "dr": "doctor", "st": "saint"}

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True)
class HumanClip:
    """A recorded sentence and what its reader said."""

    pcm: bytes
    text: str


@lru_cache(maxsize=1)
def _voice() -> Any:
    from hibari import Hibari

    return Hibari(voice="heart", threads=1)


@lru_cache(maxsize=1)
def _recogniser() -> Any:
    from moonshine_voice import ModelArch, Transcriber, get_model_path

    # With its own voice detection on, the first line is sometimes a phantom.
    options = {"vad_threshold": "0.0"}
    return Transcriber(str(get_model_path("tiny-en")), ModelArch.TINY, options=options)


@lru_cache(maxsize=64)
def say(text: str) -> bytes:
    """Return `text` spoken, as PCM16 at 24 kHz; the same bytes for the same text."""
    return _encode(np.asarray(_voice()(text), np.float32) * _GAIN)


def human_clip(folder: Path, number: str) -> HumanClip:
    """Read the clip whose name ends in ``-{number}``, with its transcript, at 24 kHz."""
    (path,) = folder.glob(f"*-{number}.wav")
    with wave.open(str(path), "rb") as file:
        samples = _decode(file.readframes(file.getnframes()))
        pcm = _encode(_resample(samples, file.getframerate(), SAMPLE_RATE_HZ))
    return HumanClip(pcm, path.with_suffix(".txt").read_text().strip())


def microphone_wav(path: Path, *parts: bytes | float) -> Path:
    """Write what a fake microphone hears: PCM16 at 24 kHz, and numbers for seconds of silence."""
    sound = [_silence(part) if isinstance(part, (int, float)) else part for part in parts]
    samples = _resample(_decode(b"".join(sound)), SAMPLE_RATE_HZ, MICROPHONE_HZ)
    path.write_bytes(_wav(_encode(samples), MICROPHONE_HZ))
    return path


def transcribe(pcm: bytes | FloatArray, sample_rate_hz: int = SAMPLE_RATE_HZ) -> str:
    """Return the words in a recording of at most about 30 s, as moonshine tiny-en hears them."""
    samples = _decode(pcm) if isinstance(pcm, bytes) else np.asarray(pcm, np.float32)
    heard = _resample(samples, sample_rate_hz, _RECOGNISER_HZ)
    result = _recogniser().transcribe_without_streaming(heard.tolist(), _RECOGNISER_HZ)
    return " ".join(line.text.strip() for line in result.lines)


def wer(reference: str, hypothesis: str) -> float:
    """Return the word error rate: 0 is the same words, above 1 when words were added.

    Case and punctuation do not count, and "Mr." is "mister"; numbers stay as they are.
    """
    import jiwer

    expected = words(reference)
    if not expected:
        raise ValueError("the reference has no words")
    heard = words(hypothesis)
    return float(jiwer.wer(" ".join(expected), " ".join(heard))) if heard else 1.0


def words(text: str) -> list[str]:
    """Return the words of a sentence in lower case, without punctuation."""
    plain = re.sub(r"[^\w\s]", " ", re.sub(r"['’]", "", text.lower()))
    return [_SPOKEN.get(word, word) for word in plain.split()]


def _silence(seconds: float) -> bytes:
    return bytes(2 * round(seconds * SAMPLE_RATE_HZ))


def _decode(pcm: bytes) -> FloatArray:
    return np.frombuffer(pcm, "<i2").astype(np.float32) / 32768


def _encode(samples: FloatArray) -> bytes:
    return (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()


def _resample(samples: FloatArray, from_hz: int, to_hz: int) -> FloatArray:
    import soxr

    return np.asarray(soxr.resample(samples, from_hz, to_hz), np.float32)


def _wav(pcm: bytes, sample_rate_hz: int) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sample_rate_hz)
        file.writeframes(pcm)
    return buffer.getvalue()
