"""The words of a turn that can be told before it is over."""

from __future__ import annotations

import re

__all__ = ["Partial"]


class Partial:
    """The words of one turn: those that stay the same can be told.

    A word is told when two looks in a row agree on it and on all before it.
    """

    def __init__(self) -> None:
        self._told: list[str] = []
        self._settled = 0  # words of stretches that are not looked at again
        self._last: list[str] = []

    @property
    def has_told(self) -> bool:
        """Whether anything was told."""
        return bool(self._told)

    def look(self, text: str) -> str:
        """Take in what is heard so far and return what can be told of it."""
        words = text.split()
        agreed = _common(words, self._last)
        self._last = words
        return self._tell(words[:agreed])

    def settle(self, text: str) -> str:
        """Take in a stretch as a whole; the next look is at what comes after it."""
        delta = self._tell(text.split())
        self._settled, self._last = len(self._told), []
        return delta

    def end(self, text: str) -> str:
        """Take in the final transcript and return what was not yet told of it."""
        self._settled = 0
        return self._tell(text.split())

    def _tell(self, words: list[str]) -> str:
        new = words[len(self._told) - self._settled :]
        before = " " if self._told and new else ""
        self._told += new
        return before + " ".join(new)


def _common(words: list[str], others: list[str]) -> int:
    pairs = zip(map(_bare, words), map(_bare, others), strict=False)
    count = 0
    for one, other in pairs:
        if one != other:
            break
        count += 1
    return count


def _bare(word: str) -> str:
    return re.sub(r"\W", "", word.lower())
