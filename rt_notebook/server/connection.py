"""One client's connection: its events in by a table, the server's events out in order.

`Connection.emit` only queues, so that what belongs together (a change of state and the
events that tell of it) happens without anything in between. One task writes the queue;
a client that does not read is dropped when it grows too long.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import ValidationError
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from ..config.response import Response as ResponseSettings
from .brains import Brain
from .client_events import check, event_id_of, parsed
from .client_items import client_item, decoded_audio
from .conversation import Conversation, Item
from .hearing import Hearing
from .ids import make_id
from .refusals import Refusal, refusal_of
from .replying import Replies
from .responses import ResponseOptions
from .session_state import SessionState
from .speech import Speech

__all__ = ["Connection"]

_log = logging.getLogger(__name__)

MAX_QUEUE_BYTES = 32 * 1024 * 1024

Json = dict[str, Any]


class Connection:
    """Serves one WebSocket until it closes.

    Parameters
    ----------
    socket : ServerConnection
        The accepted WebSocket.
    model : str
        The model that the URL asked for.
    speech, brain
        Shared by all connections of the server.
    """

    def __init__(self, socket: ServerConnection, model: str, speech: Speech, brain: Brain) -> None:
        self._socket = socket
        self._queue: deque[str] = deque()
        self._queued_bytes = 0
        self._queue_filled = asyncio.Event()
        self.session = SessionState(model, "audio" if speech.can_speak else "text")
        self.conversation = Conversation()
        self.replies = Replies(self.emit, self.session, self.conversation, speech, brain)
        self.hearing = Hearing(
            self.emit,
            self.session,
            self.conversation,
            speech,
            on_speech=self._interrupt,
            on_turn=self._answer_turn,
        )

    def emit(self, type: str, **fields: Any) -> None:
        """Queue an event for the client, with an id of its own."""
        event = {"type": type, "event_id": make_id("event"), **fields}
        # ASCII, because a client may send half of a surrogate pair, which UTF-8 cannot carry.
        frame = json.dumps(event, separators=(",", ":"))
        self._queue.append(frame)
        self._queued_bytes += len(frame)
        self._queue_filled.set()
        if self._queued_bytes > MAX_QUEUE_BYTES:
            _log.warning("dropping a client that does not read its events")
            self._socket.transport.abort()

    async def serve(self) -> None:
        """Greet the client and answer its events until the connection ends."""
        writer = asyncio.ensure_future(self._write())
        self.emit("session.created", session=self.session.config)
        try:
            async for frame in self._socket:
                await self._receive(frame)
        except ConnectionClosed:
            pass
        finally:
            self.replies.close()
            self.hearing.close()
            writer.cancel()

    async def _write(self) -> None:
        while True:
            await self._queue_filled.wait()
            self._queue_filled.clear()
            while self._queue:
                frame = self._queue.popleft()
                self._queued_bytes -= len(frame)
                try:
                    await self._socket.send(frame)
                except ConnectionClosed:
                    return

    async def _receive(self, frame: str | bytes) -> None:
        event_id = None
        try:
            event = parsed(frame)
            event_id = event_id_of(event)
            check(event)
            await _HANDLERS[event["type"]](self, event)
        except Refusal as refusal:
            self.emit("error", error=refusal.to_json(event_id))
        except Exception:
            _log.exception("a client event failed")
            message = "The server had an error while processing your request."
            failure = {"type": "server_error", "code": None, "message": message, "param": None}
            self.emit("error", error={**failure, "event_id": event_id})

    # Turns

    def _interrupt(self) -> None:
        detection = self.session.turn_detection
        if detection and detection["interrupt_response"]:
            self.replies.cancel(None, "turn_detected")

    def _answer_turn(self) -> None:
        detection = self.session.turn_detection
        if not (detection and detection["create_response"]):
            return
        try:
            self.replies.create(self._options({}))
        except Refusal as refusal:
            self.emit("error", error=refusal.to_json(None))

    # Client events

    async def _update_session(self, event: Json) -> None:
        self.session.update(event["session"])
        self.hearing.reconfigure()
        self.emit("session.updated", session=self.session.config)

    async def _append_audio(self, event: Json) -> None:
        await self.hearing.append(decoded_audio(event["audio"], self.session.input["format"]))

    async def _commit_audio(self, _event: Json) -> None:
        self.hearing.commit()

    async def _clear_audio(self, _event: Json) -> None:
        self.hearing.clear()
        self.emit("input_audio_buffer.cleared")

    async def _create_item(self, event: Json) -> None:
        item = client_item(event["item"], self.session.input["format"])
        fields = item.fields
        if fields["type"] == "function_call_output":
            self._check_call(fields["call_id"])
        previous = self.conversation.add(item, event.get("previous_item_id"))
        self.hearing.listen(item)
        self.emit("conversation.item.added", previous_item_id=previous, item=fields)
        self.emit("conversation.item.done", previous_item_id=previous, item=fields)

    def _check_call(self, call_id: str) -> None:
        if not self.conversation.has_call(call_id):
            message = f"Tool call ID '{call_id}' not found in conversation."
            raise Refusal(message, "invalid_tool_call_id")

    async def _retrieve_item(self, event: Json) -> None:
        item = self.conversation.retrieve(event["item_id"])
        self.emit("conversation.item.retrieved", item=item.with_audio())

    async def _truncate_item(self, event: Json) -> None:
        item_id, index, end_ms = (
            event[key] for key in ("item_id", "content_index", "audio_end_ms")
        )
        self.conversation.truncate(item_id, index, end_ms)
        self.emit(
            "conversation.item.truncated",
            item_id=item_id,
            content_index=index,
            audio_end_ms=end_ms,
        )

    async def _delete_item(self, event: Json) -> None:
        self.conversation.delete(event["item_id"])
        self.emit("conversation.item.deleted", item_id=event["item_id"])

    async def _create_response(self, event: Json) -> None:
        self.replies.create(self._options(event.get("response") or {}))

    async def _cancel_response(self, event: Json) -> None:
        if not self.replies.cancel(event.get("response_id"), "client_cancelled"):
            message = "Cancellation failed: no active response found"
            raise Refusal(message, "response_cancel_not_active")

    def _options(self, given: Json) -> ResponseOptions:
        """Return what one response is asked to be: the session's settings, then its own."""
        try:
            asked = ResponseSettings.model_validate(given).dump()
        except ValidationError as error:
            raise refusal_of(error, given, "response") from None
        config = {**self.session.config, **{k: v for k, v in asked.items() if v is not None}}
        output = {**self.session.output, **((asked.get("audio") or {}).get("output") or {})}
        return ResponseOptions(
            modality=config["output_modalities"][0],
            instructions=config["instructions"],
            tools=config["tools"],
            tool_choice=config["tool_choice"],
            max_output_tokens=config["max_output_tokens"],
            audio_format=output["format"],
            voice=output["voice"],
            speed=output["speed"],
            metadata=asked.get("metadata"),
            in_conversation=asked.get("conversation") != "none",
            input=self._response_input(asked.get("input")),
        )

    def _response_input(self, given: list[Json] | None) -> list[Item] | None:
        if given is None:
            return None
        return [self._input_item(one, f"response.input[{i}]") for i, one in enumerate(given)]

    def _input_item(self, given: Json, param: str) -> Item:
        if given.get("type") != "item_reference":
            item = client_item(given, self.session.input["format"], param)
            self.hearing.listen(item)
            return item
        found = self.conversation.find(str(given.get("id")))
        if found is None:
            message = f"The item with id '{given.get('id')}' does not exist."
            raise Refusal(message, "invalid_value", f"{param}.id")
        return found


_HANDLERS: dict[str, Callable[[Connection, Json], Awaitable[None]]] = {
    "session.update": Connection._update_session,
    "input_audio_buffer.append": Connection._append_audio,
    "input_audio_buffer.commit": Connection._commit_audio,
    "input_audio_buffer.clear": Connection._clear_audio,
    "conversation.item.create": Connection._create_item,
    "conversation.item.retrieve": Connection._retrieve_item,
    "conversation.item.truncate": Connection._truncate_item,
    "conversation.item.delete": Connection._delete_item,
    "response.create": Connection._create_response,
    "response.cancel": Connection._cancel_response,
}
