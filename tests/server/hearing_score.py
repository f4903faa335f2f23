"""How well sentences in a long stretch of audio are found and understood."""

from __future__ import annotations

from dataclasses import dataclass, field

import jiwer
import numpy as np

from tests.noise import NOISES, at_level, level_dbfs, pcm16, samples_of
from tests.speech import words

from .wire import Event

__all__ = ["Score", "Sentence", "Track", "Turn", "turns_of"]

_BETWEEN_S = 1.3
_LOUD = 0.006  # -45 dBFS
_COVERED = 0.9  # so much of a sentence is in its turn
_TRANSCRIBED = "conversation.item.input_audio_transcription.completed"


@dataclass(frozen=True)
class Sentence:
    """What is said, and the sound of it in PCM16 at 24 kHz."""

    text: str
    pcm: bytes


@dataclass
class Turn:
    """One turn that a server found; `end_ms` is 0 while it is open."""

    start_ms: int
    end_ms: int = 0
    transcript: str | None = None

    def overlap_ms(self, place: range) -> int:
        return min(self.end_ms, place.stop) - max(self.start_ms, place.start)


class Track:
    """Sentences one after the other, in a noise that goes on between them.

    Parameters
    ----------
    sentences : list of Sentence
        What is said.
    noise : str
        Which of `NOISES` is behind it.
    ratio_db : float
        How much louder speech is, by RMS.
    """

    def __init__(self, sentences: list[Sentence], noise: str, ratio_db: float) -> None:
        self.sentences = sentences
        self.places: list[range] = []
        gap = np.zeros(round(_BETWEEN_S * 24_000))
        parts, at = [gap], len(gap)
        for sentence in sentences:
            sound = samples_of(sentence.pcm)
            loud = np.flatnonzero(np.abs(sound) > _LOUD)
            self.places.append(range((at + int(loud[0])) // 24, (at + int(loud[-1])) // 24))
            parts += [sound, gap]
            at += len(sound) + len(gap)
        speech = np.concatenate(parts)
        level = level_dbfs(
            np.concatenate([speech[24 * p.start : 24 * p.stop] for p in self.places])
        )
        behind = NOISES[noise](len(speech) / 24_000)
        self.pcm = pcm16(speech + at_level(behind, level - ratio_db))


def turns_of(events: list[Event]) -> list[Turn]:
    """Return the turns that a session's events tell of, in their order."""
    turns: dict[str, Turn] = {}
    for event in events:
        if event["type"] == "input_audio_buffer.speech_started":
            turns[event["item_id"]] = Turn(event["audio_start_ms"])
        elif event["type"] == "input_audio_buffer.speech_stopped":
            turns[event["item_id"]].end_ms = event["audio_end_ms"]
        elif event["type"] == _TRANSCRIBED:
            turns[event["item_id"]].transcript = event["transcript"]
    return list(turns.values())


@dataclass
class Score:
    """How a set of sentences was heard.

    Attributes
    ----------
    found : int
        Sentences that one turn covers, and that share it with no other sentence.
    false : int
        Turns in which nothing was said.
    """

    texts: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    found: int = 0
    false: int = 0

    @classmethod
    def of(cls, track: Track, turns: list[Turn]) -> Score:
        score = cls()
        said = {id(turn): [p for p in track.places if turn.overlap_ms(p) > 0] for turn in turns}
        score.false = sum(not places for places in said.values())
        for sentence, place in zip(track.sentences, track.places, strict=True):
            own = [turn for turn in turns if place in said[id(turn)]]
            score.texts.append(sentence.text)
            score.heard.append(" ".join(turn.transcript or "" for turn in own))
            is_alone = len(own) == 1 and said[id(own[0])] == [place]
            score.found += is_alone and own[0].overlap_ms(place) >= _COVERED * len(place)
        return score

    def __add__(self, other: Score) -> Score:
        return Score(
            self.texts + other.texts,
            self.heard + other.heard,
            self.found + other.found,
            self.false + other.false,
        )

    @property
    def wer(self) -> float:
        """Word errors of all sentences; the words of one that was not found are missing."""
        texts, heard = (
            [" ".join(words(sentence)) for sentence in side] for side in (self.texts, self.heard)
        )
        return float(jiwer.wer(texts, heard))

    def show(self, name: str) -> None:
        """Print the figures, and every sentence that was heard wrongly."""
        print(
            f"{name}: {self.found} of {len(self.texts)} turns found, {self.false} false, "
            f"WER {self.wer:.1%}"
        )
        for text, heard in zip(self.texts, self.heard, strict=True):
            if words(text) != words(heard):
                print(f"    {text!r} was heard as {heard!r}")
