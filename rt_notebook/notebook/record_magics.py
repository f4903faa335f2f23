"""The magics for talks in files: ``%rt_save`` and ``%rt_replay``."""

from __future__ import annotations

import argparse
import contextlib
import os
from typing import TYPE_CHECKING, Any

from IPython.core.magic import line_magic, magics_class

from ..errors import ConfigError
from .shared import SharedMagics, plainly

if TYPE_CHECKING:
    from ..client.replay import Replay

__all__ = ["RecordMagics"]


@magics_class
class RecordMagics(SharedMagics):
    """Talks that stay."""

    @line_magic
    @plainly
    def rt_save(self, line: str) -> None:
        """Write the talk so far to a file.

        ``%rt_save FILE [-s NAME] [-o VAR]``

        By the end of its name: ``.rtsession`` is everything, for ``rt.open`` and
        ``%rt_replay``; ``.wav`` both voices in stereo; ``.md``, ``.srt`` and ``.json`` the
        words. ``-o`` keeps the path.
        """
        args = self.parse("rt_save", line)
        if args.file is None:
            raise ConfigError("%rt_save needs a file, such as talk.rtsession")
        session, path = self.session(args), self.path(args.file)
        with _plain_reasons(path):
            path = session.write(path)
        self.store(args, path)
        print(f"Wrote {path} ({_size(path.stat().st_size)}).")

    @line_magic
    @plainly
    def rt_replay(self, line: str) -> None:
        """Go through a recorded talk again, or let another backend answer its user.

        ``%rt_replay FILE [--pace 4] [--no-wait] [-s NAME] [-o VAR]``,
        ``%rt_replay FILE --backend offline [--voice marin] …``

        Without a backend or an option of ``%rt_config`` nothing is sent anywhere. With one,
        what the user said is sent at its pace to a live session that is configured as the
        recorded one was, but for what is named here. ``-o`` keeps the session, which is also
        known as ``-s replay``.
        """
        args = self.parse("rt_replay", line)
        if args.file is None:
            raise ConfigError("%rt_replay needs a recording, such as talk.rtsession")
        args.file = self.path(args.file)
        with _plain_reasons(args.file):
            replay = _prepared(args)
        self.store(args, replay.session)
        if hasattr(self.shell, "kernel"):
            from .widget import show

            show(replay.session)
        replay.play()
        if not args.no_wait:
            replay.wait()
            print(f"{len(replay.session.items)} items, {len(replay.session.log)} events.")


def _prepared(args: argparse.Namespace) -> Replay:
    """The replay that a line asks for; it has not begun."""
    from ..client.replay import REPLAY_SESSION, prepare

    live: dict[str, Any] = {}
    if args.backend is not None or args.options:
        from .access import access_of

        live = {"backend": args.backend, "config": args.options, **access_of(args)}
        live["dialect"] = args.dialect or "ga"
    name = args.session if args.names_session else REPLAY_SESSION
    return prepare(args.file, speed=_pace(args.pace), name=name, **live)


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:.1f} MB" if n_bytes >= 1e5 else f"{n_bytes / 1e3:.1f} kB"


def _pace(given: str | None) -> float:
    from ..config.reading import number

    pace = 1.0 if given is None else number(given)
    if pace is None or not pace > 0:
        raise ConfigError(f"pace takes a number above 0, or inf for at once, got {given!r}")
    return pace


@contextlib.contextmanager
def _plain_reasons(file: str | os.PathLike[str]) -> Any:
    try:
        yield
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise ConfigError(f"{file}: {reason}; check the path") from None
