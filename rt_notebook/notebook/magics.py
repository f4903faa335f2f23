"""The magics: parse the line, make one Python call, show the result.

Loaded by ``%load_ext rt_notebook``; everything heavy is imported when a magic runs.
"""

from __future__ import annotations

import argparse
import functools
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn, cast

from IPython.core.error import UsageError
from IPython.core.magic import (
    Magics,
    line_cell_magic,
    line_magic,
    magics_class,
    no_var_expand,
)

from ..errors import RealtimeError

if TYPE_CHECKING:
    from ..client.reply import Reply
    from ..client.session import RealtimeSession

__all__ = ["RealtimeMagics"]

CONFIG_SECONDS = 2.0
DEFAULT_SESSION = "default"


def plainly(magic: Callable[..., Any]) -> Callable[..., Any]:
    """Tell a user's mistake in a sentence, without a traceback; leave ``{x}`` and ``$x`` alone."""

    @functools.wraps(magic)
    def wrapped(self: RealtimeMagics, line: str, cell: str | None = None) -> Any:
        try:
            return magic(self, line, cell) if cell is not None else magic(self, line)
        except RealtimeError as error:
            sentence = str(error)
        raise UsageError(f"{sentence[:1].upper()}{sentence[1:]}.")

    return cast(Callable[..., Any], no_var_expand(wrapped))


class Parser(argparse.ArgumentParser):
    """The options of one magic; a mistake is a sentence."""

    def __init__(self, magic: str, *, options: str = "", text: bool = False) -> None:
        super().__init__(prog=f"%{magic}", add_help=False, allow_abbrev=False)
        self._kind = options
        self.add_argument("-s", "--session", default=DEFAULT_SESSION)
        self.add_argument("-o", "--output", metavar="VAR")
        if options:
            self._add_options(options)
        if text:
            self.add_argument("text", nargs=argparse.REMAINDER)

    def parse(self, line: str) -> argparse.Namespace:
        """Parse a magic's line."""
        known, unknown = self.parse_known_args(_tokens(line))
        if unknown:
            self._refuse(unknown[0])
        known.options = {
            name: getattr(known, name) for name in self._names() if hasattr(known, name)
        }
        return known

    def error(self, message: str) -> NoReturn:
        """Raise instead of exiting."""
        raise UsageError(f"{self.prog}: {message}")

    def _add_options(self, kind: str) -> None:
        from ..config.options import options_for

        for option in options_for(kind):
            flags = [option.flag, *(f"--{alias.replace('_', '-')}" for alias in option.aliases)]
            self.add_argument(*flags, dest=option.name, default=argparse.SUPPRESS)

    def _names(self) -> list[str]:
        from ..config.options import options_for

        return [option.name for option in options_for(self._kind)] if self._kind else []

    def _refuse(self, word: str) -> NoReturn:
        if word.startswith("--") and self._kind:
            from ..config.options import option_named

            option_named(word[2:].partition("=")[0].replace("-", "_"), self._kind)
        self.error(f"does not know {word!r}; {self.prog}? lists what it takes")


def _tokens(line: str) -> list[str]:
    """Split at white space; quotes hold words together only where a word begins: "it's" is one."""
    words = re.findall(r""""[^"]*"|'[^']*'|\S+""", line)
    return [w[1:-1] if len(w) > 1 and w[0] == w[-1] and w[0] in "\"'" else w for w in words]


