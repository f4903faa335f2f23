"""The server as a program: arguments, the ready line, and the end.

``python -m rt_notebook.server`` serves until it is interrupted. With ``--pipe`` it is a
child: it reads one line of JSON with its key from standard input and ends when standard
input does, so that it never outlives its parent.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import errno
import json
import logging
import os
import secrets
import signal
import sys
from collections.abc import Sequence

from ..errors import ConfigError
from ..secret import Secret
from . import ids
from .arguments import parsed
from .brains.choice import chosen
from .faults import Faults
from .gate import is_loopback
from .limits import Limits
from .log import log_to_stderr
from .parent import parent_gone
from .serving import running_server
from .speech import Speech

__all__ = ["main"]

_log = logging.getLogger(__name__)


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
    options = parsed(argv)
    log_to_stderr(options.log_level, options.log)
    try:
        asyncio.run(_run(options))
    except KeyboardInterrupt:
        return 0
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        reason = "the port is taken; choose another --port" if taken else error.strerror or error
        print(f"cannot listen on {options.host}:{options.port}: {reason}", file=sys.stderr)
        return 1
    return 0


async def _run(options: argparse.Namespace) -> None:
    parent, terminated = os.getppid(), _terminated()
    brain = chosen(options.brain, options.brain_model, options.brain_key_env)
    if options.seed is not None:
        ids.seed(options.seed)
    key = await _key(options)
    speech = Speech(is_wanted=not options.no_speech)
    async with running_server(
        options.host,
        0 if options.pipe else options.port,
        key=key,
        speech=speech,
        brain=brain,
        limits=Limits(sessions=options.max_sessions, lifetime_s=60 * options.session_minutes),
        sunset=options.sunset,
        faults=Faults(options.fault, options.seed),
    ) as url:
        _warn_of_others(options)
        print(_ready_line(options, url, key, speech), flush=True)
        speech.load()  # after the ready line: nobody waits for models who does not speak
        ends = [
            terminated.wait(),
            *([parent_gone(sys.stdin.buffer, parent)] if options.pipe else []),
        ]
        await asyncio.wait(map(asyncio.ensure_future, ends), return_when=asyncio.FIRST_COMPLETED)
        _log.info("stopping")
    speech.close()


def _warn_of_others(options: argparse.Namespace) -> None:
    if not is_loopback(options.host):
        _log.warning(
            "%s is reached by other machines: sound and key cross the network unencrypted",
            options.host,
        )


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
    """Return what SIGTERM and Ctrl-C set; it must be there before anybody knows the URL."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # Windows has no signal handlers in loops
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop
