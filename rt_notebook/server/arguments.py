"""The arguments of ``rt-notebook serve``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from .faults import fault_help
from .gate import is_loopback
from .limits import Limits

__all__ = ["parsed"]

_BRAIN = (
    "what answers: demo (the default), echo, script FILE (JSON lines), "
    "or chat URL (any OpenAI-compatible chat completions endpoint)"
)


def parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    """Return the options; a usage error ends the process with status 2."""
    parser = _parser()
    options = parser.parse_args(argv)
    if "list" in options.fault:
        print(fault_help())
        parser.exit()
    if not is_loopback(options.host) and (options.no_auth or not (options.key or options.pipe)):
        parser.error("a host that others reach needs a key: --key KEY")
    if options.max_sessions < 1 or options.session_minutes <= 0:
        parser.error("--max-sessions and --session-minutes must be positive")
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rt-notebook serve", description="Serve the Realtime API offline, on this machine."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to bind (%(default)s)")
    parser.add_argument("--port", type=_port, default=8765, help="port to bind, 0 for a free one")
    parser.add_argument("--key", help="what clients must show; by default one is made up")
    parser.add_argument("--no-auth", action="store_true", help="ask for no key (loopback only)")
    parser.add_argument("--pipe", action="store_true", help=argparse.SUPPRESS)
    _add_answers(parser)
    _add_limits(parser)
    parser.add_argument(
        "--log-level", default="WARNING", choices=["DEBUG", "INFO", "WARNING", "ERROR"]
    )
    parser.add_argument(
        "--log", default="text", choices=["text", "json"], help="one line of JSON a record"
    )
    return parser


def _add_answers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--brain", nargs="+", default=["demo"], metavar="BRAIN", help=_BRAIN)
    parser.add_argument("--brain-model", help="the model that a chat endpoint is asked for")
    parser.add_argument(
        "--brain-key-env", metavar="NAME", help="environment variable with a chat endpoint's key"
    )
    parser.add_argument("--no-speech", action="store_true", help="load no models: text alone")
    parser.add_argument(
        "--seed", type=int, help="make ids, padding and faults the same in every run"
    )
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME[:PARAM][@FROM][*TIMES]",
        help="break something on purpose, any number of times; --fault list shows what",
    )
    parser.add_argument(
        "--sunset", action="store_true", help="answer the beta dialect as OpenAI does today"
    )


def _add_limits(parser: argparse.ArgumentParser) -> None:
    limits = Limits()
    parser.add_argument(
        "--max-sessions",
        type=int,
        default=limits.sessions,
        help="sessions served at once (%(default)s)",
    )
    parser.add_argument(
        "--session-minutes",
        type=float,
        default=limits.lifetime_s / 60,
        help="how long a session lives (%(default)g)",
    )


def _port(text: str) -> int:
    if not (text.isdecimal() and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"must be a port from 0 to 65535, got {text!r}")
    return int(text)
