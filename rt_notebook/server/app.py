"""The server as a program: arguments, binding, the ready line, and the end.

``python -m rt_notebook.server`` serves until it is interrupted. With ``--pipe`` it is a
child: it reads one line of JSON with its key from standard input and ends when standard
input does, so that it never outlives its parent.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import os
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from ..errors import ConfigError
from ..protocol.events import MAX_EVENT_BYTES
from ..secret import RedactingFilter, Secret
from .brains import Brain
from .brains.demo import DemoBrain
from .connection import Connection
from .gate import PATH, Gate, is_loopback, json_response
from .parent import parent_gone
from .session_state import DEFAULT_MODEL
from .speech import Speech

__all__ = ["main", "running_server"]

_log = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def running_server(
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    key: Secret | None = None,
    speech: Speech,
    brain: Brain | None = None,
) -> AsyncIterator[str]:
    """Serve the Realtime API and yield the URL; models are the caller's to load.

    Parameters
    ----------
    host : str
        Address to bind.
    port : int
        0 takes a free one.
    key : Secret or None
        What clients must show; None asks for nothing.
    speech : Speech
        The models that all connections share.
    brain : Brain or None
        What answers say; None is the demo brain.

    Raises
    ------
    OSError
        If the address cannot be bound.
    """
    mind = brain or DemoBrain()
    gate = Gate(key, is_loopback(host))

    async def connected(socket: ServerConnection) -> None:
        await Connection(socket, _model(socket), speech, mind).serve()

    async def before_upgrade(_socket: ServerConnection, request: Request) -> Response | None:
        if urlsplit(request.path).path == "/health":
            return json_response(HTTPStatus.OK, {"status": "ok", "missing": speech.missing})
        return gate.refuse(request)

    async with serve(
        connected,
        host,
        port,
        process_request=before_upgrade,
        select_subprotocol=_subprotocol,
        max_size=MAX_EVENT_BYTES,
        compression=None,
        server_header="rt_notebook",
    ) as server:
        bound = next(iter(server.sockets)).getsockname()[1]
        name = f"[{host}]" if ":" in host else host
        yield f"ws://{name}:{bound}{PATH}"


def _model(socket: ServerConnection) -> str:
    query = urlsplit(socket.request.path).query if socket.request else ""
    return parse_qs(query).get("model", [DEFAULT_MODEL])[0]


def _subprotocol(_socket: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    # Browsers cannot set headers; they offer "realtime" and their key beside it.
    return Subprotocol("realtime") if "realtime" in offered else None


def main(argv: Sequence[str] | None = None) -> int:
    """Run the server until it is interrupted, or until its parent is gone.

    Parameters
    ----------
    argv : sequence of str or None
        Arguments without the program's name; None takes the process's own.

    Returns
    -------
    int
        The process's exit status.
    """
    options = _parsed(argv)
    _log_to_stderr(options.log_level)
    try:
        asyncio.run(_run(options))
    except KeyboardInterrupt:
        return 0
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        reason = error.strerror or str(error)
        print(f"cannot listen on {options.host}:{options.port}: {reason}", file=sys.stderr)
        return 1
    return 0


def _parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = _parser()
    options = parser.parse_args(argv)
    if not is_loopback(options.host) and (options.no_auth or not (options.key or options.pipe)):
        parser.error("a host that others reach needs a key: --key KEY")
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rt-notebook serve", description="Serve the Realtime API offline, on this machine."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to bind (%(default)s)")
    parser.add_argument("--port", type=int, default=8765, help="port to bind, 0 for a free one")
    parser.add_argument("--key", help="what clients must show; by default one is made up")
    parser.add_argument("--no-auth", action="store_true", help="ask for no key (loopback only)")
    parser.add_argument("--pipe", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument(
        "--log-level", default="WARNING", choices=["DEBUG", "INFO", "WARNING", "ERROR"]
    )
    return parser


def _log_to_stderr(level: str) -> None:
    handler = logging.StreamHandler()
    handler.addFilter(RedactingFilter())
    logging.basicConfig(level=level, handlers=[handler])


async def _run(options: argparse.Namespace) -> None:
    parent, terminated = os.getppid(), _terminated()
    key = await _key(options)
    port = 0 if options.pipe else options.port
    speech = Speech()
    async with running_server(options.host, port, key=key, speech=speech) as url:
        print(_ready_line(options, url, key, speech), flush=True)
        speech.load()  # after the ready line: nobody waits for models who does not speak
        ends = [
            terminated.wait(),
            *([parent_gone(sys.stdin.buffer, parent)] if options.pipe else []),
        ]
        await asyncio.wait(map(asyncio.ensure_future, ends), return_when=asyncio.FIRST_COMPLETED)
    speech.close()


async def _key(options: argparse.Namespace) -> Secret | None:
    if options.pipe:
        line = await asyncio.to_thread(sys.stdin.buffer.readline)
        try:
            return Secret(json.loads(line)["key"])
        except (ValueError, KeyError, TypeError):
            raise ConfigError("standard input must begin with a line of JSON with a key") from None
    if options.no_auth:
        return None
    return Secret(options.key or secrets.token_urlsafe(24))


def _ready_line(options: argparse.Namespace, url: str, key: Secret | None, speech: Speech) -> str:
    if options.pipe:
        return json.dumps({"url": url, "speech": not speech.missing, "missing": speech.missing})
    shown = "no key" if key is None else f"key {key.reveal()}"
    return "\n".join(line for line in (f"Serving {url} ({shown})", speech.missing) if line)


def _terminated() -> asyncio.Event:
    """Return what SIGTERM sets; Ctrl-C ends the loop by itself."""
    stop = asyncio.Event()
    with contextlib.suppress(NotImplementedError):  # Windows has no signal handlers in loops
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    return stop
