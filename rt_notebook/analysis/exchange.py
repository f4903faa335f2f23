"""The two sides of a talk: what the user said, and what the model answered. Times are the log's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..record.log import Entry

__all__ = ["Response", "Utterance"]


@dataclass
class Utterance:
    """One thing that the user said or wrote. Times are the log's seconds.

    Parameters
    ----------
    item_id : str
        Its item.
    start_ms, end_ms : int or None
        Where the server's turn detection heard it, in the user's track.
    started, stopped, committed : float or None
        When ``speech_started``, ``speech_stopped`` and ``committed`` came.
    added : float or None
        When it stood in the conversation.
    """

    item_id: str
    start_ms: int | None = None
    end_ms: int | None = None
    started: float | None = None
    stopped: float | None = None
    committed: float | None = None
    added: float | None = None


@dataclass
class Response:
    """One answer of the model. Times are the log's seconds.

    Parameters
    ----------
    id : str
        The response's id.
    created : float
        When ``response.created`` came.
    session : dict
        The configuration in force then.
    out_of_band : bool
        Whether it stayed out of the conversation.
    utterances : tuple of Utterance
        What it answers: all that the user said since the response before.
    audio : list of Entry
        The events that brought its sound.
    audible, audible_error_ms : float or None
        When its first sample could be heard in the page, and how far off that may be.
    silent : float or None
        When the player had played, or cut, the last of it.
    cut_in : float or None
        When the user spoke, or stopped it, before its end.
    done : float or None
        When ``response.done`` came, or its connection ended.
    body : dict
        The response object as it was last seen.
    item_ids : list of str
        What it made.
    """

    id: str
    created: float
    session: dict[str, Any]
    out_of_band: bool = False
    utterances: tuple[Utterance, ...] = ()
    audio: list[Entry] = field(default_factory=list)
    audible: float | None = None
    audible_error_ms: float | None = None
    silent: float | None = None
    cut_in: float | None = None
    done: float | None = None
    body: dict[str, Any] = field(default_factory=dict)
    item_ids: list[str] = field(default_factory=list)

    @property
    def status(self) -> str:
        """``in_progress``, ``completed``, ``cancelled``, ``incomplete`` or ``failed``."""
        return str(self.body.get("status") or "in_progress")
