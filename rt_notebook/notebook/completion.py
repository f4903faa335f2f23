"""Tab after a magic: options, their values, sessions, items, variables, files.

Loads with the extension and imports what is heavy when Tab is pressed.
"""

from __future__ import annotations

import glob
import os
import re
import sys
from collections.abc import Callable, Iterable
from typing import Any

from IPython.core.completer import (
    CompletionContext,
    SimpleCompletion,
    SimpleMatcherResult,
    context_matcher,
)
from IPython.core.interactiveshell import InteractiveShell

from .arguments import tokens
from .commands import Command, Word, command_of

__all__ = ["complete_magics", "matches"]

#: A magic's name and what follows it up to the cursor, also behind ``reply =``.
_LINE = re.compile(r"^(?:.*?[=\s])?%{0,2}(rt_\w+)\s+(.*)$")
_IDENTIFIER = "rt_notebook"


def complete_magics(shell: InteractiveShell) -> None:
    """Teach a shell to complete what the magics take; where they do, nothing else is offered."""
    if shell.Completer is None or any(_is_ours(one) for one in shell.Completer.custom_matchers):
        return

    def complete(context: CompletionContext) -> SimpleMatcherResult:
        line = context.text_until_cursor
        found = [SimpleCompletion(text=one) for one in matches(line, shell.user_ns)]
        # The last word as people see it: IPython cuts at "=", ":" and quotes.
        return {
            "completions": found,
            "matched_fragment": re.split(r"\s", line)[-1],
            "ordered": True,
            "suppress": True,
            "do_not_suppress": set(),
        }

    shell.Completer.custom_matchers.append(context_matcher(identifier=_IDENTIFIER)(complete))


def _is_ours(matcher: Any) -> bool:
    return bool(getattr(matcher, "matcher_identifier", "") == _IDENTIFIER)


def matches(line: str, variables: dict[str, Any]) -> list[str]:
    """Return what may stand in place of the last word of a line.

    Parameters
    ----------
    line : str
        Up to the cursor.
    variables : dict
        The notebook's.
    """
    found = _LINE.match(line)
    if found is None:
        return []
    magic, rest = found.groups()
    words = tokens(rest)
    last = words.pop() if words and not rest[-1:].isspace() else ""
    try:
        command, before = command_of(magic, words)
    except KeyError as actions:
        return _starting(actions.args, last)
    return _for_command(command, before, last, variables)


def _for_command(
    command: Command, before: list[str], last: str, variables: dict[str, Any]
) -> list[str]:
    flag, equals, value = last.partition("=")
    if equals and flag.startswith("--"):
        return [f"{flag}={one}" for one in _values(command, flag, value, variables)]
    if before and before[-1].startswith("-") and not _is_switch(command, before[-1]):
        return _values(command, before[-1], last, variables)
    found = _starting(_flags(command, before), last) if last.startswith("-") or not last else []
    if not last.startswith("-"):
        found = [*_positional(command, before, last, variables), *found]
    return found


def _positional(
    command: Command, before: list[str], last: str, variables: dict[str, Any]
) -> list[str]:
    places = [word for word in command.words if word.is_positional]
    taken = 0
    for number, one in enumerate(before):
        behind_flag = number and before[number - 1].startswith("-")
        of_flag = behind_flag and not _is_switch(command, before[number - 1])
        taken += not one.startswith("-") and not of_flag
    return _of_word(places[taken], last, variables) if taken < len(places) else []


def _flags(command: Command, before: list[str]) -> list[str]:
    """Long names: an alias is offered to who begins it, which `_starting` decides."""
    own = [flag for word in command.every for flag in word.flags if flag.startswith("--")]
    if not command.options:
        return [flag for flag in own if flag not in before]
    from ..config.options import options_for

    named = [option.flag for option in options_for(command.options)]
    aliases = [
        f"--{alias.replace('_', '-')}"
        for option in options_for(command.options)
        for alias in option.aliases
    ]
    return [flag for flag in (*named, *aliases, *own) if flag not in before]


def _is_switch(command: Command, flag: str) -> bool:
    word = _word_of(command, flag)
    return word is not None and word.is_switch


def _word_of(command: Command, flag: str) -> Word | None:
    return next((word for word in command.every if flag in word.flags), None)


def _values(command: Command, flag: str, last: str, variables: dict[str, Any]) -> list[str]:
    word = _word_of(command, flag)
    if word is not None:
        return _of_word(word, last, variables)
    if not command.options:
        return []
    from ..config.options import option_named
    from ..errors import ConfigError

    try:
        option = option_named(flag.lstrip("-").replace("-", "_"), command.options)
    except ConfigError:
        return []
    named = _json_variables(last, variables) if option.takes.takes_json else []
    return _starting(option.choices, last) or named


def _of_word(word: Word, last: str, variables: dict[str, Any]) -> list[str]:
    offered = _SOURCES[word.source](last, variables) if word.source else []
    return [*_starting(word.values, last), *offered]


def _starting(names: Iterable[str], start: str) -> list[str]:
    return [name for name in dict.fromkeys(names) if name.startswith(start)]


# Where values come from


def _sessions(last: str, _: object) -> list[str]:
    # Before the first connection there is none, and no reason to load the client.
    connecting = sys.modules.get("rt_notebook.client.connect")
    return _starting(connecting.sessions(), last) if connecting is not None else []


def _items(last: str, _: object) -> list[str]:
    connecting = sys.modules.get("rt_notebook.client.connect")
    talks = connecting.sessions().values() if connecting is not None else ()
    return _starting((item.id for talk in talks for item in talk.items), last)


def _variables(last: str, variables: dict[str, Any]) -> list[str]:
    return _starting((name for name in variables if not name.startswith("_")), last)


def _json_variables(last: str, variables: dict[str, Any]) -> list[str]:
    names = (name for name, value in variables.items() if isinstance(value, (dict, list, tuple)))
    return _starting((name for name in names if not name.startswith("_") and name != "In"), last)


def _environment(last: str, _: object) -> list[str]:
    return _starting(sorted(os.environ), last)


def _files(last: str, variables: dict[str, Any]) -> list[str]:
    pattern = glob.escape(os.path.expanduser(last)) + "*"
    paths = [f"{path}{os.sep}" if os.path.isdir(path) else path for path in glob.glob(pattern)]
    if last.startswith("~"):
        home = os.path.expanduser("~")
        paths = [path.replace(home, "~", 1) for path in paths]
    drawn = [name for name in _variables(last, variables) if last and last.isidentifier()]
    return [*sorted(paths), *drawn]


def _priced_models(last: str, _: object) -> list[str]:
    from ..analysis.prices import PRICES

    return _starting((name for name, price in PRICES.items() if price.per_million), last)


_SOURCES: dict[str, Callable[[str, dict[str, Any]], list[str]]] = {
    "sessions": _sessions,
    "items": _items,
    "variables": _variables,
    "environment": _environment,
    "files": _files,
    "priced models": _priced_models,
}
