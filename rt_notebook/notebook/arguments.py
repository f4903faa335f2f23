"""A magic's line, read: options, values, variables. A mistake is one sentence."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from IPython.core.error import UsageError

from .commands import Command, Word, command_of

__all__ = ["DEFAULT_SESSION", "Parser", "parse", "text_of", "tokens", "value_of"]

DEFAULT_SESSION = "default"
_FLAG = re.compile(r"--[\w-]+=")
_QUOTED = r"""(?:"(?:\\"|[^"])*"|'[^']*')"""
_WORD = re.compile(rf"--[\w-]+={_QUOTED}|{_QUOTED}|\S+")


def parse(magic: str, line: str, variables: Mapping[str, Any]) -> argparse.Namespace:
    """Return what a magic's line says.

    ``options`` holds those of the configuration, and ``names_session`` whether ``-s`` is there.

    Parameters
    ----------
    magic : str
        Name without ``%``.
    line : str
        What follows it.
    variables : mapping
        The notebook's; an option that takes JSON may be given as the name of one.

    Raises
    ------
    UsageError, ConfigError
        If a word is not known, or lacks its value.
    """
    words = tokens(line)
    try:
        command, rest = command_of(magic, words)
    except KeyError as actions:
        known = ", ".join(actions.args)
        got = f", got {words[0]!r}" if words else ""
        raise UsageError(f"%{magic}: say what to do: {known}{got}") from None
    action = words[0] if len(rest) < len(words) else ""
    args = Parser(magic, command).parse(rest)
    args.action = action
    args.names_session = args.session is not None
    args.session = args.session or DEFAULT_SESSION
    if args.output is not None and not args.output.isidentifier():
        raise UsageError(f"%{magic}: -o takes the name of a variable, got {args.output!r}")
    args.options = {
        name: _option_value(name, value, command.options, variables)
        for name, value in args.options.items()
    }
    return args


class Parser(argparse.ArgumentParser):
    """The words of one command."""

    def __init__(self, magic: str, command: Command) -> None:
        super().__init__(prog=f"%{magic}", add_help=False, allow_abbrev=False)
        self._kind = command.options
        self._has_text = command.has_text
        self._flags: set[str] = set()
        for word in command.every:
            self._add(word)
        if command.options:
            self._add_options(command.options)
        if command.has_text:
            self.add_argument("text", nargs=argparse.REMAINDER)

    def parse(self, words: list[str]) -> argparse.Namespace:
        """Parse the words of a line."""
        known, unknown = self.parse_known_args(words)
        if unknown:
            self._refuse(unknown[0])
        if self._has_text:
            self._take_options_behind(known)
        known.options = {
            name: getattr(known, name) for name in _names(self._kind) if hasattr(known, name)
        }
        return known

    def error(self, message: str) -> NoReturn:
        """Raise instead of exiting."""
        raise UsageError(f"{self.prog}: {message}")

    def _take_options_behind(self, known: argparse.Namespace) -> None:
        """Read the options that follow the text; the text ends where the first one stands."""
        words = known.text
        places = (n for n, word in enumerate(words) if word.partition("=")[0] in self._flags)
        end = next(places, len(words))
        if end == len(words):
            return
        known.text = []
        _, unknown = self.parse_known_args(words[end:], known)
        for word in (*unknown, *known.text):
            self.error(
                f"{word!r} follows an option: put the text, or the option's value, in quotes"
            )
        known.text = words[:end]

    def _add(self, word: Word) -> None:
        self._flags.update(word.flags)
        choices = None if word.is_open or not word.values else word.values
        if word.is_positional:
            self.add_argument(word.name, nargs="?", choices=choices, help=word.about)
        elif word.is_switch:
            self.add_argument(*word.flags, action="store_true", help=word.about)
        else:
            self.add_argument(*word.flags, dest=word.name, choices=choices, help=word.about)

    def _add_options(self, kind: str) -> None:
        # Each under the name that was typed: two names of one option may contradict each other.
        for name in _names(kind):
            flag = f"--{name.replace('_', '-')}"
            self._flags.add(flag)
            self.add_argument(flag, dest=name, default=argparse.SUPPRESS)

    def _refuse(self, word: str) -> NoReturn:
        if word.startswith("--") and self._kind:
            from ..config.options import option_named

            option_named(word[2:].partition("=")[0].replace("-", "_"), self._kind)
        self.error(f"does not know {word!r}; {self.prog}? lists what it takes")


def _names(kind: str) -> list[str]:
    """Every flat name of a kind's options, aliases too."""
    if not kind:
        return []
    from ..config.options import options_for

    return [name for option in options_for(kind) for name in (option.name, *option.aliases)]


def tokens(line: str) -> list[str]:
    r"""Split at white space.

    Quotes hold words together where a word or an option's value begins: "it's" is one word.
    Between double quotes, ``\"`` is one of them.
    JSON that begins there with ``{`` or ``[`` is one word to its end.
    """
    words, place = [], 0
    while match := re.compile(r"\s*(?=\S)").match(line, place):
        place = match.end()
        flag = _FLAG.match(line, place)
        value = flag.end() if flag else place
        end = _end_of_json(line, value) or _end_of_word(line, place)
        words.append(_unquoted(line[place:end]))
        place = end
    return words


def _end_of_json(line: str, start: int) -> int | None:
    if not line.startswith(("{", "["), start):
        return None
    try:
        return json.JSONDecoder().raw_decode(line, start)[1]
    except (ValueError, RecursionError):
        return None


def _end_of_word(line: str, start: int) -> int:
    match = _WORD.match(line, start)
    return match.end() if match else len(line)


def _unquoted(word: str) -> str:
    flag, equals, value = word.partition("=")
    if equals and flag.startswith("--"):
        return f"{flag}={_unquoted(value)}"
    if len(word) < 2 or word[0] != word[-1] or word[0] not in "\"'":
        return word
    return word[1:-1].replace('\\"', '"') if word[0] == '"' else word[1:-1]


def text_of(magic: str, args: argparse.Namespace, cell: str | None) -> str:
    """Return the text of a magic, which its line has or its cell.

    Raises
    ------
    UsageError
        If both have one.
    """
    line, body = " ".join(args.text), (cell or "").strip()
    if line and body:
        raise UsageError(f"%%{magic}: the line has a text, and so has the cell: leave one out")
    return line or body


def value_of(word: str | None, variables: Mapping[str, Any]) -> Any:
    """Return the variable that a word names, else the word."""
    return variables[word] if word is not None and word in variables else word


def _option_value(name: str, word: str, kind: str, variables: Mapping[str, Any]) -> Any:
    """The JSON-like variable that a word names, where an option takes such things."""
    from ..config.options import option_named
    from ..config.structures import Items, Metadata, Object, Tools
    from ..errors import ConfigError

    takes = option_named(name, kind).takes
    wholes = isinstance(takes, (Items, Metadata, Object, Tools))
    is_word = not wholes and word in getattr(takes, "choices", ())
    if not takes.takes_json or not word.isidentifier() or is_word:
        return word
    value = variables.get(word)
    if isinstance(value, (Mapping, list, tuple)) or hasattr(value, "model_dump"):
        return value
    if wholes and word not in variables:
        raise ConfigError(f"{name} takes {takes}; no variable is called {word!r}")
    return value if wholes else word
