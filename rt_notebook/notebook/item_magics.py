"""The magics for items and for any event: ``%rt_item`` and ``%rt_send``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.magic import line_cell_magic, magics_class

from ..errors import printable
from ..secret import redacted
from .arguments import text_of, value_of
from .shared import ANSWER_SECONDS, PATIENCE_SECONDS, SharedMagics, plainly

if TYPE_CHECKING:
    from ..client.session import RealtimeSession
    from ..client.waiting import Acknowledgement

__all__ = ["ItemMagics"]


@magics_class
class ItemMagics(SharedMagics):
    """Items of the conversation, and whatever event the API has."""

    @line_cell_magic
    @plainly
    def rt_item(self, line: str, cell: str | None = None) -> Any:
        """Add an item to the conversation, take one out, look at one, or cut one.

        ``%rt_item add [--role user] [--image FILE|VAR] [--audio FILE|VAR] … [TEXT]``,
        ``%rt_item delete ID``, ``%rt_item retrieve ID``, ``%rt_item truncate ID MS``

        As a cell magic, the cell is the text of the item that is added. Pictures and sound
        may be variables: a PIL image, a matplotlib figure, an array at 24 kHz. Adding asks
        for no answer; ``--trigger-response`` does.
        """
        if cell is not None and line.lstrip().partition(" ")[0] not in _ACTIONS:
            line = f"add {line}"
        args = self.parse("rt_item", line)
        if cell is not None and args.action != "add":
            raise UsageError(
                f"%%rt_item: a cell is the text of an item that is added; to {args.action}, "
                f"write %rt_item {args.action}, without a cell"
            )
        return _ACTIONS[args.action](self, args, self.session(args), cell)

    @line_cell_magic
    @plainly
    def rt_send(self, line: str, cell: str | None = None) -> None:
        """Send any client event of the API.

        ``%rt_send {"type": "input_audio_buffer.clear"}``, ``%rt_send VARIABLE``,
        ``%rt_send input_audio_buffer.clear``; as a cell magic, the cell is the JSON.

        Shows the server's answer where the API has one; ``-o`` stores it. Where it has none,
        a refusal shows when it comes within 2 s; ``--no-wait`` waits for neither.
        """
        from .watched import send_watched

        args = self.parse("rt_send", line)
        text = text_of("rt_send", args, cell)
        session = self.session(args)
        event = _event(text, self.variables)
        watched = 0 if args.no_wait else ANSWER_SECONDS
        self._sent(args, send_watched(session, event, watched))

    def _add(self, args: argparse.Namespace, session: RealtimeSession, cell: str | None) -> Any:
        parts = _parts(args, text_of("rt_item", args, cell), self.variables)
        event_ids = {"id": args.item_id, "previous_item_id": args.previous_item_id}
        text = parts.pop("text", None)
        request = session.add_item(text, **event_ids, event_id=args.event_id, **parts)
        if args.trigger_response:
            return self.follow(args, session.respond())
        return self._sent(args, request)

    def _delete(self, args: argparse.Namespace, session: RealtimeSession, _: object) -> None:
        item_id = _required(args, "item_id", "delete")
        self._sent(args, session.delete_item(item_id, event_id=args.event_id))

    def _retrieve(self, args: argparse.Namespace, session: RealtimeSession, _: object) -> Any:
        item_id = _required(args, "item_id", "retrieve")
        request = session.retrieve_item(item_id, event_id=args.event_id)
        answer = self.answered(request, PATIENCE_SECONDS)
        return None if answer is None else self.hand_back(args, redacted(answer["item"]))

    def _truncate(self, args: argparse.Namespace, session: RealtimeSession, _: object) -> None:
        item_id = _required(args, "item_id", "truncate")
        end_ms = _whole(args, "audio_end_ms", _required(args, "audio_end_ms", "truncate"))
        part = _whole(args, "content_index", args.content_index or "0")
        request = session.truncate_item(item_id, end_ms, content_index=part, event_id=args.event_id)
        self._sent(args, request)

    def _sent(self, args: argparse.Namespace, request: Acknowledgement) -> None:
        """Wait for the server's answer, store it, and say in a line what came of it."""
        if args.no_wait:
            self.store(args, request)
            return
        answer = self.answered(request)
        self.store(args, answer)
        if answer is not None:
            about = answer.get("item_id") or (answer.get("item") or {}).get("id") or ""
            print(printable(f"{answer.type} {about}".rstrip()))


