"""Cuts a stream of text into sentences as soon as they are complete."""

from __future__ import annotations

import re

__all__ = ["SentenceSplitter", "words"]

_END = re.compile(r"[.!?…][\"'”’)\]]*\s+")
_ABBREVIATION = re.compile(r"(?:\b(?:Mr|Mrs|Ms|Dr|St|Prof|vs|e\.g|i\.e)|\b[A-Z])\.\s+$")
_LONGEST = 300  # letters, about 20 s of speech
_WORD = re.compile(r"\s*\S+(?:\s+$)?")


class SentenceSplitter:
    """Collects pieces of text; what it gives back joins to what it was given."""

    def __init__(self) -> None:
        self._rest = ""

    def push(self, piece: str) -> list[str]:
        """Take in the next piece and return the sentences that are complete."""
        self._rest += piece
        sentences: list[str] = []
        start = 0
        for end in _END.finditer(self._rest):
            if not _ABBREVIATION.search(self._rest[start : end.end()]):
                sentences.append(self._rest[start : end.end()])
                start = end.end()
        self._rest = self._rest[start:]
        *pieces, self._rest = _pieces(self._rest)
        return [piece for sentence in sentences for piece in _pieces(sentence)] + pieces

    def flush(self) -> list[str]:
        """Return what is left as the last sentence."""
        rest, self._rest = self._rest, ""
        return [rest] if rest.strip() else []


def _pieces(sentence: str) -> list[str]:
    """Cut a sentence that is too long to be spoken at once, after a comma or a word."""
    pieces = []
    while len(sentence) > _LONGEST:
        cut = sentence.rfind(", ", 0, _LONGEST) + 1 or sentence.rfind(" ", 0, _LONGEST)
        cut = cut if cut > 0 else _LONGEST
        pieces.append(sentence[:cut])
        sentence = sentence[cut:]
    return [*pieces, sentence]


def words(text: str) -> list[str]:
    """Return the words of a text with the white space before them; joined they are the text."""
    return _WORD.findall(text)
