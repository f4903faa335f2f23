"""Readers of values with parts: lists, objects, and words that stand for objects."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .formats import FORMATS, Pcm
from .hidden import concealed
from .languages import LANGUAGES, nearest_language
from .reading import (
    TRUE,
    Choice,
    Flag,
    JsonReader,
    Reader,
    Text,
    Unreadable,
    either,
    from_json,
    nearest,
    number,
    plain,
    shown,
    unreadable,
)

__all__ = [
    "Format",
    "Items",
    "Languages",
    "Logprobs",
    "Metadata",
    "Modalities",
    "Object",
    "Shorthand",
    "Switch",
    "Texts",
    "ToolChoice",
    "Tools",
]

_BEFORE_A_KEY = re.compile(r",(?=[^,=]+=)")


@dataclass(frozen=True)
class Modalities(JsonReader):
    """How the model answers: a word, or a list of words."""

    choices: tuple[str, ...] = ("audio", "text")

    def _read(self, given: Any) -> list[str]:
        words = Texts()(given)
        if not words or len(set(words)) != len(words):
            raise unreadable(given)
        return [Choice(self.choices)(word) for word in words]

    def __str__(self) -> str:
        return either(self.choices)


@dataclass(frozen=True)
class Format(JsonReader):
    """An audio format, by its short name, its GA name or its GA object."""

    choices: tuple[str, ...] = ("pcm16", "g711_ulaw", "g711_alaw")

    def _read(self, given: Any) -> dict[str, Any]:
        given = from_json(given)
        whole = given if isinstance(given, dict) else {"type": given}
        name, rate = whole.get("type"), whole.get("rate")
        if not isinstance(name, str) or name.lower() not in FORMATS:
            near = nearest(name, FORMATS) if isinstance(name, str) else ""
            raise unreadable(given, f"did you mean {near!r}?" if near else "")
        json_form = FORMATS[name.lower()].model_dump()
        if unknown := [key for key in whole if key not in Pcm.model_fields]:
            raise Unreadable(f"an object with {shown(unknown[0])}", "it has type and rate")
        if rate not in (None, json_form.get("rate")):
            raise Unreadable(f"{name} at {shown(rate)} Hz", "PCM has 24000 Hz")
        return json_form

    def __str__(self) -> str:
        return either(self.choices)


@dataclass(frozen=True)
class Texts(JsonReader):
    """A list of texts; as one text, with commas between them."""

    def _read(self, given: Any) -> list[str]:
        given = from_json(given)
        if isinstance(given, str):
            return [word.strip() for word in given.split(",") if word.strip()]
        if not isinstance(given, (list, tuple)):
            raise unreadable(given)
        return [Text(empty=False)(word) for word in given]

    def __str__(self) -> str:
        return "a list of texts, or a text with commas between them"


@dataclass(frozen=True)
class Languages(Reader):
    """ISO 639-1 codes: one, or with `several` a list of them."""

    several: bool = False

    @property
    def choices(self) -> tuple[str, ...]:
        """The codes."""
        return tuple(sorted(LANGUAGES))

    @property
    def takes_json(self) -> bool:
        """Whether a list may be the value."""
        return self.several

    def _read(self, given: Any) -> Any:
        if not self.several:
            return self._code(given)
        codes = [self._code(word) for word in Texts()(given)]
        if not codes:
            raise unreadable(given)
        return codes

    def _code(self, given: Any) -> str:
        if isinstance(given, str) and given.lower() in LANGUAGES:
            return given.lower()
        near = nearest_language(given) if isinstance(given, str) else ""
        raise unreadable(given, f"did you mean {near!r}?" if near else "")

    def __str__(self) -> str:
        several, one = "ISO-639-1 codes such as en,pl", "an ISO-639-1 code such as en"
        return several if self.several else one


@dataclass(frozen=True)
class Object(JsonReader):
    """A JSON object."""

    what: str = "a JSON object"

    def _read(self, given: Any) -> dict[str, Any]:
        given = from_json(given)
        if not isinstance(given, Mapping):
            raise unreadable(given)
        return dict(given)

    def __str__(self) -> str:
        return self.what


@dataclass(frozen=True)
class Shorthand(JsonReader):
    """An object that a word may stand for.

    Parameters
    ----------
    key : str
        Where the word goes in the object.
    choices : tuple of str
        The words; with `any_word`, others too.
    literals : tuple of str
        Words that stand for themselves and no object.
    on : bool
        Whether true means the object with its defaults.
    """

    key: str
    choices: tuple[str, ...]
    any_word: bool = False
    literals: tuple[str, ...] = ()
    on: bool = False

    def _read(self, given: Any) -> Any:
        given = from_json(given)
        if isinstance(given, Mapping):
            return dict(given)
        if self.on and (given is True or (isinstance(given, str) and given.lower() in TRUE)):
            return {}
        if self.any_word and isinstance(given, str) and given.strip():
            return {self.key: given.strip()}
        word = Choice(self.choices)(given)
        return word if word in self.literals else {self.key: word}

    def __str__(self) -> str:
        words = "a name" if self.any_word else either(self.choices)
        return f"{words}{', true' if self.on else ''}, or a JSON object"


@dataclass(frozen=True)
class Switch(Flag):
    """Whether something is on: true is its object with the defaults, false is null."""

    def _read(self, given: Any) -> Any:
        return {} if super()._read(given) else None


@dataclass(frozen=True)
class ToolChoice(JsonReader):
    """A word, or the tool that must be called, in either of the two shapes of the API."""

    choices: tuple[str, ...] = ("auto", "none", "required")

    def _read(self, given: Any) -> Any:
        given = from_json(given)
        if not isinstance(given, Mapping):
            return Choice(self.choices)(given)
        function = given.get("function")
        if isinstance(function, Mapping):  # chat completions and beta nest the name
            return {"type": "function", **function}
        return {"type": "mcp" if "server_label" in given else "function", **given}

    def __str__(self) -> str:
        return f"{either(self.choices)}, or a tool as a JSON object"


@dataclass(frozen=True)
class Logprobs(JsonReader):
    """What the server adds to its events; there is one such thing."""

    choices: tuple[str, ...] = ("item.input_audio_transcription.logprobs",)

    def _read(self, given: Any) -> list[str]:
        if given is True or (isinstance(given, str) and given.lower() in (*TRUE, "logprobs")):
            return list(self.choices)
        return [Choice(self.choices)(word) for word in Texts()(given)]

    def __str__(self) -> str:
        return f"true, or {self.choices[0]}"


@dataclass(frozen=True)
class Tools(JsonReader):
    """A list of tools, each an object of the API or a model of `config.session`."""

    def _read(self, given: Any) -> list[dict[str, Any]]:
        given = from_json(given)
        if not isinstance(given, (list, tuple)):
            raise unreadable(given)
        tools = [plain(tool) for tool in given]
        for tool in tools:
            if not isinstance(tool, Mapping):
                raise Unreadable(f"{shown(tool)} in the list")
            if isinstance(tool.get("function"), Mapping):  # as chat completions have it
                hint = "put name, description and parameters beside 'type'"
                raise Unreadable("a tool with a 'function' inside", hint)
        return [concealed(tool) for tool in tools]

    def __str__(self) -> str:
        return "a JSON list of tools"


@dataclass(frozen=True)
class Items(JsonReader):
    """A list of conversation items; a text in it is a message of the user."""

    def _read(self, given: Any) -> list[dict[str, Any]]:
        given = from_json(given)
        if not isinstance(given, (list, tuple)):
            raise unreadable(given)
        return [self._item(plain(item)) for item in given]

    def _item(self, given: Any) -> dict[str, Any]:
        if isinstance(given, str) and given:
            content = [{"type": "input_text", "text": given}]
            return {"type": "message", "role": "user", "content": content}
        if isinstance(given, Mapping) and isinstance(given.get("type"), str):
            return dict(given)
        what = "an item without a type" if isinstance(given, Mapping) else shown(given)
        raise Unreadable(f"{what} in the list")

    def __str__(self) -> str:
        return "a JSON list of items, each an object with a type or a text"


@dataclass(frozen=True)
class Metadata(JsonReader):
    """Pairs of text, as an object or as ``key=value,key=value``.

    A comma that no key follows belongs to the value before it.

    Source: the limits of ``metadata`` in `RealtimeResponseCreateParams`.
    """

    pairs: int = 16
    key: int = 64
    value: int = 512

    def _read(self, given: Any) -> dict[str, str]:
        given = from_json(given)
        if isinstance(given, str) and "=" in given:
            given = self._pairs(given)
        if not isinstance(given, Mapping):
            raise unreadable(given)
        if len(given) > self.pairs:
            raise Unreadable(f"{len(given)} pairs")
        for name, text in given.items():
            self._check(name, text)
        return dict(given)

    @staticmethod
    def _pairs(given: str) -> dict[str, str]:
        pairs: dict[str, str] = {}
        for pair in _BEFORE_A_KEY.split(given):
            name, equals, text = (part.strip() for part in pair.partition("="))
            if not equals or name in pairs:
                what = (
                    f"{shown(name)} more than once" if equals else f"{shown(name)} without a value"
                )
                raise Unreadable(what)
            pairs[name] = text
        return pairs

    def _check(self, name: Any, text: Any) -> None:
        if not isinstance(name, str) or not isinstance(text, str):
            wrong = name if not isinstance(name, str) else text
            raise Unreadable(shown(wrong), f"write it as {str(wrong)!r}" if number(wrong) else "")
        if len(name) > self.key:
            raise Unreadable(f"a key of {len(name)} characters")
        if len(text) > self.value:
            raise Unreadable(f"{len(text)} characters for {shown(name)}")

    def __str__(self) -> str:
        limits = f"keys up to {self.key} and values up to {self.value} characters"
        return f"at most {self.pairs} pairs of text, {limits}"
