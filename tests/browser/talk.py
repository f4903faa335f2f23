"""A talk in a page, and the proof that its sound arrived: all of it, once, unchanged.

talk = Talk(notebook, wav)
talk.speak(say("Good morning."))
talk.wait_answered()
talk.hang_up()
talk.prove_played()
talk.prove_microphone()
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..speech import SAMPLE_RATE_HZ, microphone_wav, say, transcribe, wer, words
from .notebook import Notebook
from .tap import Recording, Tap, tap, tap_microphone

__all__ = ["CONNECT", "LOUD", "MAX_WER", "Answer", "Talk", "prove_sound"]

#: A session on the offline server, `widget` being its panel.
CONNECT = """\
%load_ext rt_notebook
%rt_connect offline -o session
from rt_notebook.notebook.widget import panel_of
widget = panel_of(session)"""

MAX_WER = 0.2

#: A peak that speech into the microphone passes and the noise of a silent one does not.
LOUD = 0.03

_PANEL = "document.querySelector('.rt-panel')"
_ENGINE = f"{_PANEL}.rtEngine"
_BLOCK = SAMPLE_RATE_HZ // 10
_QUIET = 0.01
_STEADY = 120  # samples (5 ms) by which sound may move without an underrun
_LATE = 3 * SAMPLE_RATE_HZ
_OPENING = 5  # blocks by which an answer is found
_ALIKE = 0.9

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Answer:
    """A reply as the kernel has it: what was said, and its sound at 24 kHz."""

    item_id: str
    text: str
    sound: FloatArray


class Talk:
    """The panel of an open notebook, with recorders on both sides.

    Parameters
    ----------
    notebook
        Its cells have run; the first was `CONNECT`.
    file
        The WAV that the window's microphone hears whenever it is opened.
    """

    ear: Tap
    microphone: Tap

    def __init__(self, notebook: Notebook, file: Path) -> None:
        self.notebook = notebook
        self.panel = notebook.page.locator(".rt-panel")
        self.panel.wait_for(state="attached")
        self._file = file
        self._openings = 0
        self.dropped_ms = 0.0

    # The page

    def speak(self, *parts: bytes | float) -> None:
        """Turn the microphone on; it hears PCM16, and silence where a number of seconds is."""
        microphone_wav(self._file, 0.7, *parts)
        self._openings += 1
        self.panel.get_by_role("button", name="Turn the microphone on").click()
        self.notebook.wait_for(f"window.__rtStreams.length === {self._openings}")
        self.microphone = tap_microphone(self.notebook.page, silent_below=LOUD)
        if self._openings == 1:
            self.listen()

    def reopened(self) -> None:
        """Wait until the page has opened its microphone again by itself."""
        self._openings += 1
        self.notebook.wait_for(f"window.__rtStreams.length === {self._openings}")
        self.microphone = tap_microphone(self.notebook.page, silent_below=LOUD)

    def hang_up(self) -> None:
        """Turn the microphone off and wait until the kernel has all of it."""
        self.panel.get_by_role("button", name="Turn the microphone off").click()
        self.wait_stats("stats.sent > 0 && stats.acked === stats.sent")
        self.dropped_ms += self.stats["droppedMs"]

    def type(self, text: str) -> None:
        """Say something as the user, in text."""
        box = self.panel.get_by_role("textbox")
        box.fill(text)
        box.press("Enter")

    def listen(self) -> None:
        """Record what the panel gives to the speaker, from now on."""
        self.notebook.wait_for(f"{_ENGINE}.player.output !== null")
        self.ear = tap(self.notebook.page)

    @property
    def stats(self) -> dict[str, float]:
        """What the page counts."""
        found: dict[str, float] = self.notebook.page.evaluate(f"() => ({{...{_ENGINE}.stats}})")
        return found

    def wait_stats(self, condition: str, seconds: float = 30.0) -> None:
        """Wait until a condition on `stats` holds, such as ``stats.acked > 0``."""
        self.notebook.wait_for(f"((stats) => {condition})({_ENGINE}.stats)", seconds)

    def backlog_ms(self) -> float:
        """Return the median of what is not in the kernel yet, over a hundred animation frames."""
        found: float = self.notebook.page.evaluate(f"""async () => {{
            const found = [];
            while (found.length < 100) {{
                await new Promise(requestAnimationFrame);
                found.push({_ENGINE}.stats.backlogMs);
            }}
            return found.sort((a, b) => a - b)[50];
        }}""")
        return found

    # The kernel

    def answers(self) -> list[Answer]:
        """Return the replies so far, first to last."""
        found = self.notebook.evaluate(
            "[(i.id, i.text, __import__('base64').b64encode(session.log.audio(i.id)).decode())"
            " for i in session.items if i.role == 'assistant']"
        )
        return [Answer(id, text, _floats(sound)) for id, text, sound in found]

    def heard(self) -> list[str]:
        """Return what the user said, as the server heard it, first to last."""
        texts: list[str] = self.notebook.evaluate(
            "[i.text for i in session.items if i.role == 'user']"
        )
        return texts

    def wait_answered(self, count: int = 1, seconds: float = 60.0) -> list[Answer]:
        """Wait until `count` replies are complete and played, and return them."""
        done = f"len(session.replies) >= {count} and all(r.done for r in session.replies)"
        self.notebook.wait_until(done, seconds)
        received = sum(answer.sound.size for answer in self.answers())
        self.wait_stats(f"stats.playedSamples === {received}", seconds)
        return self.answers()

    def wait_path(self, path: str) -> None:
        """Wait until the page uses a path: "direct" or "comm"."""
        self.notebook.wait_for(f"{_PANEL}.querySelector('.rt-path').dataset.path === '{path}'")

    @property
    def messages(self) -> list[str]:
        """The sentences at the panel's foot."""
        return self.panel.locator(".rt-message").all_inner_texts()

    # The proof

    def prove_path(self, path: str) -> None:
        """The kernel, the page and what the user reads name the same path."""
        assert self.notebook.evaluate("widget.path") == path
        badge = self.panel.locator(".rt-path")
        assert (badge.inner_text(), badge.get_attribute("data-path")) == (path, path)

    def prove_played(self) -> None:
        """What the kernel sent was heard: words, samples, order, and nothing beside it."""
        answers, stats = self.answers(), self.stats
        assert stats["playedSamples"] == sum(answer.sound.size for answer in answers)
        assert (stats["gaps"], stats["duplicates"], stats["overflowedSamples"]) == (0, 0, 0)
        prove_sound(self.ear.read(), answers, round(stats["underruns"]))

    def prove_live(self, sentence: str, *, by_itself: bool) -> None:
        """After a loss, what is said now is heard now: by a microphone that opened again.

        Parameters
        ----------
        sentence
            What is heard when it opens, once the file holds it.
        by_itself
            Whether it opens without another click.
        """
        if by_itself:
            self.reopened()
        else:
            self.panel.locator(".rt-label").filter(has_text="Press to talk").wait_for()
            self.speak(say(sentence), 60.0)
        said = "[i.text for i in session.items if i.role == 'user']"
        last = repr(words(sentence)[-1])
        self.notebook.wait_until(f"any({last} in text.lower() for text in {said})")
        assert wer(sentence, self.heard()[-1]) <= MAX_WER
        self.wait_stats("stats.backlogMs <= 200")  # a delay that stays would never be less
        self.hang_up()
        self.prove_microphone()

    def prove_microphone(self) -> None:
        """What the page sent until it hung up is in the kernel: each chunk once, all of it."""
        stats = self.stats
        intake = "widget.panel.pages.player.microphone"
        counts = self.notebook.evaluate(f"[{intake}.received, {intake}.missing, {intake}.repeated]")
        assert counts == [stats["sent"], 0, 0]
        assert self.notebook.evaluate("len(session.log.audio('user'))") == 2 * stats["sentSamples"]


