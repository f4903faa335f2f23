"""Two sessions in one notebook: each with its panel, and one microphone between them."""

from __future__ import annotations

import base64

import numpy as np
import pytest

from ..speech import microphone_wav, say, wer
from .panel import PanelPage
from .talk import MAX_WER, Answer, prove_sound
from .tap import tap

pytestmark = pytest.mark.slow

CONNECT = "%rt_connect offline -s {name} -o {name} --transcription true --instructions '{words}'"
TO_EACH = {
    "a": "Green apples grow behind the old garden wall.",
    "b": "Good morning, my friend.",
}
FROM_EACH = {
    "a": "Say exactly: The river is wide and the boat is small.",
    "b": "Say exactly: Seven ships sail to the south.",
}
ONE_SECOND = 48_000  # bytes
OTHER_SESSION = "Another session has the microphone now: press the button to have it back."


class OneOfTwo:
    """A session of the notebook, by the name of its variable, and its panel."""

    def __init__(self, notebook, number, name):
        self.notebook = notebook
        self.name = name
        self.panel = PanelPage(notebook, number)
        self.panel.root.evaluate("(panel, name) => { panel.id = name; }", f"panel-{name}")

    def speak(self, file):
        """Press the microphone; it hears what is for this session."""
        microphone_wav(file, 0.7, say(TO_EACH[self.name]))
        self.panel.microphone.click()
        self.notebook.wait_for(f"{self.engine}.player.output !== null")
        self.ear = tap(self.notebook.page, f"#panel-{self.name}")

    @property
    def engine(self):
        return f"document.getElementById('panel-{self.name}').rtEngine"

    def answer(self):
        """Return the one answer, when it is complete and played."""
        done = f"len({self.name}.replies) == 1 and {self.name}.replies[0].done"
        self.notebook.wait_until(done, 60)
        id, text, audio = self.notebook.evaluate(
            f"[({self.name}.replies[0].item_ids[0]), {self.name}.replies[0].text,"
            f" __import__('base64').b64encode({self.name}.replies[0].audio).decode()]"
        )
        sound = np.frombuffer(base64.b64decode(audio), "<i2").astype(np.float32) / 32768
        self.notebook.wait_for(f"{self.engine}.stats.playedSamples === {sound.size}", 60)
        return Answer(id, text, sound)

    def was_told(self):
        """Return what the user said, as this session heard it."""
        return self.notebook.evaluate(f"[i.text for i in {self.name}.items if i.role == 'user']")

    def wait_arrived(self):
        """Wait until the kernel has all that this microphone heard."""
        self.notebook.wait_for(f"{self.engine}.stats.acked === {self.engine}.stats.sent")

    def heard_bytes(self):
        return self.notebook.evaluate(f"len({self.name}.log.audio('user'))")


def test_two_sessions_share_one_microphone_and_nothing_else(open_notebook, tmp_path):
    file = tmp_path / "microphone.wav"
    microphone_wav(file, 0.7)
    cells = [CONNECT.format(name=name, words=words) for name, words in FROM_EACH.items()]
    notebook = open_notebook("%load_ext rt_notebook", *cells, microphone=file)
    notebook.run_all()
    a, b = (OneOfTwo(notebook, number, name) for number, name in enumerate("ab"))

    answers = []
    for one, other in ((a, b), (b, a)):
        untouched = other.heard_bytes()
        one.speak(file)
        answers.append(one.answer())
        assert other.heard_bytes() == untouched
        if one is a:
            one.panel.button("Turn the microphone off").click()
            one.wait_arrived()
    for one, answer in zip((a, b), answers, strict=True):
        (told,) = one.was_told()
        assert wer(TO_EACH[one.name], told) <= MAX_WER
        prove_sound(one.ear.read(), [answer])

    assert a.panel.tracks == ["ended", "live"]
    before = a.heard_bytes()
    a.panel.microphone.click()
    b.panel.wait_message(OTHER_SESSION)
    assert a.panel.tracks == ["ended", "ended", "live"]
    b.wait_arrived()
    stopped = b.heard_bytes()
    notebook.wait_until(f"len(a.log.audio('user')) > {before + ONE_SECOND}")
    assert b.heard_bytes() == stopped
