"""The magics that show what happened: ``%rt_log %rt_turns %rt_timeline %rt_cost``."""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING, Any, cast

from IPython.core.magic import line_magic, magics_class

from ..errors import ConfigError
from .shared import SharedMagics, plainly

if TYPE_CHECKING:
    from ..client.talk import Talk

__all__ = ["AnalysisMagics"]


@magics_class
class AnalysisMagics(SharedMagics):
    """What was said, heard and paid, and where the wait was: of a session or a recording."""

    @line_magic
    @plainly
    def rt_log(self, line: str) -> None:
        """Show every event, growing while the talk goes on: one row for deltas of a kind.

        ``%rt_log [FILE] [--type response.*] [--item ID] [--text WORD] [--rows N] [--once]``

        A click opens an event as JSON. An error names what it refuses, and that one's cell.
        ``-o`` keeps the log itself; ``.to_pandas()`` makes a table of it.
        """
        from ..analysis.log_view import MAX_ROWS, LogView

        args = self.parse("rt_log", line)
        talk = self.talk(args)
        self.store(args, talk.log)
        rows = _whole("rows", args.rows, MAX_ROWS)
        view = LogView(talk.log, args.type or "", args.item or "", args.text or "", rows)
        if args.file or args.once or talk.status != "open":
            _display(view)
            return
        from .live_log import follow_log

        follow_log(self.session(args), view)

    @line_magic
    @plainly
    def rt_turns(self, line: str) -> Any:
        """Show one row a turn: said, heard, tools, tokens, dollars, the wait, the settings.

        ``%rt_turns [FILE] [--model NAME] [--latency] [-o VAR]``

        ``--latency`` shows where the wait was instead: median and 95th percentile of its
        parts. ``--model`` prices the talk as if that one had answered.
        """
        from ..analysis.turns import turns

        args = self.parse("rt_turns", line)
        rows = turns(self.talk(args).log, model=args.model)
        return self.hand_back(args, rows.latency if args.latency else rows)

    @line_magic
    @plainly
    def rt_timeline(self, line: str) -> Any:
        """Show both voices, words, turn detection, tools and interruptions on one time axis.

        ``%rt_timeline [FILE] [--start SECONDS] [--end SECONDS] [--theme dark] [-o VAR]``

        The picture stays in the notebook. ``-o`` keeps it: ``.save("talk.svg")``.
        """
        args = self.parse("rt_timeline", line)
        options = {
            name: _seconds(name, value)
            for name, value in (("start", args.start), ("end", args.end))
            if value is not None
        }
        picture = self.talk(args).timeline(theme=args.theme or "light", **options)
        return self.hand_back(args, picture)

    @line_magic
    @plainly
    def rt_cost(self, line: str) -> Any:
        """Show what the talk cost, by kind of token, and what it will cost if it goes on.

        ``%rt_cost [FILE] [--model NAME] [--forecast TURNS] [-o VAR]``

        ``--model`` prices the talk as if that one had answered: what would it cost there?
        A model without a known price costs an unknown sum, not nothing.
        """
        from ..analysis.forecast import Forecast
        from ..analysis.turns import turns

        args = self.parse("rt_cost", line)
        rows = turns(self.talk(args).log, model=args.model)
        if args.forecast is None:
            return self.hand_back(args, rows.bill)
        return self.hand_back(args, Forecast(rows, _whole("forecast", args.forecast, 0)))

    def talk(self, args: argparse.Namespace) -> Talk:
        """Return the recording that a line names, else its session.

        Raises
        ------
        ConfigError, RealtimeError
            If there is none, or the file cannot be read.
        """
        if args.file is None:
            return self.session(args)
        from ..client.recording import open_recording

        named = self.variables.get(args.file)
        if hasattr(named, "log"):
            return cast("Talk", named)  # a session or recording by its variable
        path = self.path(args.file)
        try:
            return open_recording(path)
        except OSError as error:
            raise ConfigError(f"cannot read {path}: {error.strerror}") from None


def _display(what: object) -> None:
    from IPython.display import display

    display(what)


def _whole(name: str, given: str | None, otherwise: int) -> int:
    if given is None:
        return otherwise
    if not given.isdecimal() or int(given) < 1:
        raise ConfigError(f"{name} takes a whole number from 1 on, got {given!r}")
    return int(given)


def _seconds(name: str, given: str) -> float:
    from ..config.reading import number

    seconds = number(given)
    if seconds is None or not 0 <= seconds < math.inf:
        raise ConfigError(f"{name} takes seconds from the begin of the talk, got {given!r}")
    return seconds
