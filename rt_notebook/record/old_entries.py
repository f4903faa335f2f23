"""The entries of a log that memory has no room for, as lines in a temporary file."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from .entry import Entry, from_json, to_json
from .track import Track

__all__ = ["OldEntries"]

_BLOCK_BYTES = 1024 * 1024
_BYTES_IN_MEMORY = 1024 * 1024


class OldEntries:
    """Entries in their order; any thread may read while one appends."""

    def __init__(self) -> None:
        self._text = Track(_BYTES_IN_MEMORY)
        self._n_entries = 0

    def __len__(self) -> int:
        return self._n_entries

    def append(self, entry: Entry) -> None:
        """Add one.

        Raises
        ------
        OSError
            If the disk is full.
        """
        self._text.append(to_json(entry).encode() + b"\n")
        self._n_entries += 1

    def first(self, count: int) -> Iterator[Entry]:
        """Read the first `count` entries."""
        return islice(map(from_json, self._lines()), count)

    def _lines(self) -> Iterator[bytes]:
        place, rest = 0, b""
        while block := self._text.read(place, _BLOCK_BYTES):
            place += len(block)
            *lines, rest = (rest + block).split(b"\n")
            yield from lines
