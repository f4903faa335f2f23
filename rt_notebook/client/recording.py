"""A talk that was recorded, as the live one was."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ..protocol.machine import SessionMachine
from ..record import layout
from ..record.layout import MalformedRecording
from ..record.log import Log
from ..record.rebuilding import rebuild
from ..record.unpacking import unpack
from .talk import Talk
from .wire_log import read_wire_log

__all__ = ["Recording", "open_recording"]

WIRE_LOG_SUFFIX = ".jsonl"


class Recording(Talk):
    """What was recorded; read it with `rt_notebook.open`.

    Parameters
    ----------
    manifest : dict
        As in the file.
    log : Log
        Every event and the audio.
    """

    def __init__(self, manifest: dict[str, Any], log: Log) -> None:
        self._manifest = manifest
        self._log = log
        self._machine = rebuild(log)

    @property
    def log(self) -> Log:
        """Every event both ways, and the audio."""
        return self._log

    @property
    def machine(self) -> SessionMachine:
        """The protocol's state at the end of the talk."""
        return self._machine

    @property
    def manifest(self) -> dict[str, Any]:
        """What the file says of the talk."""
        return self._manifest

    @property
    def status(self) -> str:
        """``recorded``: nothing more will happen."""
        return "recorded"

    def __repr__(self) -> str:
        who = self._manifest.get("backend") or "nobody"
        return f"<Recording of a talk with {who}: {len(self.items)} items, {len(self.log)} events>"


def open_recording(path: str | os.PathLike[str]) -> Recording:
    """Open a talk that was recorded or saved.

    Parameters
    ----------
    path : path-like
        An ``.rtsession``, or the folder ``NAME.rtsession.part`` of a talk whose process was
        ended; that folder is also found by the name that the recording would have got.
        A ``.jsonl`` is read as a log of the wire: see `client.wire_log`.

    Raises
    ------
    MalformedRecording
        If it is no recording or is damaged.
    OSError
        If it cannot be read.
    """
    where = Path(path).expanduser()
    if where.suffix == WIRE_LOG_SUFFIX:
        manifest, log = layout.manifest(backend=where.name), read_wire_log(where)
    else:
        manifest, log = unpack(where)
    try:
        return Recording(manifest, log)
    except (TypeError, ValueError, LookupError, AttributeError) as error:
        raise MalformedRecording(
            f"{where.name} holds an event that no server sends: {type(error).__name__}"
        ) from None
