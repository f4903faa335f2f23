"""The console script ``rt-notebook``: lab, talk, serve, doctor.

Each command is a module with `add_arguments` and `run`, imported when it is asked for, so
that ``--help`` answers at once. What goes wrong is one sentence on standard error and exit
status 1; a usage error exits with 2.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import sys
from collections.abc import Sequence
from importlib import metadata
from typing import Any

from ..errors import RealtimeError
from ..secret import redact

__all__ = ["main"]

PROGRAM = "rt-notebook"
_COMMANDS = {
    "lab": "open JupyterLab on the quickstart notebook (without a command, too)",
    "talk": "make one spoken turn without a browser",
    "serve": "run the offline Realtime server",
    "doctor": "say what works here, and what to do about what does not",
}
_INTERRUPTED = 130  # 128 + SIGINT, as a shell reports it


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv : sequence of str or None
        Arguments without the program's name; None takes the process's own.

    Returns
    -------
    int
        The process's exit status.

    Raises
    ------
    SystemExit
        With status 2 for a usage error, 0 after ``--help`` and ``--version``.
    """
    arguments = _with_command(sys.argv[1:] if argv is None else list(argv))
    _print_what_the_terminal_can()
    try:
        return _run(arguments)
    except (RealtimeError, OSError) as error:
        print(f"{PROGRAM}: {redact(_sentence(error))}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return _INTERRUPTED


def _with_command(arguments: list[str]) -> list[str]:
    asks_about_the_program = arguments[:1] in (["-h"], ["--help"], ["--version"])
    if not arguments or (arguments[0].startswith("-") and not asks_about_the_program):
        return ["lab", *arguments]
    return arguments


def _run(arguments: list[str]) -> int:
    if arguments[0] == "serve":  # has a parser of its own
        from ..server.app import main as serve

        return serve(arguments[1:])
    parser = _parser(arguments[0])
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        words = " ".join(unknown)
        hint = f"; JupyterLab's own follow --: {PROGRAM} -- {words}"
        parser.error(f"unrecognized arguments: {words}{hint * (options.command == 'lab')}")
    return int(_command(options.command).run(options))


def _parser(command: str) -> argparse.ArgumentParser:
    """Return the parser; only the command that is asked for brings its arguments."""
    parser = argparse.ArgumentParser(
        prog=PROGRAM, description="Talk to a Realtime voice model.", allow_abbrev=False
    )
    parser.add_argument(
        "--version", action="version", version=f"{PROGRAM} {metadata.version('rt_notebook')}"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, summary in _COMMANDS.items():
        described = commands.add_parser(
            name,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.",
            allow_abbrev=False,
        )
        if name == command:
            _command(name).add_arguments(described)
    return parser


def _command(name: str) -> Any:
    return importlib.import_module(f".{name}", __name__)


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        named = f" ({error.filename})" if error.filename else ""
        return f"{error.strerror.lower()}{named}"
    return str(error)


def _print_what_the_terminal_can() -> None:
    """A transcript with letters that the terminal's encoding lacks is no reason to fail."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
