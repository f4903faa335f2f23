"""What the user has said: from a stretch of audio to an item of the conversation."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from .conversation import Conversation, Item
from .responses import Emit
from .transcribing import Transcripts, forgive

__all__ = ["Said"]


class Said:
    """Adds the user's spoken messages, and has their words told.

    Parameters
    ----------
    emit : callable
        Sends an event.
    conversation : Conversation
        Takes the items.
    transcripts : Transcripts
        Tells the words when they are there.
    """

    def __init__(self, emit: Emit, conversation: Conversation, transcripts: Transcripts) -> None:
        self._emit = emit
        self._conversation = conversation
        self._transcripts = transcripts
        self._heard: set[asyncio.Future[str]] = set()

    def add(self, item_id: str, audio: bytes, sample_rate_hz: int, words: Awaitable[str]) -> None:
        """Make an item of PCM16 audio whose words are on their way."""
        heard = asyncio.ensure_future(words)
        self._heard.add(heard)
        heard.add_done_callback(self._heard.discard)
        forgive(heard)
        fields = {
            "id": item_id,
            "type": "message",
            "status": "completed",
            "role": "user",
            "content": [{"type": "input_audio", "transcript": None}],
        }
        item = Item(fields, bytearray(audio), sample_rate_hz, heard)
        previous = self._conversation.add(item)
        self._emit("input_audio_buffer.committed", previous_item_id=previous, item_id=item_id)
        self._emit("conversation.item.added", previous_item_id=previous, item=fields)
        self._emit("conversation.item.done", previous_item_id=previous, item=fields)
        self._transcripts.follow(item, heard)

    def close(self) -> None:
        """Wait for no more words."""
        for heard in self._heard:
            heard.cancel()
