"""What all magics share: their session, their result, and mistakes told in a sentence."""

from __future__ import annotations

import argparse
import functools
import os
import re
from collections.abc import Callable
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, cast

from IPython.core.error import UsageError
from IPython.core.magic import Magics, no_var_expand

from ..errors import ConfigError, RealtimeError, ServerError
from .arguments import parse, tokens, value_of
from .commands import COMMANDS

if TYPE_CHECKING:
    from ..client.reply import Reply
    from ..client.session import RealtimeSession
    from ..client.waiting import Acknowledgement
    from ..protocol.events import Event

__all__ = ["ANSWER_SECONDS", "PATIENCE_SECONDS", "Refusal", "SharedMagics", "plainly", "with_flags"]

ANSWER_SECONDS = 2.0
PATIENCE_SECONDS = 30.0
#: What may be an option's name: it begins the sentence, is put together, or has a value.
_OPTION = re.compile(r"^[a-z_]+|\b[a-z]+(?:_[a-z]+)+\b|\b[a-z_]+(?==)")

_FILE = re.compile(r"\S*[./]\S")  # a sentence that begins with its name leaves it as it is


class Refusal(UsageError, ServerError):
    """The server refused: shown as a sentence, and an error with its code in programs."""

    def _render_traceback_(self) -> list[str]:
        # IPython spares users the traceback of UsageError itself, not of its subclasses.
        return [f"UsageError: {self}"]


def plainly(magic: Callable[..., Any]) -> Callable[..., Any]:
    """Tell a user's mistake in a sentence, without a traceback; leave ``{x}`` and ``$x`` alone.

    What ``?`` behind the magic shows, ``--help`` prints.
    """

    @functools.wraps(magic)
    def wrapped(self: SharedMagics, line: str, cell: str | None = None) -> Any:
        if line.strip() == "--help":
            print(getdoc())
            return None
        try:
            return magic(self, line, cell) if cell is not None else magic(self, line)
        except RealtimeError as error:
            told = _told(error, line)
        raise told

    def getdoc() -> str:
        from .help import help_of

        return help_of(magic.__name__, magic.__doc__ or "")

    wrapped.getdoc = getdoc  # type: ignore[attr-defined]  # what IPython's `?` shows
    return cast(Callable[..., Any], no_var_expand(wrapped))


class SharedMagics(Magics):
    """The base of the magics."""

    @property
    def variables(self) -> dict[str, Any]:
        """The notebook's variables."""
        return {} if self.shell is None else cast(dict[str, Any], self.shell.user_ns)

    def parse(self, magic: str, line: str) -> argparse.Namespace:
        """Read a magic's line."""
        return parse(magic, line, self.variables)

    def session(self, args: argparse.Namespace) -> RealtimeSession:
        """Return the session that a line names.

        Raises
        ------
        ConfigError
            If there is none.
        """
        from ..client.connect import session_named

        return session_named(args.session)

    def path(self, word: str) -> str | os.PathLike[str]:
        """Return the path that a word is, or that is in the variable which it names."""
        named = value_of(word, self.variables)
        return named if isinstance(named, (str, os.PathLike)) else word

    def store(self, args: argparse.Namespace, value: object) -> None:
        """Put the result where ``-o`` says."""
        if args.output:
            self.variables[args.output] = value

    def hand_back(self, args: argparse.Namespace, value: Any) -> Any:
        """Return the result as the cell's value, or store it where ``-o`` says."""
        self.store(args, value)
        return None if args.output else value

    def answered(self, request: Acknowledgement, seconds: float = ANSWER_SECONDS) -> Event | None:
        """Return the server's answer, None when it takes longer than `seconds`.

        Raises
        ------
        ServerError
            If it refuses.
        """
        try:
            return request.wait(seconds)
        except TimeoutError:
            print(f"Sent; the server has not answered within {seconds:g} s.")
            return None

    def follow(self, args: argparse.Namespace, reply: Reply) -> Reply | None:
        """Show a reply until it is done, or hand it back at once."""
        from .render import follow

        self.store(args, reply)
        if args.no_wait:
            return reply
        follow(reply)
        return None


def _told(error: RealtimeError, line: str) -> UsageError:
    """Return an error of a magic's line as the user sees it."""
    sentence = str(error).rstrip(".")
    if not isinstance(error, ServerError):
        named = with_flags(sentence) if isinstance(error, ConfigError) else sentence
        return UsageError(_sentence(named, line))
    text = _sentence(f"{sentence}{_option_at(error)}", line)
    return Refusal(text, code=error.code, param=error.param, event_id=error.event_id)


def _sentence(text: str, line: str) -> str:
    """A whole sentence; one that begins with a name of the user's own leaves it as it is."""
    typed = (PurePath(word).name for word in tokens(line))
    is_own = any(text.startswith((f"{word} ", f"{word}:")) for word in typed if word)
    begin = text[:1] if is_own or _FILE.match(text) else text[:1].upper()
    return f"{begin}{text[1:]}{'' if text.endswith(('?', '!')) else '.'}"


def with_flags(sentence: str) -> str:
    """Name options as magics do: ``--turn-detection`` for ``turn_detection``."""
    from ..config.options import OPTIONS

    known = [name for option in OPTIONS for name in (option.name, *option.aliases)]
    words = (word for command in COMMANDS.values() for word in command.words)
    known += [word.name for word in words if "_" in word.name and not word.is_positional]
    names = {name: f"--{name.replace('_', '-')}" for name in known}
    sentence = re.sub(r"dialect='(\w+)'", r"--dialect \1", sentence)
    told = re.sub(_OPTION, lambda found: names.get(found[0], found[0]), sentence)
    return re.sub(r"(--[a-z-]+)=", r"\1 ", told)


def _option_at(error: RealtimeError) -> str:
    """The option that a refusal is about, or the place in it, if the refusal names one."""
    root, _, path = str(getattr(error, "param", None) or "").partition(".")
    if root not in ("session", "response"):
        return ""
    from ..config.options import options_for

    places = [(".".join(option.path), option.flag) for option in reversed(options_for(root))]
    above = [one for one in places if f"{path}.".startswith((f"{one[0]}.", f"{one[0]}["))]
    place, flag = max(above, key=lambda one: len(one[0]), default=("", ""))
    return f" ({flag}{path[len(place) :]})" if flag else ""
