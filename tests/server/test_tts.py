"""The voice, and what is done to its sound."""

from __future__ import annotations

import numpy as np
import pytest

from rt_notebook.server.tts import Synthesiser, limited, without_lead_in
from tests.speech import transcribe, wer

from .wire import run


def test_quiet_sound_passes_the_limiter_unchanged():
    samples = np.linspace(-0.8, 0.8, 101, dtype=np.float32)
    assert np.array_equal(limited(samples), samples)


def test_loud_sound_stays_below_full_scale_and_in_order():
    samples = np.linspace(0, 3, 301, dtype=np.float32)
    bent = limited(samples)
    assert bent.max() <= 1
    assert (np.diff(bent) >= 0).all()
    assert np.array_equal(limited(-samples), -bent)


def test_silence_before_the_first_sound_is_cut_to_10_ms():
    samples = np.concatenate([np.zeros(5000), np.full(1000, 0.1)]).astype(np.float32)
    assert len(without_lead_in(samples)) == 1000 + 240


def test_silence_alone_is_left_alone():
    assert len(without_lead_in(np.zeros(100, np.float32))) == 100


@pytest.mark.slow
@run
async def test_a_sentence_is_spoken_as_it_is_written():
    voice = Synthesiser()
    pcm = await voice.speak("The quick brown fox jumps over the lazy dog.")
    voice.close()
    assert wer("The quick brown fox jumps over the lazy dog.", transcribe(pcm)) <= 0.1
    assert np.abs(np.frombuffer(pcm, "<i2")).max() < 32767


@pytest.mark.slow
@run
async def test_text_without_letters_makes_no_sound():
    voice = Synthesiser()
    assert await voice.speak("… !") == b""
    voice.close()
