"""One session: what each client event does, by a table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import ValidationError

from ..config.response import Response as ResponseSettings
from .beta import in_one_conversation, taken_temperature
from .brains import Brain
from .client_events import check
from .client_items import client_item, decoded_audio
from .conversation import Conversation, Item
from .ear import Ear
from .hearing import Hearing
from .limits import Limits
from .mcp import McpTools
from .refusals import Refusal, check_kinds, check_types, refusal_of
from .replying import Replies
from .response_options import ResponseOptions
from .responses import Emit
from .session_state import SessionState
from .speech import Speech
from .tool_servers import check_tool_servers

__all__ = ["Dialogue"]

Json = dict[str, Any]


class Dialogue:
    """One session's state, and what the client's events do to it.

    Parameters
    ----------
    emit : callable
        ``emit(type, **fields)`` sends an event.
    session : SessionState
        The configuration to begin with.
    speech, brain, limits
        What answers, and how much of it.
    """

    def __init__(
        self, emit: Emit, session: SessionState, speech: Speech, brain: Brain, limits: Limits
    ) -> None:
        self.emit = emit
        self.session = session
        self.conversation = Conversation(limits)
        self.mcp = McpTools(emit, self.conversation)
        self.replies = Replies(
            emit,
            session,
            self.conversation,
            speech,
            brain,
            self.mcp,
            limits,
            on_answered=lambda playing_s: self.hearing.answered(playing_s),
        )
        self.ear = Ear(speech)
        self.hearing = Hearing(
            emit,
            session,
            self.conversation,
            self.ear,
            limits,
            on_speech=self._interrupt,
            on_turn=self._answer_turn,
        )

    def begin(self) -> None:
        """Greet the client."""
        self.emit("session.created", session=self.session.config)
        self.mcp.reconfigure(self.session.tools)

    async def handle(self, event: Json) -> None:
        """Do what a client event asks for.

        Raises
        ------
        Refusal
            If nothing of it was done.
        """
        check(event, self.session.kind)
        await _HANDLERS[event["type"]](self, event)

    def close(self) -> None:
        """Stop everything; the session is over."""
        self.replies.close()
        self.mcp.close()
        self.hearing.close()

    # Turns

    def _interrupt(self) -> None:
        detection = self.session.turn_detection
        if detection and detection.get("interrupt_response"):
            self.replies.cancel(None, "turn_detected")

    def _answer_turn(self, was_spoken: bool) -> None:
        detection = self.session.turn_detection
        if was_spoken and not (detection and detection.get("create_response")):
            return
        if self.session.kind == "transcription":
            return
        try:
            self._respond({})
        except Refusal as refusal:
            self.emit("error", error=refusal.to_json(None))

    # Client events

    async def _update_session(self, event: Json) -> None:
        self.session.update(event["session"], self.replies.active is not None)
        self.hearing.reconfigure()
        self.emit("session.updated", session=self.session.config)
        self.mcp.reconfigure(self.session.tools)

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
        elif fields["type"] == "mcp_approval_response":
            self.mcp.check_answer(fields)
        previous = self.conversation.add(item, event.get("previous_item_id"))
        self.ear.listen(item)
        self.emit("conversation.item.added", previous_item_id=previous, item=fields)
        self.emit("conversation.item.done", previous_item_id=previous, item=fields)
        if fields["type"] == "mcp_approval_response":
            self.mcp.answered(fields)

    def _check_call(self, call_id: str) -> None:
        if not self.conversation.has_call(call_id):
            message = f"Tool call ID '{call_id}' not found in conversation."
            raise Refusal(message, "invalid_tool_call_id")

    async def _retrieve_item(self, event: Json) -> None:
        item = self.conversation.retrieve(event["item_id"])
        formats = {
            "input_audio": self.session.input["format"],
            "output_audio": self.session.output["format"],
        }
        self.emit("conversation.item.retrieved", item=item.with_audio(formats))

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
        self._respond(event.get("response") or {})

    def _respond(self, given: Json) -> None:
        options = self._options(given)
        self.replies.create(options)
        if options.in_conversation:
            self.hearing.answering()

    async def _cancel_response(self, event: Json) -> None:
        if not self.replies.cancel(event.get("response_id"), "client_cancelled"):
            message = "Cancellation failed: no active response found"
            raise Refusal(message, "response_cancel_not_active")

    def _options(self, given: Json) -> ResponseOptions:
        """Return what one response is asked to be: the session's settings, then its own."""
        temperature = self.session.config.get("temperature")
        if self.session.is_beta:
            given, asked_temperature = taken_temperature(given, "response")
            temperature = asked_temperature or temperature
            given = in_one_conversation(given)
        check_kinds(given, "response")
        try:
            asked = ResponseSettings.model_validate(given).dump()
        except ValidationError as error:
            raise refusal_of(error, given, "response") from None
        check_types(given, asked, "response")
        check_tool_servers(asked.get("tools") or [], "response.tools")
        config = {**self.session.config, **_said(asked)}
        asked_output = _said((asked.get("audio") or {}).get("output") or {})
        self.session.check_voice(asked_output.get("voice"), "response.audio.output.voice")
        output = {**self.session.output, **asked_output}
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
            parallel_tool_calls=config.get("parallel_tool_calls") is not False,
            temperature=temperature,
        )

    def _response_input(self, given: list[Json] | None) -> list[Item] | None:
        if given is None:
            return None
        return [self._input_item(one, f"response.input[{i}]") for i, one in enumerate(given)]

    def _input_item(self, given: Json, param: str) -> Item:
        if given.get("type") != "item_reference":
            item = client_item(given, self.session.input["format"], param)
            self.ear.listen(item)
            return item
        found = self.conversation.find(str(given.get("id")))
        if found is None:
            message = f"The item with id '{given.get('id')}' does not exist."
            raise Refusal(message, "invalid_value", f"{param}.id")
        return found


def _said(asked: Json) -> Json:
    """Leave out what is null: there the session's settings stay."""
    return {key: value for key, value in asked.items() if value is not None}


_HANDLERS: dict[str, Callable[[Dialogue, Json], Awaitable[None]]] = {
    "session.update": Dialogue._update_session,
    "input_audio_buffer.append": Dialogue._append_audio,
    "input_audio_buffer.commit": Dialogue._commit_audio,
    "input_audio_buffer.clear": Dialogue._clear_audio,
    "conversation.item.create": Dialogue._create_item,
    "conversation.item.retrieve": Dialogue._retrieve_item,
    "conversation.item.truncate": Dialogue._truncate_item,
    "conversation.item.delete": Dialogue._delete_item,
    "response.create": Dialogue._create_response,
    "response.cancel": Dialogue._cancel_response,
}