@magics_class
class RealtimeMagics(Magics):
    """``%rt_…``: a Realtime session from a cell."""

    @line_magic
    @plainly
    def rt_connect(self, line: str) -> None:
        """Open a session and show its panel.

        ``%rt_connect [BACKEND] [--model NAME] [-s NAME] [-o VAR]``

        BACKEND is ``openai``, ``offline`` or a ``wss://`` address. Without it: OpenAI when
        OPENAI_API_KEY is set, otherwise the offline server that comes with rt_notebook.
        """
        from ..client.connect import connect

        parser = Parser("rt_connect")
        parser.add_argument("backend", nargs="?")
        parser.add_argument("--model")
        args = parser.parse(line)
        session = connect(args.backend, model=args.model, name=args.session)
        self._store(args, session)
        self._show(session)

    @line_magic
    @plainly
    def rt_disconnect(self, line: str) -> None:
        """Close the session: ``%rt_disconnect [-s NAME]``. What was said stays."""
        args = Parser("rt_disconnect").parse(line)
        session = self._session(args)
        session.close()
        print(f"Closed the session to {session.backend.label}.")

    @line_magic
    @plainly
    def rt_status(self, line: str) -> None:
        """Show how the session stands: ``%rt_status [-s NAME] [-o VAR]``."""
        from .status import status_of

        args = Parser("rt_status").parse(line)
        status = status_of(self._session(args))
        self._store(args, status)
        for name, value in status.items():
            print(f"{name:<16} {value}")

    @line_magic
    @plainly
    def rt_config(self, line: str) -> None:
        """Change the configuration, or show the one in force when nothing is named.

        ``%rt_config [--voice marin] [--turn-detection semantic_vad] [--eagerness low] …``

        Only what is named is sent. Waits up to 2 s for the server; a refusal shows here.
        """
        from ..config.options import OPTIONS

        args = Parser("rt_config", options="session").parse(line)
        session = self._session(args)
        if args.options:
            try:
                session.configure(**args.options).wait(CONFIG_SECONDS)
            except TimeoutError:
                print(f"Sent; the server has not answered within {CONFIG_SECONDS:g} s.")
                return
        self._store(args, session.config)
        asked = args.options or [o.name for o in OPTIONS if o.session and not o.of_event]
        shown = [o for o in OPTIONS if o.name in asked]
        for option in shown:
            print(f"{option.flag:<40} {_value_at(session.config, option.path)}")

    @line_cell_magic
    @plainly
    def rt_respond(self, line: str, cell: str | None = None) -> Reply | None:
        """Ask for a response and show it as it comes.

        ``%rt_respond [--instructions "…"] [--conversation none] … [--no-wait] [-o VAR]``

        As a cell magic, the cell is the instructions. Ctrl-C stops the waiting, not the reply.
        """
        parser = Parser("rt_respond", options="response")
        parser.add_argument("--no-wait", action="store_true")
        args = parser.parse(line)
        if cell is not None:
            args.options["instructions"] = cell.strip()
        return self._follow(args, self._session(args).respond(**args.options))

    @line_cell_magic
    @plainly
    def rt_say(self, line: str, cell: str | None = None) -> Reply | None:
        """Say something as the user, in text, and show the reply as it comes.

        ``%rt_say [options of %rt_respond] [--no-wait] [-o VAR] TEXT``

        As a cell magic, the cell is the text. Options come before the text.
        """
        parser = Parser("rt_say", options="response", text=True)
        parser.add_argument("--no-wait", action="store_true")
        args = parser.parse(line)
        text = cell.strip() if cell is not None else " ".join(args.text)
        return self._follow(args, self._session(args).say(text, **args.options))

    @line_magic
    @plainly
    def rt_cancel(self, line: str) -> None:
        """Stop the reply that is being made or played: ``%rt_cancel [-s NAME]``."""
        self._session(Parser("rt_cancel").parse(line)).cancel()

    @line_magic
    @plainly
    def rt_mic(self, line: str) -> None:
        """Ask for the microphone or close it: ``%rt_mic [on|off]``.

        A microphone opens only on a click in the page: ``on`` points at the button.
        """
        from ..background import loop_thread

        parser = Parser("rt_mic")
        parser.add_argument("state", nargs="?", choices=("on", "off"), default="on")
        args = parser.parse(line)
        session = self._session(args)
        from .widget import panel_of

        panel = panel_of(session).panel
        on = args.state == "on"
        loop_thread().call_soon(panel.arm_microphone if on else panel.stop_microphone)
        print("Press the microphone in the panel." if on else "The microphone is closed.")

    def _session(self, args: argparse.Namespace) -> RealtimeSession:
        from ..client.connect import session_named

        return session_named(args.session)

    def _store(self, args: argparse.Namespace, value: object) -> None:
        if args.output and self.shell is not None:
            self.shell.user_ns[args.output] = value

    def _show(self, session: RealtimeSession) -> None:
        if hasattr(self.shell, "kernel"):
            from .widget import show

            show(session)

    def _follow(self, args: argparse.Namespace, reply: Reply) -> Reply | None:
        """Show a reply until it is done, or hand it back at once."""
        from .render import follow

        self._store(args, reply)
        if args.no_wait:
            return reply
        follow(reply)
        return None


def _value_at(config: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        config = config.get(key) if isinstance(config, dict) else None
    return config
