"""Items of a conversation as they are given to a server that knows nothing of them.

An assistant's audio cannot be given back (API event ``conversation.item.create``): what
was heard of it goes in as text. What the user said goes in as its transcript, or as sound
where there are no words. What the client made goes in as it was made. A hosted tool's call
is the server's to make: it goes in as the call of a function, and its output.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from .item import Item

__all__ = ["Audio", "Made", "Reencoded", "creatable", "restored_item", "restored_items"]

Json = dict[str, Any]
#: What the user said in an item, by its id: base64, or None when it is not known.
Audio = Callable[[str], str | None]
#: An item as the client created it, and the input format of its sound.
Made = tuple[Json, str]
#: The same → it in the session's format.
Reencoded = Callable[[Json, str], Json | None]
_TEXT_TYPES = {"user": "input_text", "system": "input_text", "assistant": "output_text"}
_LONGEST_ID = 32  # API: item.id


def creatable(item: Item) -> tuple[Item, ...]:
    """Return an item as items of the types that a client may create."""
    if item.type != "mcp_call" or item.state not in ("completed", "failed"):
        return (item,)
    call = Item(item.id, "function_call", item.role, "completed", name=item.name)
    call.call_id, call.arguments = item.id, item.arguments
    end = "_out"
    output = Item(f"{item.id[: _LONGEST_ID - len(end)]}{end}", "function_call_output", item.role)
    output.call_id, output.output = item.id, item.output or item.error
    return call, output


def restored_items(
    items: Iterable[Item],
    cut: Mapping[str, str],
    made: Mapping[str, Made],
    audio: Audio,
    reencoded: Reencoded,
) -> Iterator[Json]:
    """Yield the items that say the same to a server that knows nothing of them.

    Parameters
    ----------
    items : iterable of Item
        The conversation.
    cut : mapping
        By item id: what was heard of an answer that was cut.
    made : mapping
        By item id: what the client created.
    audio, reencoded : callable
        See `Audio` and `Reencoded`.
    """
    for item in itertools.chain.from_iterable(map(creatable, items)):
        if item.id in made:
            restored = reencoded(*made[item.id])
        else:
            restored = restored_item(item, cut.get(item.id), functools.partial(audio, item.id))
        if restored is not None:
            yield restored


def restored_item(
    item: Item, heard_text: str | None = None, audio: Callable[[], str | None] = lambda: None
) -> Json | None:
    """Return the item that says the same, or None when nothing of it can be given back.

    Parameters
    ----------
    item : Item
        As the conversation has it.
    heard_text : str, optional
        What of the assistant's words was heard, if that is not all.
    audio : callable
        Gives what the user said as base64 in the session's input format, if it is known.
    """
    make = _MAKERS.get(item.type)
    made = make(item, heard_text, audio) if make else None
    return None if made is None else {"id": item.id, "type": item.type, **made}


def _message(item: Item, heard_text: str | None, audio: Callable[[], str | None]) -> Json | None:
    text = item.text if heard_text is None else heard_text
    if text:
        part = {"type": _TEXT_TYPES.get(item.role, "input_text"), "text": text}
    elif item.role == "user" and (sound := audio()) is not None:
        part = {"type": "input_audio", "audio": sound}
    else:
        return None
    return {"role": item.role, "content": [part]}


def _call(item: Item, _heard: str | None, _audio: Callable[[], str | None]) -> Json | None:
    complete = item.state == "completed" and item.name
    call = {"name": item.name, "call_id": item.call_id, "arguments": item.arguments}
    return call if complete else None


def _output(item: Item, _heard: str | None, _audio: Callable[[], str | None]) -> Json:
    return {"call_id": item.call_id, "output": item.output}


_MAKERS: dict[str, Callable[[Item, str | None, Callable[[], str | None]], Json | None]] = {
    "message": _message,
    "function_call": _call,
    "function_call_output": _output,
}
