"""What the user heard of each spoken answer, in milliseconds and in words.

The API gives no times of words. Which words were heard is therefore an estimate: the
share of the audio that was played, taken of the transcript's letters. Speech keeps an
even enough pace for that to be right within a word or two.
"""

from __future__ import annotations

from dataclasses import dataclass

from .conversation import Conversation
from .item import Item
from .playback import Heard, HeardState, PlaybackLedger

__all__ = ["HeardItem", "heard_items"]


@dataclass(frozen=True)
class HeardItem:
    """How much of one spoken answer was heard.

    Parameters
    ----------
    item_id : str
        The assistant's item.
    state : {"playing", "heard", "cut", "unplayed"}
        ``heard`` to its end, ``cut`` by the user, ``unplayed`` when no sample of it was.
    heard_ms, received_ms : int
        Milliseconds of its audio that were played, and that came.
    words : tuple of str
        Its transcript.
    heard_words : int
        How many of `words` were heard, estimated; a word that was cut counts as not heard.
    """

    item_id: str
    state: HeardState
    heard_ms: int
    received_ms: int
    words: tuple[str, ...]
    heard_words: int

    @property
    def heard_text(self) -> str:
        """What of the transcript was heard."""
        return " ".join(self.words[: self.heard_words])

    @property
    def unheard_text(self) -> str:
        """What of the transcript was cut, or is still to come."""
        return " ".join(self.words[self.heard_words :])


def heard_items(conversation: Conversation, ledger: PlaybackLedger) -> dict[str, HeardItem]:
    """Return what was heard of every item that sound came for, in the order of the talk.

    Items beside the conversation (out-of-band responses) follow at the end.
    """
    place = {item_id: n for n, item_id in enumerate(conversation.order)}
    ids = sorted(ledger.heard, key=lambda item_id: place.get(item_id, len(place)))
    return {id: _heard_item(ledger.heard[id], conversation.items.get(id)) for id in ids}


def _heard_item(account: Heard, item: Item | None) -> HeardItem:
    words = tuple(item.text.split()) if item is not None else ()
    return HeardItem(
        account.item_id,
        account.state,
        min(account.played_ms, account.received_ms),
        account.received_ms,
        words,
        _words_within(words, account),
    )


def _words_within(words: tuple[str, ...], account: Heard) -> int:
    """How many words end before the playback did, every letter being equally long."""
    if account.state == "heard":
        return len(words)
    if account.played_samples == 0:
        return 0
    letters = sum(map(len, words)) * account.played_samples
    ends = 0
    for n, word in enumerate(words):
        ends += len(word)
        if ends * account.received_samples > letters:
            return n
    return len(words)