def prove_sound(heard: Recording, answers: list[Answer], underruns: int = 0) -> None:
    """What was heard is the answers, one after the other, and otherwise silence.

    Words: the word error rate of each answer, transcribed from what was heard, is at most
    20 %. Samples: each 100 ms is where it belongs, with the same shape and loudness. After
    an underrun the rest may come later, and a block or two are torn.
    """
    sound = _at_api_rate(heard)
    rest, start = sound.copy(), 0
    for answer in answers:
        start, end, torn = _follow(answer.sound, sound, start, underruns)
        assert torn <= 2 * underruns, f"{torn} blocks of {answer.text!r} are not in their place"
        assert wer(answer.text, transcribe(sound[start:end])) <= MAX_WER
        rest[start:end] = 0
        start = end
    assert np.abs(rest).max(initial=0.0) < _QUIET, "there was sound that nobody sent"


def _follow(
    answer: FloatArray, sound: FloatArray, start: int, underruns: int
) -> tuple[int, int, int]:
    """Find an answer block by block: where it starts and ends, and how many are not there."""
    blocks = np.pad(answer, (0, -answer.size % _BLOCK)).reshape(-1, _BLOCK)
    loud = np.flatnonzero(np.abs(blocks).max(axis=1) > _QUIET)
    opening = blocks[loud[0] : loud[0] + _OPENING].reshape(-1)
    first = start + _match(opening, sound[start:])[0] - int(loud[0]) * _BLOCK
    origin, torn = first, 0
    for number in loud:
        at = origin + int(number) * _BLOCK
        # Only time lost in an underrun is ever made good.
        earliest = max(0, at - _STEADY - (origin - first))
        latest = at + (_LATE if underruns else _STEADY)
        offset, likeness = _match(blocks[number], sound[earliest : latest + _BLOCK])
        if likeness >= _ALIKE:
            origin = earliest + offset - int(number) * _BLOCK
        else:
            torn += 1
    return max(0, first), origin + answer.size, torn


def _match(block: FloatArray, sound: FloatArray) -> tuple[int, float]:
    """Where a block is in a sound: the best offset, and the likeness there (1: the same)."""
    if sound.size < block.size:
        return 0, 0.0
    size = 1 << (sound.size + block.size).bit_length()
    spectrum = np.fft.rfft(sound, size) * np.conj(np.fft.rfft(block, size))
    common = np.fft.irfft(spectrum, size)[: sound.size - block.size + 1]
    energy = np.concatenate(([0.0], np.cumsum(sound.astype(np.float64) ** 2)))
    likeness = 2 * common - (energy[block.size :] - energy[: -block.size])
    best = int(np.argmax(likeness))
    return best, float(likeness[best] / np.sum(block.astype(np.float64) ** 2))


def _at_api_rate(heard: Recording) -> FloatArray:
    import soxr

    if heard.sample_rate_hz == SAMPLE_RATE_HZ:
        return heard.samples
    resampled = soxr.resample(heard.samples, heard.sample_rate_hz, SAMPLE_RATE_HZ)
    return np.asarray(resampled, np.float32)


def _floats(pcm: str) -> FloatArray:
    samples = np.frombuffer(base64.b64decode(pcm), "<i2")
    return samples.astype(np.float32) / 32768
