"""The whole way, in a real notebook: a person presses the microphone, speaks, and hears.

Chromium's microphone plays speech, the offline server answers, and what the panel gives to
the speaker is recorded behind its worklet. `talk.py` holds what has to be true of it.
"""

from __future__ import annotations

import pytest

from ..speech import human_clip, microphone_wav, say, wer
from .talk import CONNECT, MAX_WER, Talk

pytestmark = pytest.mark.slow

ANSWER = "The river is wide and the boat is small."
CONFIGURE = f"%rt_config --transcription true --instructions 'Say exactly: {ANSWER}'"
SENTENCE = "Green apples grow behind the old garden wall."
PATHS = pytest.mark.parametrize("remote", [False, True], ids=["direct", "comm"])


def print_latency(capsys, talk, path):
    """Print how long each turn waited, from the end of speech to the first sound back."""
    ear, microphone = talk.ear.read(), talk.microphone.read()
    window = talk.notebook.evaluate(
        "session.config['audio']['input']['turn_detection']['silence_duration_ms']"
    )
    sounds = ear.starts()
    for number, first in enumerate(sounds, 1):
        spoken = microphone.last_sound(before=first)
        wait = (first - spoken) * 1000
        with capsys.disabled():
            print(
                f"\n{path}, turn {number}: {wait:.0f} ms from the end of speech to the first"
                f" sound rendered, {wait - window:.0f} ms beyond the silence window of {window} ms"
            )


@PATHS
def test_turns_of_a_voice_and_of_a_person_are_heard_answered_and_played(
    open_notebook, tmp_path, shared, capsys, remote
):
    person = human_clip(shared / "speech", "0870")
    wav = microphone_wav(
        tmp_path / "speech.wav", 1.0, say(SENTENCE), 5.5, person.pcm, 5.5, say("Thank you."), 9.0
    )
    notebook = open_notebook(CONNECT, CONFIGURE, microphone=wav, remote=remote)
    notebook.run_all()
    talk = Talk(notebook)
    path = "comm" if remote else "direct"
    talk.press_microphone()
    talk.wait_answered(3)
    spoken = talk.heard()
    assert wer(SENTENCE, spoken[0]) <= MAX_WER
    assert wer(person.text, spoken[1]) <= MAX_WER
    print_latency(capsys, talk, path)
    talk.prove_path(path)
    talk.prove_played()
    talk.prove_microphone()
