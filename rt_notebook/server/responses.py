"""The ladder of events of one response, in the order of the API's recordings.

::

    response.created
      response.output_item.added > conversation.item.added
        response.content_part.added > deltas > *.done > response.content_part.done
      conversation.item.done > response.output_item.done
    response.done

A function call has no content parts; a response outside of the conversation has no
``conversation.item.*``. Nothing here waits or reads a clock: `replying` drives it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from ..audio import pcm
from ..protocol.events import encode_audio
from .conversation import Conversation, Item
from .ids import make_id, obfuscation
from .response_options import ResponseOptions
from .usage import (
    Tokens,
    output_audio_ms,
    output_audio_tokens,
    text_tokens,
    usage_json,
    within_tokens,
)
from .wire_audio import OutputEncoder

__all__ = ["Emit", "EndReason", "Response", "Status"]

Emit = Callable[..., None]
_ARGUMENTS_PIECE = 8  # characters
Status = Literal["completed", "cancelled", "incomplete", "failed"]
EndReason = Literal["turn_detected", "client_cancelled", "max_output_tokens"]


@dataclass
class _Message:
    """The message that is being written."""

    item: Item
    output_index: int
    encoder: OutputEncoder
    words: str = ""


class Response:
    """One response, from ``response.created`` to ``response.done``.

    Parameters
    ----------
    emit : callable
        ``emit(type, **fields)`` sends an event.
    options : ResponseOptions
        What was asked for.
    conversation : Conversation
        Takes the items, unless the response is out of band.
    """

    def __init__(self, emit: Emit, options: ResponseOptions, conversation: Conversation) -> None:
        self.id = make_id("resp")
        self.options = options
        self.done = False
        self.read = self.cached = Tokens()
        self.usage: dict[str, Any] | None = None
        self._emit = emit
        self._conversation = conversation
        self._items: list[Item] = []
        self._open_items: list[Item] = []
        self._message: _Message | None = None
        self._text_tokens = 0
        self._audio_ms = 0.0

    @property
    def has_output(self) -> bool:
        """Whether anything was written."""
        return bool(self._items)

    @property
    def written(self) -> Tokens:
        """What was written so far."""
        return Tokens(self._text_tokens, output_audio_tokens(self._audio_ms))

    @property
    def is_full(self) -> bool:
        """Whether ``max_output_tokens`` is reached."""
        return self._room is not None and self._room <= 0

    @property
    def _room(self) -> int | None:
        """How many tokens may still be written; None for any number."""
        most = self.options.max_output_tokens
        return None if most == "inf" else most - self.written.total

    def begin(self) -> None:
        """Send ``response.created``."""
        self._emit("response.created", response=self._shown("in_progress"))

    def write(self, words: str) -> None:
        """Send words, as far as they may be: a delta of the text or of the transcript."""
        words = self._fitting(words)
        if not words:
            return
        message = self._open()
        message.words += words
        self._text_tokens += text_tokens(words)
        self._emit(
            f"response.{self._text_kind}.delta",
            **self._part_ids(message),
            delta=words,
            obfuscation=obfuscation(words),
        )

    def sound(self, pcm16: bytes) -> None:
        """Send PCM16 at 24 kHz, as far as it may be, in the response's audio format."""
        if self.options.max_output_tokens != "inf":
            most_ms = output_audio_ms(self.options.max_output_tokens - self._text_tokens)
            left_ms = max(0, most_ms - self._audio_ms)
            pcm16 = pcm16[: 2 * int(left_ms * pcm.SAMPLE_RATE_HZ / 1000)]
        if not pcm16:
            return
        message = self._open()
        message.item.extend(pcm16)
        self._audio_ms += pcm.duration_ms(pcm16)
        self._send_audio(message, message.encoder.encode(pcm16))

    def call(self, name: str, arguments: str) -> None:
        """Send a function call as an item of its own."""
        call_id = make_id("call", 16)
        about = {"name": name, "call_id": call_id, "arguments": ""}
        item = self.begin_item({"type": "function_call", "status": "in_progress", **about})
        kind = "response.function_call_arguments"
        whole = self.stream_arguments(kind, item, arguments, {"call_id": call_id}, {"name": name})
        item.fields["status"] = "completed" if whole else "incomplete"
        self.end_item(item)

    def begin_item(self, fields: dict[str, Any]) -> Item:
        """Send ``response.output_item.added`` for an item that gets an id here."""
        self._close_message("completed")
        return self._add_item(fields)

    def stream_arguments(
        self,
        kind: str,
        item: Item,
        arguments: str,
        ids: dict[str, Any] | None = None,
        last: dict[str, Any] | None = None,
    ) -> bool:
        """Send the arguments of a call in pieces, and in one at the end; say if that is all.

        What does not fit into the response's tokens is left out.

        Parameters
        ----------
        kind : str
            Beginning of the events' types.
        item, arguments
            The call, which gets its arguments here.
        ids, last : dict or None
            Fields of all events, and of the last one, beside the usual ones.
        """
        place = {"item_id": item.id, "output_index": self.place_of(item)}
        ids = {"response_id": self.id, **place, **(ids or {})}
        name: str = item.fields["name"]
        written = self._fitting(name + arguments)
        fitting = written[len(name) :]
        for start in range(0, len(fitting), _ARGUMENTS_PIECE):
            delta = fitting[start : start + _ARGUMENTS_PIECE]
            self._emit(f"{kind}.delta", **ids, delta=delta, obfuscation=obfuscation(delta))
        self._emit(f"{kind}.done", **ids, **(last or {}), arguments=fitting)
        item.fields["arguments"] = fitting
        self._text_tokens += text_tokens(written)
        return written == name + arguments

    def _fitting(self, text: str) -> str:
        """Return as much of a text as may still be written."""
        return text if self._room is None else within_tokens(text, self._room)

    def end_item(self, item: Item) -> None:
        """Send that an item is done; a second call does nothing."""
        if item not in self._open_items:
            return
        self._open_items.remove(item)
        if self.options.in_conversation:
            previous = self._conversation.previous_of(item)
            self._emit("conversation.item.done", previous_item_id=previous, item=item.fields)
        place = {"response_id": self.id, "output_index": self.place_of(item)}
        self._emit("response.output_item.done", **place, item=item.fields)

    def place_of(self, item: Item) -> int:
        """Return the ``output_index`` of an item."""
        return self._items.index(item)

    def end(
        self,
        status: Status = "completed",
        reason: EndReason | None = None,
        error: dict[str, Any] | None = None,
    ) -> None:
        """Close what is open and send ``response.done``; a second call does nothing."""
        if self.done:
            return
        self.done = True
        self._close_message("completed" if status == "completed" else "incomplete")
        for item in [*self._open_items]:
            self.end_item(item)
        details: dict[str, Any] = {"type": status}
        if reason:
            details["reason"] = reason
        if error:
            details["error"] = error
        read = self.read if self.has_output or status == "completed" else Tokens()
        cached = self.cached if read.total else Tokens()
        self.usage = usage_json(read, cached, self.written)
        shown = self._shown(status, None if status == "completed" else details)
        self._emit("response.done", response=shown)

    @property
    def _is_spoken(self) -> bool:
        return self.options.modality == "audio"

    @property
    def _text_kind(self) -> str:
        return "output_audio_transcript" if self._is_spoken else "output_text"

    def _open(self) -> _Message:
        """Return the open message, with its part announced."""
        if self._message is None:
            about = {"status": "in_progress", "role": "assistant", "content": []}
            item = self._add_item({"type": "message", **about})
            encoder = OutputEncoder(self.options.audio_format)
            self._message = _Message(item, self.place_of(item), encoder)
            self._emit(
                "response.content_part.added",
                **self._part_ids(self._message),
                part=self._part(""),
            )
        return self._message

    def _add_item(self, fields: dict[str, Any]) -> Item:
        item = Item({"id": make_id("item"), **fields})
        self._items.append(item)
        self._open_items.append(item)
        place = {"response_id": self.id, "output_index": self.place_of(item)}
        self._emit("response.output_item.added", **place, item=item.fields)
        if self.options.in_conversation:
            previous = self._conversation.add(item)
            self._emit("conversation.item.added", previous_item_id=previous, item=item.fields)
        return item

    def _close_message(self, status: str) -> None:
        message, self._message = self._message, None
        if message is None:
            return
        ids = self._part_ids(message)
        if self._is_spoken:
            self._send_audio(message, message.encoder.encode(b"", last=True))
            self._emit("response.output_audio.done", **ids)
        word = "transcript" if self._is_spoken else "text"
        self._emit(f"response.{self._text_kind}.done", **ids, **{word: message.words})
        self._emit("response.content_part.done", **ids, part=self._part(message.words))
        # The events tell what was sent; of an item that was cut the words are gone.
        kept = "" if message.item.is_cut else message.words
        part = {"type": "output_audio" if self._is_spoken else "output_text", word: kept}
        message.item.fields |= {"status": status, "content": [part]}
        self.end_item(message.item)

    def _send_audio(self, message: _Message, encoded: bytes) -> None:
        if encoded:
            delta = encode_audio(encoded)
            self._emit("response.output_audio.delta", **self._part_ids(message), delta=delta)

    def _part(self, words: str) -> dict[str, Any]:
        # Short names here, long ones in items: so the recordings have it.
        if self._is_spoken:
            return {"type": "audio", "transcript": words}
        return {"type": "text", "text": words}

    def _part_ids(self, message: _Message) -> dict[str, Any]:
        return {
            "response_id": self.id,
            "item_id": message.item.id,
            "output_index": message.output_index,
            "content_index": 0,
        }

    def _shown(self, status: str, details: dict[str, Any] | None = None) -> dict[str, Any]:
        options = self.options
        shown = {
            "object": "realtime.response",
            "id": self.id,
            "status": status,
            "status_details": details,
            "output": [copy.deepcopy(item.fields) for item in self._items],
            "conversation_id": self._conversation.id if options.in_conversation else None,
            "output_modalities": [options.modality],
            "max_output_tokens": options.max_output_tokens,
            "audio": {"output": {"format": options.audio_format, "voice": options.voice}},
            "usage": self.usage,
            "metadata": options.metadata,
        }
        return (
            shown if options.temperature is None else {**shown, "temperature": options.temperature}
        )
