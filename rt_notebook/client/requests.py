"""The client events beside configuration and responses: items and the audio buffer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..config.hidden import with_concealed_tools
from ..config.json_values import misfit_in
from ..errors import LocalProtocolError
from ..protocol.events import Event
from ..protocol.session_facts import input_format
from .identity import new_id
from .items import item_from
from .waiting import Acknowledgement

__all__ = ["Requests"]


class Requests:
    """What a session can be asked for by one event and one answer.

    Every method returns an `Acknowledgement`: wait for it to learn whether the server did it.
    `event_id` names the event in an error that it causes; without it a new one is made.
    """

    @property
    def config(self) -> dict[str, Any]:
        """The configuration in force."""
        raise NotImplementedError

    def send(self, event: Mapping[str, Any]) -> Acknowledgement:
        """Send any client event of the API; an ``event_id`` is added if it has none.

        What its tools are reached with becomes `Secret`.

        Raises
        ------
        LocalProtocolError
            If it has no type, an id that is no text, or what JSON cannot hold; nothing is sent.
        """
        if not isinstance(event, Mapping):
            raise LocalProtocolError(f"an event is a JSON object, got {type(event).__name__}")
        sent = Event(with_concealed_tools({"event_id": new_id("event"), **event}))
        if not isinstance(sent.get("type"), str):
            raise LocalProtocolError("an event needs a 'type', such as \"response.create\"")
        if not isinstance(sent["event_id"], str):
            raise LocalProtocolError("an event's 'event_id' is text: leave it out for a new one")
        if misfit := misfit_in(sent):
            raise LocalProtocolError(misfit)
        acknowledgement = Acknowledgement(sent)
        self._request(acknowledgement)
        return acknowledgement

    def add_item(
        self,
        text: str | Mapping[str, Any] | None = None,
        *,
        id: str | None = None,
        previous_item_id: str | None = None,
        event_id: str | None = None,
        **parts: Any,
    ) -> Acknowledgement:
        """Add an item to the conversation (``conversation.item.create``); asks for no answer.

        Parameters
        ----------
        text : str or mapping
            What a message says, or a whole item as the API has it.
        id : str, optional
            The item's id; without it a new one is made.
        previous_item_id : str, optional
            The item behind which it is put; ``"root"`` for the first place, None for the last.
        **parts
            ``role``; ``image``, ``detail``; ``audio``, ``transcript``; ``name``,
            ``arguments``, ``call_id``; ``output``: see `items.item_from`.

        Raises
        ------
        ConfigError, AudioFormatError
            If something is missing, out of place or unreadable; nothing is sent.
        """
        if isinstance(text, Mapping):
            item = dict(text)
        else:
            item = item_from(text, **parts, audio_format=input_format(self.config))
        event = {
            "type": "conversation.item.create",
            "previous_item_id": previous_item_id,
            "item": {**item, "id": id or item.get("id") or new_id("item")},
        }
        return self.send(_named(event, event_id))

    def delete_item(self, item_id: str, *, event_id: str | None = None) -> Acknowledgement:
        """Take an item out of the conversation (``conversation.item.delete``)."""
        return self.send(_named({"type": "conversation.item.delete", "item_id": item_id}, event_id))

    def retrieve_item(self, item_id: str, *, event_id: str | None = None) -> Acknowledgement:
        """Ask for an item as the server has it, audio included.

        The answer (``conversation.item.retrieved``) holds it under ``"item"``.
        """
        event = {"type": "conversation.item.retrieve", "item_id": item_id}
        return self.send(_named(event, event_id))

    def truncate_item(
        self,
        item_id: str,
        audio_end_ms: int,
        *,
        content_index: int = 0,
        event_id: str | None = None,
    ) -> Acknowledgement:
        """Cut what the assistant said (``conversation.item.truncate``), and its transcript.

        Parameters
        ----------
        item_id : str
            An item of the assistant with audio.
        audio_end_ms : int
            Milliseconds of its audio that stay.
        content_index : int
            Which part of the item.
        """
        if audio_end_ms < 0:
            raise LocalProtocolError(f"audio_end_ms takes 0 or more, got {audio_end_ms}")
        event = {
            "type": "conversation.item.truncate",
            "item_id": item_id,
            "content_index": content_index,
            "audio_end_ms": audio_end_ms,
        }
        return self.send(_named(event, event_id))

    def commit_audio(self, *, event_id: str | None = None) -> Acknowledgement:
        """Make a user's message of the audio sent so far; asks for no answer."""
        return self.send(_named({"type": "input_audio_buffer.commit"}, event_id))

    def clear_audio(self, *, event_id: str | None = None) -> Acknowledgement:
        """Forget the audio that was sent and not committed."""
        return self.send(_named({"type": "input_audio_buffer.clear"}, event_id))

    def _request(self, acknowledgement: Acknowledgement) -> None:
        raise NotImplementedError


def _named(event: dict[str, Any], event_id: str | None) -> dict[str, Any]:
    """Drop what was not given: absent is not null."""
    given = {**event, "event_id": event_id}
    return {key: value for key, value in given.items() if value is not None}