_ACTIONS: dict[str, Callable[..., Any]] = {
    "add": ItemMagics._add,
    "delete": ItemMagics._delete,
    "retrieve": ItemMagics._retrieve,
    "truncate": ItemMagics._truncate,
}
#: The magic's words, which are PSOpenAI's, and `add_item`'s.
_PARTS = {
    "role": "role",
    "image": "image",
    "detail": "detail",
    "audio": "audio",
    "content_transcript": "transcript",
    "function_call_id": "call_id",
    "function_call_name": "name",
    "function_call_arguments": "arguments",
    "function_call_output": "output",
}
_VARIABLES = {"image", "audio", "arguments", "output"}
#: What each kind of item is made of …
_MADE_OF = {
    "message": {"role", "image", "detail", "audio", "content_transcript", "content_type"},
    "function_call": {"function_call_name", "function_call_arguments", "function_call_id"},
    "function_call_output": {"function_call_output", "function_call_id"},
}
#: … and the word that it cannot be without, and that makes it one.
_NEEDED = {
    "function_call_output": "function_call_output",
    "function_call": "function_call_name",
}
_CARRIER = {
    "input_text": "text",
    "output_text": "text",
    "input_image": "image",
    "input_audio": "audio",
}
_ABOUT = {"detail": "image", "content_transcript": "audio"}


def _parts(args: argparse.Namespace, text: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The line's words as keywords of `add_item`."""
    _check_kind(args)
    given = {part: getattr(args, word) for word, part in _PARTS.items()}
    parts = {
        part: value_of(value, variables) if part in _VARIABLES else value
        for part, value in given.items()
        if value is not None
    }
    _check_content(args, text, parts)
    if args.content_type == "output_text":
        parts["role"] = "assistant"
    carrier = _CARRIER[args.content_type or "input_text"]
    if text:
        parts[carrier] = text if carrier == "text" else value_of(text, variables)
    for word, about in _ABOUT.items():
        if _PARTS[word] in parts and about not in parts:
            raise _conflict(f"{_flag(word)} is about the {about}: give --{about}, too")
    return parts


def _check_kind(args: argparse.Namespace) -> None:
    """Refuse words that an item of this kind does not have."""
    marks = (kind for kind, word in _NEEDED.items() if getattr(args, word) is not None)
    kind = args.item_type or next(marks, "message")
    needed = _NEEDED.get(kind)
    if needed and getattr(args, needed) is None:
        raise _conflict(f"a {kind} needs {_flag(needed)}")
    for owner, words in _MADE_OF.items():
        for word in sorted(words - _MADE_OF[kind]):
            if getattr(args, word) is not None:
                raise _conflict(
                    f"{_flag(word)} is for a {owner}, and this is a {kind}: "
                    f"leave it out, or set --item-type {owner}"
                )


def _check_content(args: argparse.Namespace, text: str, parts: Mapping[str, Any]) -> None:
    """Refuse a content type that nothing has, that is there twice, or of another role."""
    kind = args.content_type
    if kind is None:
        return
    carrier = _CARRIER[kind]
    if not text and carrier not in parts:
        raise _conflict("--content-type says what the text is, and there is none: give a text")
    if text and carrier in parts:
        raise _conflict(
            f"--content-type {kind} makes the text the {carrier}, which --{carrier} is: "
            "leave one out"
        )
    of_assistant = kind == "output_text"
    if args.role is not None and (args.role == "assistant") is not of_assistant:
        raise _conflict(
            f"--content-type {kind} is not what --role {args.role} says: "
            "an assistant's text is output_text, all else is input"
        )


def _conflict(sentence: str) -> UsageError:
    return UsageError(f"%rt_item add: {sentence}")


def _flag(word: str) -> str:
    return "--" + word.replace("_", "-")


def _event(text: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
    """The event that a text means: JSON, a variable, or the bare name of one."""
    value = value_of(text, variables)
    if isinstance(value, Mapping):
        return value
    if not text:
        raise UsageError("%rt_send: give an event as JSON, or the variable that holds one")
    if text[0] not in "{[":
        if "." in text and " " not in text:
            return {"type": text}
        raise UsageError(f"%rt_send: {text!r} is neither JSON nor a variable that holds an event")
    try:
        value = json.loads(text)
    except ValueError as error:
        raise UsageError(f"%rt_send: this is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise UsageError("%rt_send: an event is a JSON object")
    return value


def _required(args: argparse.Namespace, name: str, action: str) -> str:
    value = getattr(args, name)
    if value is None:
        raise UsageError(f"%rt_item {action}: {name.upper()} is missing")
    return str(value)


def _whole(args: argparse.Namespace, name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise UsageError(
            f"%rt_item {args.action}: {name} takes a whole number, got {text!r}"
        ) from None
