"""Writes a talk to disk while it goes on, so that a killed process loses a second of it."""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

from . import layout
from .entry import Entry, to_json
from .log import Log
from .packing import pack

__all__ = ["FLUSH_SECONDS", "Recorder"]

FLUSH_SECONDS = 1.0


class Recorder:
    """A recording that grows: follow a log with `follow`, end with `close`.

    Files are written by a thread of its own; whatever goes wrong with them is told once,
    and the talk goes on.

    Parameters
    ----------
    path : Path
        Where the recording will be; until then it is the folder ``NAME.part`` beside it.
    manifest : mapping
        What is known of the talk at its beginning.

    Attributes
    ----------
    tell : callable
        Takes a sentence for the user; called from the recorder's thread.

    Raises
    ------
    OSError
        If the folder cannot be made; FileExistsError if there is one, or the recording.
    """

    def __init__(self, path: Path, manifest: Mapping[str, Any]) -> None:
        self.path = path
        self.tell: Callable[[str], None] = lambda sentence: None
        self._part = layout.part_of(path)
        if path.exists():
            raise FileExistsError(path)
        self._part.mkdir(mode=0o700)
        self._files = {name: self._create(name) for name in layout.PART_MEMBERS}
        self._files[layout.MANIFEST].write(layout.manifest_json(manifest).encode())
        self._files[layout.MANIFEST].flush()
        self._waiting: queue.SimpleQueue[tuple[Entry, bytes]] = queue.SimpleQueue()
        self._ending = threading.Event()
        self._failed = self._closed = False
        self._thread = threading.Thread(target=self._run, name="rt-recorder", daemon=True)
        self._thread.start()

    def follow(self, entry: Entry, audio: bytes) -> None:
        """Take a new entry of the log; never waits."""
        if not self._failed:
            self._waiting.put((entry, audio))

    def pause(self) -> None:
        """Write what waits and nothing after it."""
        self._ending.set()
        self._thread.join()
        for file in self._files.values():
            with contextlib.suppress(OSError):
                file.close()

    def close(self, log: Log, manifest: Mapping[str, Any]) -> None:
        """Pack the whole talk into one file and remove the folder. Closing twice is allowed."""
        if self._closed:
            return
        self.pause()
        self._closed = True
        try:
            pack(self.path, log, manifest)
        except Exception as error:
            kept = f"; what there is stays in {self._part.name}"
            self.tell(f"the recording was not packed: {_reason(error)}{kept}")
        else:
            shutil.rmtree(self._part, ignore_errors=True)

    def discard(self) -> None:
        """End without a recording: the session never came about."""
        self.pause()
        self._closed = True
        shutil.rmtree(self._part, ignore_errors=True)

    def _create(self, name: str) -> IO[bytes]:
        descriptor = os.open(self._part / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        return os.fdopen(descriptor, "wb")

    def _run(self) -> None:
        ended = False
        while not ended and not self._failed:
            ended = self._ending.wait(FLUSH_SECONDS)
            try:
                self._write_waiting()
            except Exception as error:
                self._failed = True
                self.tell(
                    f"the recording stopped: {_reason(error)}; the talk goes on, and "
                    "session.save writes it elsewhere"
                )

    def _write_waiting(self) -> None:
        lines = []
        with contextlib.suppress(queue.Empty):
            while True:
                entry, audio = self._waiting.get_nowait()
                lines.append(to_json(entry).encode() + b"\n")
                if entry.audio is not None:
                    of_user = entry.audio.track == "user"
                    self._files[layout.USER_PCM if of_user else layout.ASSISTANT_PCM].write(audio)
        # Audio first: an event that can be read then never points beyond it.
        for name in (layout.USER_PCM, layout.ASSISTANT_PCM):
            self._files[name].flush()
        self._files[layout.EVENTS].write(b"".join(lines))
        self._files[layout.EVENTS].flush()


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or type(error).__name__).lower()
