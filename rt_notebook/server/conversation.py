"""The items of a conversation, in order, with the audio that belongs to them.

Items have the shapes of recorded GA sessions: no ``object`` key, parts called
``output_audio`` and ``output_text``, no ``status`` on a function's output.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..audio import pcm
from ..protocol.events import encode_audio
from .ids import make_id
from .limits import Limits
from .refusals import Refusal
from .wire_audio import encoded

__all__ = ["Conversation", "Item"]


@dataclass
class Item:
    """One item: its JSON without audio, its audio, and what is heard in it.

    Parameters
    ----------
    fields : dict
        The item as it is shown to the client; changed in place.
    audio : bytearray
        PCM16: what the user said, or what was sent of the answer so far.
    sample_rate_hz : int
        Rate of `audio`.
    heard : Future of str or None
        The words in a user's audio; None when there is nothing to transcribe.
    forgotten_bytes : int
        How much audio it had that is not kept.
    is_cut : bool
        Whether it was truncated: what comes after is no part of it.
    part_starts : list of int
        Bytes of `audio` before each part that has some; empty when there is one such part.
    """

    fields: dict[str, Any]
    audio: bytearray = field(default_factory=bytearray)
    sample_rate_hz: int = pcm.SAMPLE_RATE_HZ
    heard: asyncio.Future[str] | None = None
    forgotten_bytes: int = 0
    is_cut: bool = False
    part_starts: list[int] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The item's id."""
        return str(self.fields["id"])

    @property
    def duration_ms(self) -> float:
        """How long its audio sounds."""
        return (len(self.audio) + self.forgotten_bytes) / 2 / self.sample_rate_hz * 1000

    @property
    def is_assistant_audio(self) -> bool:
        """Whether this is spoken output of the model."""
        return self.fields.get("role") == "assistant" and self.duration_ms > 0

    def extend(self, pcm16: bytes) -> None:
        """Add audio, unless the item was cut: nobody hears what comes after."""
        if not self.is_cut:
            self.audio += pcm16

    def cut(self, length_bytes: int) -> None:
        """Shorten the audio for good; what is forgotten of it is its beginning."""
        self.is_cut = True
        del self.audio[max(0, length_bytes - self.forgotten_bytes) :]
        self.forgotten_bytes = min(self.forgotten_bytes, length_bytes)

    def forget_audio(self) -> None:
        """Keep of the audio only how long it was."""
        self.forgotten_bytes += len(self.audio)
        self.audio.clear()

    def with_audio(self, formats: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
        """Return the item with its audio, as ``conversation.item.retrieved`` shows it.

        Parameters
        ----------
        formats : mapping
            The audio format of ``input_audio`` and of ``output_audio`` parts.
        """
        if not self.audio:
            return self.fields
        sounds = self._sounds()
        parts = [dict(part) for part in self.fields["content"]]
        for part in parts:
            if part["type"] in formats:
                shown = encoded(next(sounds), self.sample_rate_hz, formats[part["type"]])
                part["audio"] = encode_audio(shown)
        return {**self.fields, "content": parts}

    def _sounds(self) -> Iterator[bytes]:
        starts = self.part_starts or [0]
        for start, end in zip(starts, [*starts[1:], len(self.audio)], strict=True):
            yield bytes(self.audio[start:end])

    async def text(self) -> str:
        """Return its words: text, transcripts, and what is heard in its audio."""
        heard = await asyncio.shield(self.heard) if self.heard is not None else ""
        return " ".join(word for word in (*self._written(), heard) if word)

    def _written(self) -> Iterator[str]:
        for part in self.fields.get("content", []):
            if part["type"] != "input_audio" or self.heard is None:
                yield part.get("text") or part.get("transcript") or ""


class Conversation:
    """The default conversation of a session.

    Parameters
    ----------
    limits : Limits or None
        How much it holds. Beyond, it forgets the oldest sound, then the oldest items, as
        the API's models forget what their context cannot hold.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.id = make_id("conv")
        self._limits = limits or Limits()
        self._items: list[Item] = []

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)

    @property
    def last_id(self) -> str | None:
        """Id of the last item."""
        return self._items[-1].id if self._items else None

    def add(self, item: Item, after: str | None = None) -> str | None:
        """Insert `item` and return the id of the item before it.

        Parameters
        ----------
        item : Item
            With an id that no other item has.
        after : str or None
            Id of the item before it, ``"root"`` for the first place, None for the last.

        Raises
        ------
        Refusal
            If the id is taken or `after` is unknown; nothing was inserted.
        """
        if any(other.id == item.id for other in self._items):
            message = f"Error adding item: the item with id '{item.id}' already exists."
            raise Refusal(message, "item_create_duplicate_item_id", "item.id")
        place = self._place(after)
        self._items.insert(place, item)
        previous = self._items[place - 1].id if place else None
        self._make_room(item)
        return previous

    def _make_room(self, newest: Item) -> None:
        sounds = sum(len(item.audio) for item in self._items)
        texts = [_text_bytes(item) for item in self._items]
        surplus = sounds + sum(texts) - self._limits.kept_bytes
        for item in self._items:
            if surplus > 0 and item is not newest:
                surplus -= len(item.audio)
                item.forget_audio()
        while len(self._items) > 1 and (surplus > 0 or len(self._items) > self._limits.items):
            surplus -= texts.pop(0)
            del self._items[0]

    def _place(self, after: str | None) -> int:
        if after is None:
            return len(self._items)
        if after == "root":
            return 0
        for index, item in enumerate(self._items):
            if item.id == after:
                return index + 1
        message = f"Error adding item: the previous item with id '{after}' does not exist."
        raise Refusal(message, "item_create_invalid_previous_item_id", "previous_item_id")

    def previous_of(self, item: Item) -> str | None:
        """Return the id of the item before `item`, None for the first or a deleted one."""
        ids = [other.id for other in self._items]
        place = ids.index(item.id) if item.id in ids else 0
        return ids[place - 1] if place else None

    def find(self, item_id: str) -> Item | None:
        """Return the item of this id, if there is one."""
        return next((item for item in self._items if item.id == item_id), None)

    def retrieve(self, item_id: str) -> Item:
        """Return the item of this id, or refuse."""
        return self._known(item_id, "retriev", "item_retrieve_invalid_item_id")

    def delete(self, item_id: str) -> None:
        """Remove the item of this id, or refuse."""
        self._items.remove(self._known(item_id, "delet", "item_delete_invalid_item_id"))

    def truncate(self, item_id: str, content_index: int, audio_end_ms: int) -> None:
        """Cut spoken output after `audio_end_ms` and drop its transcript.

        Raises
        ------
        Refusal
            If the item is unknown, is no spoken output, or is shorter than that.
        """
        code = "item_truncate_invalid_item_id"
        item = self._known(item_id, "truncat", code)
        if not item.is_assistant_audio or content_index != 0:
            message = "Only model output audio messages can be truncated"
            raise Refusal(message, code, "item_id")
        if not 0 <= audio_end_ms <= math.ceil(item.duration_ms):
            has = math.floor(item.duration_ms)
            message = f"Audio content of {has}ms is already shorter than {audio_end_ms}ms"
            raise Refusal(message, "invalid_value", "audio_end_ms")
        item.cut(2 * round(audio_end_ms * item.sample_rate_hz / 1000))
        for part in item.fields["content"]:
            part["transcript"] = ""

    def _known(self, item_id: str, verb: str, code: str) -> Item:
        item = self.find(item_id)
        if item is None:
            message = f"Error {verb}ing item: the item with id '{item_id}' does not exist."
            raise Refusal(message, code, "item_id")
        return item

    def has_call(self, call_id: str) -> bool:
        """Whether the model, or a replayed history, has called a function under this id."""
        return any(
            item.fields["type"] == "function_call" and item.fields["call_id"] == call_id
            for item in self._items
        )


def _text_bytes(item: Item) -> int:
    texts = [
        part.get(key)
        for part in item.fields.get("content", [])
        for key in ("text", "transcript", "image_url")
    ]
    texts += [item.fields.get(key) for key in ("arguments", "output", "name")]
    return sum(len(text) for text in texts if isinstance(text, str))
