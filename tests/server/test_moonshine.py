"""The recogniser's words, whoever asks for them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import soxr

from rt_notebook.server.moonshine import SAMPLE_RATE_HZ, Moonshine
from tests.speech import say, wer

pytestmark = pytest.mark.slow

SENTENCES = [
    "Please tell me a story about a lighthouse.",
    "How do I open a file and read every line of it?",
]


@pytest.fixture(scope="module")
def model() -> Moonshine:
    return Moonshine()


def spoken(text: str) -> np.ndarray:
    samples = np.frombuffer(say(text), "<i2").astype(np.float32) / 32768
    return soxr.resample(samples, 24_000, SAMPLE_RATE_HZ)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_is_spelled_with_capitals_and_punctuation(model, sentence):
    assert model.transcribe(spoken(sentence)) == sentence


def test_sessions_that_are_heard_at_once_do_not_disturb_each_other(model):
    heard = SENTENCES * 4
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(model.transcribe, map(spoken, heard))) == heard


@pytest.mark.parametrize("samples", [1, 100, 1599, 1600, 1601])
def test_audio_of_any_length_is_taken(model, samples):
    assert isinstance(model.transcribe(np.zeros(samples, np.float32)), str)


def test_half_a_minute_is_heard_whole(model):
    text = " ".join(SENTENCES * 4)
    samples = spoken(text)
    assert 20 < len(samples) / SAMPLE_RATE_HZ < 30
    assert wer(text, model.transcribe(samples)) < 0.1
