"""What ``%rt_config?`` shows: the magic's own words, then everything that it takes."""

from __future__ import annotations

import inspect
import textwrap

from .commands import COMMANDS, Command, Word

__all__ = ["WIDTH", "help_of", "options_help"]

WIDTH = 96
_INDENT = "      "
_TEXT = (
    "all words up to the first option behind them; options may stand before and behind. "
    "A text with an option's name in it stands in quotes, or in a cell"
)


def help_of(magic: str, text: str) -> str:
    """Return a magic's help.

    Parameters
    ----------
    magic : str
        Name without ``%``.
    text : str
        Its docstring.
    """
    parts = [inspect.cleandoc(text)]
    commands = {n: c for n, c in COMMANDS.items() if n == magic or n.startswith(f"{magic} ")}
    for name, command in commands.items():
        title = f"%{name}" if len(commands) > 1 else "What it takes"
        parts.append(f"{title}\n{'-' * len(title)}\n{_words(command)}")
        if command.options:
            parts.append(options_help(command.options))
    return "\n\n".join(parts)


def options_help(kind: str) -> str:
    """Return every option of ``"session"``, ``"response"`` or ``"hearing"``, with its range."""
    from ..config.options import options_for

    title = "Options of hearing" if kind == "hearing" else f"Options of the {kind}"
    entries = []
    for option in options_for(kind):
        aliases = (f"--{alias.replace('_', '-')}" for alias in option.aliases)
        entries.append(_entry((option.flag, *aliases), option.help))
    return "\n".join([title, "-" * len(title), *entries])


def _words(command: Command) -> str:
    entries = [_entry(word.flags, _about(word)) for word in command.every]
    return "\n".join([_entry(("text",), _TEXT), *entries] if command.has_text else entries)


def _about(word: Word) -> str:
    values = f" ({', '.join(word.values)})" if word.values else ""
    return f"{word.about}{values}"


def _entry(flags: tuple[str, ...], about: str) -> str:
    names = ", ".join(flags if flags[0].startswith("-") else (flags[0].upper(),))
    return (
        f"{names}\n{textwrap.fill(about, WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT)}"
    )
