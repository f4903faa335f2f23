"""Whose sound is played: one answer after the other.

The player has one line of samples, and responses may be made side by side: one in the
conversation and others out of band. The answer whose sound came first is played whole;
what comes of another one waits until the first is over, however it ended.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from .effects import Sound, SoundEnd
from .playback import PlaybackLedger

__all__ = ["MAX_WAITING_SAMPLES", "Pieces", "PlayOrder"]

#: What the player is handed, in this order.
Pieces: TypeAlias = list[Sound | SoundEnd]

MAX_WAITING_SAMPLES = 10 * 60 * 24_000  # ten minutes at 24 kHz, 29 MB
_PIECE_SAMPLES = 128  # what a piece takes in memory beside its sound


class PlayOrder:
    """The answers that sound or wait to, in the order in which their sound began.

    Parameters
    ----------
    ledger : PlaybackLedger
        Is told what goes to the player.
    goes_on : callable
        Whether more may come of a response that is to be heard.
    """

    def __init__(self, ledger: PlaybackLedger, goes_on: Callable[[str], bool]) -> None:
        self._ledger = ledger
        self._goes_on = goes_on
        self._waiting: dict[str, Pieces] = {}  # the first has its turn
        self._waiting_samples = 0
        self._unended: str | None = None  # the item that the player waits for more of

    def put(self, response_id: str, piece: Sound | SoundEnd) -> Pieces:
        """Take what has come of a response, and return what is due."""
        self._waiting.setdefault(response_id, []).append(piece)
        self._waiting_samples += _size(piece)
        return self.due()

    def due(self) -> Pieces:
        """Take out what is to be handed to the player now.

        An answer whose turn keeps more than `MAX_WAITING_SAMPLES` waiting loses it.
        """
        due: Pieces = []
        for response_id in [*self._waiting]:
            due += self._take(response_id)
            if self._goes_on(response_id) and self._waiting_samples <= MAX_WAITING_SAMPLES:
                break
            del self._waiting[response_id]
            due += self._end()
        return due

    def clear(self) -> list[SoundEnd]:
        """Forget what waits, and return the end of what has sounded."""
        self._waiting.clear()
        self._waiting_samples = 0
        return self._end()

    def _take(self, response_id: str) -> Pieces:
        pieces, self._waiting[response_id] = self._waiting[response_id], []
        for piece in pieces:
            self._waiting_samples -= _size(piece)
            self._unended = None
            if isinstance(piece, Sound):
                self._unended = piece.item_id
                self._ledger.queue(piece.item_id, piece.n_samples)
        return pieces

    def _end(self) -> list[SoundEnd]:
        unended, self._unended = self._unended, None
        return [SoundEnd(unended)] if unended is not None else []


def _size(piece: Sound | SoundEnd) -> int:
    return _PIECE_SAMPLES + (piece.n_samples if isinstance(piece, Sound) else 0)
