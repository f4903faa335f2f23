"""What there is to see of a talk: the same of a live session and of a recording."""

from __future__ import annotations

import copy
import os
from pathlib import Path
from typing import Any

from ..analysis.export import export
from ..analysis.views import TalkViews
from ..protocol.conversation import Conversation
from ..protocol.heard import HeardItem, heard_items
from ..protocol.item import Item
from ..protocol.machine import SessionMachine
from ..protocol.session_facts import turn_detection
from ..record import layout
from ..record.log import Log
from ..record.packing import pack

__all__ = ["Talk"]


class Talk(TalkViews):
    """The read side of a session; `RealtimeSession` and `Recording` have it."""

    @property
    def log(self) -> Log:
        """Every event both ways, and the audio."""
        raise NotImplementedError

    @property
    def status(self) -> str:
        """``open``, ``closed``, ``lost`` or ``recorded``."""
        raise NotImplementedError

    @property
    def machine(self) -> SessionMachine:
        """The protocol's state, as far as the log goes."""
        raise NotImplementedError

    @property
    def manifest(self) -> dict[str, Any]:
        """What a file says of this talk: who answered, the configuration, the packages."""
        raise NotImplementedError

    @property
    def conversation(self) -> Conversation:
        """Items by id and in order, as the server has them."""
        return self.machine.conversation

    @property
    def items(self) -> list[Item]:
        """The items of the conversation, first to last."""
        return list(self.conversation)

    @property
    def heard(self) -> dict[str, HeardItem]:
        """How much of each spoken answer was heard, by item, first to last."""
        return heard_items(self.conversation, self.machine.ledger)

    @property
    def config(self) -> dict[str, Any]:
        """The configuration in force, what the server last acknowledged: a copy of your own."""
        return copy.deepcopy(self.machine.session)

    @property
    def turn_detection(self) -> str:
        """``server_vad``, ``semantic_vad``, or ``none`` for push-to-talk."""
        return turn_detection(self.machine.session)

    @property
    def only_hears(self) -> bool:
        """Whether the session only transcribes, and answers nothing."""
        return self.machine.session.get("type") == "transcription"

    def audio(self, track: str = "user") -> bytes:
        """Return what the user said, or an assistant's item by its id: PCM16, 24 kHz."""
        return self.log.audio(track)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the talk as one file that `rt_notebook.open` reads, and return its path.

        Parameters
        ----------
        path : path-like
            ``.rtsession`` is added if it has no such end. A file that is there is replaced.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        whole = layout.recording_path(path)
        pack(whole, self.log, self.manifest)
        return whole

    def write(self, path: str | os.PathLike[str]) -> Path:
        """`save` or `export` the talk, by the end of the file's name, and return its path."""
        is_recording = Path(path).suffix in ("", layout.SUFFIX)
        return (self.save if is_recording else self.export)(path)

    def export(self, path: str | os.PathLike[str]) -> Path:
        """Write the talk in another format, and return its path.

        Parameters
        ----------
        path : path-like
            By its end: ``.wav`` is stereo with the user left, on the talk's time axis;
            ``.md``, ``.srt`` and ``.json`` are transcripts. A file that is there is replaced.

        Raises
        ------
        ConfigError
            If there is no such format.
        OSError
            If it cannot be written.
        """
        whole = Path(path).expanduser()
        export(whole, self.log, self.manifest)
        return whole
