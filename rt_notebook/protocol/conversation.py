"""The conversation as the server knows it: items, their content and their order.

Rules
-----
- Order comes from ``previous_item_id`` (null = first), never from arrival. An item whose
  predecessor is not known yet stands last and moves when the predecessor comes.
- A user item stands from ``speech_started`` on, before it has any content: the event
  names the id that the item will get.
- An item's transcript may come late, in pieces, after the reply, or never.
- A text that is final stays, a state never goes back: events that come in another order
  give the same conversation.
- Only ``conversation.item.*`` puts an item into the order. Items of an out-of-band
  response exist, and belong to their response alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .events import Event
from .item import CALL_FAILED, Item

__all__ = ["Conversation"]

_FAILURES = {
    "response.mcp_call.failed": CALL_FAILED,
    "mcp_list_tools.failed": "the server's tools could not be listed",
}


class Conversation:
    """Items by id, and the order of those that are in the conversation.

    Feed it every server event (`receive`); it returns the ids of the items that changed.

    Attributes
    ----------
    transcribes : bool
        Whether what the user says from now on gets a transcript.
    """

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}
        self.transcribes = True
        self._previous: dict[str, str | None] = {}  # in arrival order; "" = not told yet
        self._deleted: set[str] = set()
        self._called: set[str] = set()  # function calls whose arguments are complete
        self._stand_in: dict[str | None, str] = {}  # last item of the server's → our last
        self._restored: frozenset[str] = frozenset()
        self._order: list[str] | None = []

    def __iter__(self) -> Iterator[Item]:
        return (self.items[id] for id in self.order)

    def __len__(self) -> int:
        return len(self.order)

    @property
    def has_audio(self) -> bool:
        """Whether the assistant has spoken, which freezes its voice."""
        parts = (p for item in self.items.values() if item.role == "assistant" for p in item.parts)
        return any(part.type == "audio" for part in parts)

    @property
    def order(self) -> list[str]:
        """Ids of the items of the conversation, first to last."""
        if self._order is None:
            self._order = [id for id in self._walk() if id not in self._deleted]
        return list(self._order)

    def receive(self, event: Event) -> list[str]:
        """Apply one server event and return the ids of the items that it changed."""
        handler = _HANDLERS.get(event.type)
        return handler(self, event) if handler else []

    def cut_off(self) -> list[str]:
        """Settle what will never be finished, because the connection ended."""
        changed = []
        for item in self.items.values():
            if item.state == "listening":
                self._remove(item.id)
            elif item.state == "in_progress" and item.role != "user":
                item.advance("interrupted")
            elif item.awaits_transcript:
                item.advance("completed")
                item.transcribed = False
            else:
                continue
            changed.append(item.id)
        return changed

    def restored(self, item_ids: list[str]) -> None:
        """Note which items another server was given, in order: its echoes tell nothing new."""
        self._restored = frozenset(item_ids)
        last = item_ids[-1] if item_ids else None
        # What the server puts behind the last item that it has, stands behind all of ours.
        self._stand_in = {last: order[-1]} if (order := self.order) else {}

    def forget_unspoken(self, item_id: str) -> None:
        """Drop an item that ``speech_started`` announced and that will never come."""
        if self.items.get(item_id, Item(item_id)).state == "listening":
            self._remove(item_id)

    def _walk(self) -> Iterator[str]:
        """Every id behind its predecessor; of two behind the same one, the later comes first."""
        behind: dict[str | None, list[str]] = {}
        loose: list[str] = []
        for id, previous in self._previous.items():
            if previous is None or (previous in self._previous and previous != id):
                behind.setdefault(previous, []).append(id)
            else:
                loose.append(id)
        seen: set[str] = set()
        stack = loose[::-1] + behind.get(None, [])
        while stack:
            id = stack.pop()
            if id not in seen:
                seen.add(id)
                stack.extend(behind.get(id, []))
                yield id
        # A ring of predecessors cannot be ordered: arrival decides.
        yield from (id for id in self._previous if id not in seen)

    def _place(self, item_id: str, previous: str | None) -> None:
        stand_in = self._stand_in.get(previous)
        previous = previous if stand_in in (None, item_id) else stand_in
        if self._previous.get(item_id, ...) != previous:
            self._previous[item_id] = previous
            self._order = None

    def _remove(self, item_id: str) -> None:
        self._deleted.add(item_id)
        self._order = None

    def _known(self, event: Event, role: str = "user", type: str = "message") -> Item:
        """The item that an event is about; one that is not known yet stands in no order."""
        item = self.items.get(event["item_id"])
        if item is None:
            item = Item(event["item_id"], type, role, state="listening")
            self.items[item.id] = item
        return item

    def _upsert(self, raw: dict[str, Any]) -> Item | None:
        item_id = raw.get("id")
        if not isinstance(item_id, str):
            return None
        item = self.items.setdefault(item_id, Item(item_id))
        item.read(raw)
        return item

    def _on_item(self, event: Event) -> list[str]:
        if event["item"].get("id") in self._restored:
            return []
        item = self._upsert(event["item"])
        if item is None:
            return []
        if event.type.endswith(".done") and item.id in self._previous:
            # The live API sends null here for items that it had added behind another. And one
            # that was deleted while it was made is done all the same.
            return [item.id]
        self._deleted.discard(item.id)
        if "previous_item_id" in event:
            self._place(item.id, event["previous_item_id"])
        elif item.id not in self._previous:
            self._place(item.id, next(reversed(self.order), None))
        return [item.id]

    def _on_output_item(self, event: Event) -> list[str]:
        item = self._upsert(event["item"])
        return [item.id] if item else []

    def _on_deleted(self, event: Event) -> list[str]:
        self._remove(event["item_id"])
        return [event["item_id"]]

    def _on_truncated(self, event: Event) -> list[str]:
        item = self.items.get(event["item_id"])
        if item is None:
            return []
        item.truncated = True
        return [item.id]

    def _on_speech_started(self, event: Event) -> list[str]:
        item = self._known(event)
        if item.id not in self._previous:
            self._place(item.id, "")
        return [item.id]

    def _on_committed(self, event: Event) -> list[str]:
        item = self._known(event)
        item.advance("in_progress")
        item.transcribed = self.transcribes
        self._place(item.id, event.get("previous_item_id", self._previous.get(item.id, "")))
        return [item.id]

    def _on_transcription(self, event: Event) -> list[str]:
        # With a streaming transcriber the first words come before the item does.
        item = self._known(event)
        part = item.part(_index(event))
        if event.type.endswith(".delta"):
            part.extend(str(event.get("delta") or ""))
        elif event.type.endswith(".completed"):
            part.text, part.final = event["transcript"], True
        else:
            part.final = True
            item.error = str(event["error"].get("message") or "transcription failed")
        return [item.id]

    def _on_part(self, event: Event) -> list[str]:
        item = self._known(event, role="assistant")
        item.read_part(_index(event), event["part"], final=event.type.endswith(".done"))
        return [item.id]

    def _on_text(self, event: Event) -> list[str]:
        item = self._known(event, role="assistant")
        part = item.part(_index(event), "text" if "output_text" in event.type else "audio")
        if event.type.endswith(".delta"):
            part.extend(event["delta"])
        else:
            part.text, part.final = event.get("text", event.get("transcript", part.text)), True
        return [item.id]

    def _on_arguments(self, event: Event) -> list[str]:
        kind = event.type.removeprefix("response.").partition("_arguments")[0]
        item = self._known(event, role="tool", type=kind)
        if event.type.endswith(".done"):
            item.arguments = event["arguments"]
            self._called.add(item.id)
        elif item.id not in self._called:
            item.arguments += event["delta"]
        return [item.id]

    def _on_failed(self, event: Event) -> list[str]:
        item = self._known(event, role="tool", type=event.type.split(".")[-2])
        item.error = item.error or _FAILURES[event.type]
        item.advance("failed")
        return [item.id]


def _index(event: Event) -> int:
    index = event.get("content_index", 0)
    return min(index, 64) if isinstance(index, int) and index > 0 else 0


_HANDLERS: dict[str, Callable[[Conversation, Event], list[str]]] = {
    "conversation.item.added": Conversation._on_item,
    "conversation.item.created": Conversation._on_item,
    "conversation.item.done": Conversation._on_item,
    "conversation.item.retrieved": Conversation._on_output_item,
    "conversation.item.deleted": Conversation._on_deleted,
    "conversation.item.truncated": Conversation._on_truncated,
    "conversation.item.input_audio_transcription.delta": Conversation._on_transcription,
    "conversation.item.input_audio_transcription.completed": Conversation._on_transcription,
    "conversation.item.input_audio_transcription.failed": Conversation._on_transcription,
    "input_audio_buffer.speech_started": Conversation._on_speech_started,
    "input_audio_buffer.committed": Conversation._on_committed,
    "response.output_item.added": Conversation._on_output_item,
    "response.output_item.done": Conversation._on_output_item,
    "response.content_part.added": Conversation._on_part,
    "response.content_part.done": Conversation._on_part,
    "response.output_text.delta": Conversation._on_text,
    "response.output_text.done": Conversation._on_text,
    "response.output_audio_transcript.delta": Conversation._on_text,
    "response.output_audio_transcript.done": Conversation._on_text,
    "response.function_call_arguments.delta": Conversation._on_arguments,
    "response.function_call_arguments.done": Conversation._on_arguments,
    "response.mcp_call_arguments.delta": Conversation._on_arguments,
    "response.mcp_call_arguments.done": Conversation._on_arguments,
    **dict.fromkeys(_FAILURES, Conversation._on_failed),
}
