"""One line of PCM16 that only grows: in memory at first, on disk beyond a cap."""

from __future__ import annotations

import tempfile
import threading
from typing import IO

__all__ = ["MAX_BYTES_IN_MEMORY", "Track"]

MAX_BYTES_IN_MEMORY = 32 * 1024 * 1024  # eleven minutes at 24 kHz


class Track:
    """Audio of one side of a talk; any thread may read while one appends.

    Parameters
    ----------
    max_bytes_in_memory : int
        Beyond this all of it moves to a temporary file, which nobody else may read
        (mode 0600) and which ends with the process.
    """

    def __init__(self, max_bytes_in_memory: int = MAX_BYTES_IN_MEMORY) -> None:
        self._max_bytes_in_memory = max_bytes_in_memory
        self._memory = bytearray()
        self._file: IO[bytes] | None = None  # holds all of it instead
        self._length = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return self._length

    def append(self, audio: bytes) -> int:
        """Add audio and return the byte at which it begins.

        Raises
        ------
        OSError
            If the disk is full; the track is as before.
        """
        with self._lock:
            start = self._length
            if self._file is None and start + len(audio) > self._max_bytes_in_memory:
                self._move()
            if self._file is None:
                self._memory += audio
            else:
                self._file.seek(start)
                self._file.write(audio)
            self._length = start + len(audio)
            return start

    def read(self, start: int = 0, length: int | None = None) -> bytes:
        """Return `length` bytes from `start` on, by default all; fewer where it ends."""
        with self._lock:
            end = self._length if length is None else min(start + length, self._length)
            if self._file is None:
                return bytes(memoryview(self._memory)[start:end])
            self._file.seek(start)
            return self._file.read(max(0, end - start))

    def _move(self) -> None:
        """Go on in a file."""
        file = tempfile.TemporaryFile()  # noqa: SIM115
        try:
            file.write(self._memory)
            file.flush()
        except OSError:
            file.close()
            raise
        self._file, self._memory = file, bytearray()
